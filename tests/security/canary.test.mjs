// tests/security/canary.test.mjs - a random walk through twenty help desks: nobody sees the word of another
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { openStack } from '../support/stack.mjs';
import { Canaries } from './canary.mjs';

const STEPS = Number(process.env.DESKD_CANARY_STEPS ?? (process.env.DESKD_LONG === '1' ? 100_000 : 800));
const SEED = Number(process.env.DESKD_CANARY_SEED ?? 20_261_122);

let s;
let walk;
before(async () => {
  s = openStack();
  walk = await Canaries.open(s, { n: 20, seed: SEED });
});
after(() => s?.close());

test('A05 M06: nowhere stands the word of another help desk: pages, mails, log, keys, events, files', async (t) => {
  await walk.run(STEPS);
  const leaks = await walk.scanAll();
  t.diagnostic(`seed ${SEED}: ${walk.steps} steps in ${walk.houses.length} help desks, ${walk.mailsSeen.size} mails, ${Math.round(walk.bytes / 1e6)} MB looked at`);
  t.diagnostic(Object.entries(walk.did).sort((a, b) => b[1] - a[1]).map(([what, n]) => `${what} ${n}`).join(', '));
  assert.deepEqual(leaks, []);
  for (const what of ['GET', 'mail', 'trespass', 'login', 'POST /tickets/N/answer', 'POST /tickets/N/note'])
    assert.ok(walk.did[what] > 0, `${what} never happened`);
  const [[events]] = await s.sql(`SELECT COUNT(*) FROM event WHERE tenant_id IN (${walk.houses.map((h) => h.id)})`);
  assert.ok(Number(events) > STEPS / 20, `${events} events`);
});

test('the walk sees: a word planted in page, table, mail, log, key and file is found', async () => {
  const [one, two] = walk.houses;
  walk.leaks.length = 0;
  const mailFile = path.join(s.outboxFolder, 'planted.eml');
  const rawFile = path.join(s.folder, 'data/tenants', two.id, 'planted');
  const redis = (...args) => execFileSync('redis-cli', ['-s', s.env.DESKD_REDIS_SOCKET, ...args]);
  const planted = {
    'event.reason': [
      () => s.sql(`UPDATE event SET reason = CONCAT('x ', '${one.canary}') WHERE tenant_id = ${two.id} LIMIT 1`),
      () => s.sql(`UPDATE event SET reason = '' WHERE tenant_id = ${two.id} AND reason = 'x ${one.canary}'`),
    ],
    mail: [
      () => writeFileSync(mailFile, `Message-ID: <x@${two.host}>\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(one.canary).toString('base64')}\r\n`),
      () => unlinkSync(mailFile),
    ],
    log: [() => appendFileSync(s.logFile, `{"event":"planted","tenant":${two.id},"text":"${one.canary}"}\n`)],
    key: [() => redis('SET', `t:${two.id}:planted`, one.canary), () => redis('DEL', `t:${two.id}:planted`)],
    files: [() => writeFileSync(rawFile, one.canary), () => unlinkSync(rawFile)],
  };
  for (const [plant] of Object.values(planted)) await plant();
  const leaks = await walk.scanAll();
  for (const [, undo] of Object.values(planted)) await undo?.();
  for (const where of Object.keys(planted))
    assert.ok(leaks.some((l) => l.startsWith(where) && l.includes(one.canary)), `${where}: ${leaks}`);
  await s.sql(`UPDATE ticket SET subject = '${one.canary}' WHERE tenant_id = ${two.id}`);
  await walk.ask(two, two.clients[0], 'GET', '/tickets?view=all');
  assert.ok(walk.leaks.some((l) => l.startsWith(`GET ${two.name}/tickets`)), 'page');
});
