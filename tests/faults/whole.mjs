// tests/faults/whole.mjs - what must hold in a help desk whatever has happened to it
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { waitFor } from '../support/stack.mjs';

const list = (folder) => (existsSync(folder) ? readdirSync(folder) : []);
const data = (desk, ...names) => path.join(desk.s.dataFolder ?? path.join(desk.s.folder, 'data'), ...names);

/** Process ids of the children of a role. */
export async function children(s, role) {
  const done = await s.tryCtl(['status']);
  return [...done.stdout.matchAll(/^ {2}(\w+) +(\d+) /gm)].filter((m) => m[1] === role).map((m) => Number(m[2]));
}

/** Files of attachments on the disk: name and size. */
function blobs(desk) {
  const root = data(desk, 'tenants', desk.id, 'files');
  return list(root).flatMap((two) =>
    list(path.join(root, two)).map((f) => [f, statSync(path.join(root, two, f)).size]));
}

const unfinished = (desk) =>
  [['pending'], ['spool', 'tmp']].flatMap((names) => list(data(desk, ...names)).map((f) => data(desk, ...names, f)));

/** Until no mail waits to be imported. */
export const imported = (s) =>
  waitFor('a mail to be imported', () => list(path.join(s.dataFolder ?? path.join(s.folder, 'data'), 'spool/new')).length === 0);

/** What killed processes left unfinished is cleared away once it is a day old; here it is. */
export async function tidied(desk) {
  const old = Date.now() / 1000 - 2 * 86400;
  for (const file of unfinished(desk)) utimesSync(file, old, old);
  for (const pid of await children(desk.s, 'jobs')) process.kill(pid, 'SIGTERM'); // a new one begins with tidying
  await waitFor('what was left unfinished to be cleared away', () => unfinished(desk).length === 0);
}

async function wrongFiles(desk) {
  const rows = new Map((await desk.rows('DISTINCT file, size', 'attachment')));
  const files = new Map(blobs(desk));
  return [
    ...[...rows].filter(([f, n]) => files.get(f) !== Number(n)).map(([f, n]) => `row without its file: ${f} ${n}`),
    ...[...files.keys()].filter((f) => !rows.has(f)).map((f) => `file without a row: ${f}`),
    ...unfinished(desk).map((f) => `unfinished: ${f}`),
    ...list(data(desk, 'spool', 'new')).map((f) => `not imported: ${f}`),
  ];
}

const rules = {
  'messages counted wrongly': 'SELECT number FROM ticket t WHERE tenant_id = ? AND messages <> ' +
    '(SELECT COUNT(*) FROM message m WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id)',
  'ticket without message': 'SELECT number FROM ticket t WHERE tenant_id = ? AND NOT EXISTS ' +
    '(SELECT 1 FROM message m WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id)',
  'attachment not on its ticket': 'SELECT t.number FROM attachment a JOIN ticket t ON t.tenant_id = a.tenant_id AND ' +
    't.id = a.ticket_id WHERE a.tenant_id = ? AND t.has_attachments = 0',
  'answer without its mail': 'SELECT m.id FROM message m WHERE m.tenant_id = ? AND m.kind = 2 AND NOT EXISTS ' +
    '(SELECT 1 FROM outbox o WHERE o.tenant_id = m.tenant_id AND o.message_id = m.id)',
  'mail not sent': 'SELECT recipient, state, reply_text FROM outbox WHERE tenant_id = ? AND state <> 3',
  'mail without outcome': 'SELECT id FROM mail_in WHERE tenant_id = ? AND outcome NOT IN (1, 2, 3)',
  'mail without its message': 'SELECT i.id FROM mail_in i WHERE i.tenant_id = ? AND i.outcome IN (1, 2) AND NOT EXISTS ' +
    '(SELECT 1 FROM message m WHERE m.tenant_id = i.tenant_id AND m.mail_in_id = i.id)',
};

/** Everything that is wrong; nothing, if all is well. */
export async function wrongs(desk) {
  const found = await wrongFiles(desk);
  for (const [name, query] of Object.entries(rules))
    for (const row of await desk.s.sql(query.replace('?', desk.id))) found.push(`${name}: ${row.join(' ')}`);
  const { kept, truth } = await desk.counters();
  if (JSON.stringify(kept) !== JSON.stringify(truth)) found.push(`counters: ${JSON.stringify({ kept, truth })}`);
  const lost = (await desk.rows('id', 'mail_in')).map(([id]) => BigInt(id).toString(16).padStart(16, '0'));
  const raw = new Set(list(data(desk, 'tenants', desk.id, 'raw')).flatMap((day) => list(data(desk, 'tenants', desk.id, 'raw', day))));
  return [...found, ...lost.filter((id) => !raw.has(id)).map((id) => `raw mail is gone: ${id}`)];
}
