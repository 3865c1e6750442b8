// tests/e2e/smtp.test.mjs - mails that leave by SMTP: servers of every mood, children that die, a real Postfix
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Desk, tokenOf } from '../support/desk.mjs';
import { decodeWords, leafText, leavesOf } from '../support/eml.mjs';
import { textOf } from '../support/http.mjs';
import { certificate, headerOf, Sink } from '../support/smtp_sink.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const SENT = '3';
const DEFERRED = '4';
const FAILED = '5';
const BASE = ['mail_transport = smtp', 'web_workers = 2', 'smtp_tls = never', 'mail_hostname = desk.example'];

let s;
let sink;
let desk;
let cert;
before(async () => {
  cert = certificate();
  sink = await Sink.open();
  s = openStack({ isOwn: true, conf: [...BASE, `smtp_url = ${sink.url}`, 'smtp_seconds = 3'] });
  desk = await Desk.open(s, { title: 'Desk' });
});
after(async () => {
  s?.close();
  await sink?.close();
  cert?.close();
});

/** Writes to a new customer from a department of the given name: { number, to, from }. */
async function writeTo(name, { text = 'Good news.', to = `carla@${name}.example`, subject = 'Your order' } = {}) {
  const department = name in departments ? departments[name] : (departments[name] = await desk.department(name));
  const owner = await desk.as();
  const rs = await owner.post('/tickets/new', { token: await tokenOf(owner), customer_email: to, subject, text,
    department: department.id, send: 'mail' });
  assert.equal(rs.status, 303, textOf(rs.body));
  return { number: Number(/\/tickets\/(\d+)/.exec(rs.headers.location)[1]), to, from: department.address };
}
const departments = {};

const columns = ['id', 'state', 'reply_text', 'attempts', 'next_at', 'recipient', 'kind', 'sender', 'lease_until'];

/** Rows of the outbox for an address, oldest first. */
async function outbox(to) {
  const rows = await desk.rows(columns.join(), 'outbox', `recipient = '${to}' ORDER BY id`);
  return rows.map((r) => Object.fromEntries(r.map((v, i) => [columns[i], v])));
}

/** The row for an address once it has reached a state. */
async function settled(to, state) {
  let rows;
  const find = async () => {
    rows = await outbox(to);
    return rows.find((r) => r.state === state);
  };
  return waitFor(`the mail to ${to} to be in state ${state}`, find).catch((e) => {
    throw new Error(`${e.message}: ${JSON.stringify(rows)}`);
  });
}

/** As if so many minutes had gone by for the mails to an address. */
const later = (to, minutes) => s.sql(`UPDATE outbox SET next_at = next_at - ${minutes * 60000}, lease_until = ` +
  `GREATEST(0, lease_until - ${minutes * 60000}) WHERE tenant_id = ${desk.id} AND recipient = '${to}'`);

const page = async (number) => textOf((await (await desk.as()).get(`/tickets/${number}`)).body);

/** Puts other values into deskd.conf; the children that send are new ones then. */
async function configure(values) {
  const file = path.join(s.folder, 'deskd.conf');
  const kept = readFileSync(file, 'utf8').split('\n').filter((l) => !/^smtp_(tls|url|user|password|ca_file|seconds) /.test(l));
  const lines = Object.entries({ smtp_tls: 'never', smtp_url: sink.url, smtp_seconds: 3, ...values });
  writeFileSync(file, [...kept.filter(Boolean), ...lines.map(([k, v]) => `${k} = ${v}`), ''].join('\n'));
  const before = await jobsPids();
  process.kill(s.pid, 'SIGHUP');
  await waitFor('new children', async () => {
    const now = await jobsPids();
    return now.length === before.length && now.every((p) => !before.includes(p));
  });
}

/** With a sink of its own that is configured so. */
async function withServer(options, values, work) {
  const usual = sink;
  sink = await Sink.open(options);
  try {
    await configure(values);
    await work(sink);
  } finally {
    await sink.close();
    sink = usual;
  }
}

/** The sink's mood towards each department: { name: { verb: what it says } }. */
function mood(table) {
  sink.behave = ({ verb, mail, arg }) => {
    const from = mail?.from ?? /^MAIL FROM:<(.*?)>/.exec(arg)?.[1];
    return table[from?.split(/[+@]/)[0]]?.[verb];
  };
}

describe('servers of every mood', { concurrency: 6 }, () => {
  const verbs = ['mail', 'rcpt', 'data', 'end'];
  const soft = verbs.map((verb) => ({ name: `soft-${verb}`, verb, says: `451 4.3.0 not now at ${verb}` }));
  const hard = verbs.map((verb) => ({ name: `hard-${verb}`, verb, says: `550 5.1.1 never at ${verb}` }));
  const cut = [...verbs.slice(1).map((verb) => ({ name: `drop-${verb}`, verb, says: 'drop' })),
    { name: 'hang-end', verb: 'end', says: 'hang' }, { name: 'hang-rcpt', verb: 'rcpt', says: 'hang' },
    { name: 'login-wanted', verb: 'mail', says: '530 5.7.0 authentication required' }];
  const moods = [...soft, ...hard, ...cut];
  const table = Object.fromEntries(moods.map((m) => [m.name, { [m.verb]: m.says }]));
  let written;

  before(async () => {
    mood(table);
    written = {};
    for (const { name } of moods) written[name] = await writeTo(name);
  });
  after(() => {
    sink.behave = null;
  });

  for (const { name, says } of [...soft, ...cut])
    test(`${name}: deferred, tried again after a pause that grows, same Message-ID`, async () => {
      const { number, to } = written[name];
      const first = await settled(to, DEFERRED);
      const now = Number(await desk.one('SELECT UNIX_TIMESTAMP(NOW(3)) * 1000'));
      const wait = (Number(first.next_at) - now) / 60000;
      assert.ok(wait > 0.2 && wait <= 1, `first pause ${wait} min`);
      if (/^\d/.test(says)) assert.equal(first.reply_text, says);
      else assert.notEqual(first.reply_text, '');
      assert.ok((await page(number)).includes('Not delivered yet'), 'the page tells');
      assert.equal(await desk.status(number), 'A');
      await later(to, 1);
      const second = await waitFor('the second try', async () =>
        (await outbox(to)).find((r) => r.attempts === '2' && r.state === DEFERRED));
      const grown = (Number(second.next_at) - Number(await desk.one('SELECT UNIX_TIMESTAMP(NOW(3)) * 1000'))) / 60000;
      assert.ok(grown > 1.2 && grown <= 2, `second pause ${grown} min`);
      delete table[name]; // it has calmed down
      await later(to, 2);
      const sent = await settled(to, SENT);
      assert.equal(sent.reply_text, '250 2.0.0 taken');
      assert.equal(new Set(sink.to(to).map((m) => headerOf(m.raw, 'Message-ID'))).size, 1);
      assert.equal(sink.to(to).filter((m) => m.isAccepted).length, 1);
    });

  for (const { name, says } of hard)
    test(`${name}: failed, seen on the message, ticket open, author told`, async () => {
      const { number, to } = written[name];
      assert.equal((await settled(to, FAILED)).reply_text, says);
      assert.equal(await desk.status(number), 'C');
      const shown = await page(number);
      assert.ok(shown.includes('did not reach the customer') && shown.includes(says), 'the page tells');
      const [event] = await desk.events(number, 'delivery_failed');
      assert.equal(event.from, to);
      assert.equal(event.reason, says);
      const listed = (await s.ctlJson('outbox', 'list', '--tenant', desk.name)).find((l) => l.recipient === to);
      assert.equal(listed.state, 'failed');
      assert.equal(listed.reply, says);
      const notice = await waitFor('the notice', () => sink.to(desk.owner).find((m) => leafText(m, 'text/plain').includes(says)));
      assert.equal(notice.from, '');
      assert.ok(leafText(notice, 'text/plain').includes(to));
    });
});

test('before MAIL, no is no verdict on the mail: at the greeting, at EHLO, or nobody there', async () => {
  const cases = [['connect', '421 4.3.2 too busy'], ['connect', '554 5.7.1 no service'], ['connect', 'drop'],
    ['ehlo', '550 who are you']];
  for (const [i, [verb, says]] of cases.entries()) {
    sink.hangUp(); // a new dialogue
    sink.behave = (x) => (x.verb === verb ? says : undefined);
    const { number, to } = await writeTo('early', { to: `carla@early${i}.example` });
    const row = await settled(to, DEFERRED);
    assert.notEqual(row.reply_text, '');
    assert.equal(await desk.status(number), 'A');
    sink.behave = null;
    sink.hangUp();
    await later(to, 1);
    await settled(to, SENT);
  }
});

test('one mail to two, one of them unknown: only that one failed', async () => {
  sink.behave = (x) => (x.verb === 'rcpt' && x.arg.includes('nobody@') ? '550 5.1.1 no such user' : undefined);
  const { number, to } = await writeTo('two');
  await settled(to, SENT);
  await desk.do('owner', number, 'answer', { text: 'To both.', to, cc: 'nobody@elsewhere.example' });
  const bad = await settled('nobody@elsewhere.example', FAILED);
  assert.equal(bad.reply_text, '550 5.1.1 no such user');
  await waitFor('the other mail', async () => (await outbox(to)).filter((r) => r.state === SENT).length === 2);
  assert.equal(await desk.status(number), 'C');
  const good = sink.to(to).at(-1);
  assert.match(headerOf(good.raw, 'Cc'), /nobody@elsewhere\.example/);
  assert.deepEqual(good.to, [to]);
});

test('what a server says too late is not taken for its word on the next mail', async () => {
  sink.behave = async (x) => {
    if (x.verb !== 'end' || !x.mail.to[0].startsWith('late@')) return undefined;
    await sleep(4000);
    return '550 5.6.0 too late';
  };
  const late = await writeTo('late', { to: 'late@late.example' });
  await settled(late.to, DEFERRED);
  const others = await Promise.all([0, 1, 2, 3].map((i) => writeTo('late', { to: `next@next${i}.example` })));
  for (const { to } of others) {
    const row = await settled(to, SENT);
    assert.equal(row.attempts, '1');
    assert.equal(sink.to(to).length, 1);
  }
});

test('a server that answers in several lines is quoted in full, and only what it said last', async () => {
  sink.behave = (x) => (x.verb === 'rcpt' && x.arg.includes('lines@')
    ? '550-5.1.1 The account does not exist.\r\n550-5.1.1 Try another\r\n550 5.1.1 address.' : undefined);
  await writeTo('lines', { to: 'lines@lines.example' });
  assert.equal((await settled('lines@lines.example', FAILED)).reply_text,
    '550 5.1.1 The account does not exist. 5.1.1 Try another 5.1.1 address.');
});

test('a deferral holds what else waits for its destination, and nothing else', async () => {
  const asked = [];
  sink.behave = (x) => {
    if (x.verb === 'rcpt') asked.push(x.arg);
    return x.verb === 'rcpt' && x.arg.includes('@busy.example') ? '451 4.7.1 greylisted' : undefined;
  };
  const all = ['one@busy.example', 'two@busy.example', 'three@busy.example', 'one@calm.example'];
  await stopJobs(true);
  for (const to of all) await writeTo('hold', { to });
  await stopJobs(false);
  await settled('one@calm.example', SENT);
  await settled('one@busy.example', DEFERRED);
  const [held] = await outbox('three@busy.example');
  assert.equal(held.attempts, '0');
  assert.equal(asked.filter((a) => a.includes('@busy')).length, 1, asked.join());
  const now = Number(await desk.one('SELECT UNIX_TIMESTAMP(NOW(3)) * 1000'));
  assert.ok(Number(held.next_at) > now, 'held');
});

test('a slow destination delays no other: one mail to it at a time', async () => {
  let release;
  const stuck = new Promise((r) => (release = r));
  sink.behave = (x) => (x.verb === 'end' && x.mail.to[0].endsWith('@slow.example') ? stuck.then(() => undefined) : undefined);
  const slow = ['a', 'b', 'c'].map((n) => `${n}@slow.example`);
  for (const to of slow) await writeTo('slow', { to });
  await waitFor('a slow mail', () => sink.attempts.some((m) => m.to[0].endsWith('@slow.example')));
  const start = Date.now();
  const { to } = await writeTo('quick');
  await waitFor('the quick mail', () => sink.to(to).length);
  assert.ok(Date.now() - start < 5000);
  assert.equal(sink.attempts.filter((m) => m.to[0].endsWith('@slow.example')).length, 1);
  release();
  for (const a of slow.slice(0, 1)) await waitFor(`${a} to leave`, async () => (await outbox(a))[0].state !== '2');
  sink.behave = null;
});

/** The children of deskd that work on jobs. */
async function jobsPids() {
  const status = await s.ctl('status');
  return [...status.matchAll(/^.*\bjobs\b.*$/gm)].map(([l]) => /\b(\d{2,})\b/.exec(l)?.[1]).filter(Boolean).map(Number);
}

async function stopJobs(isStopped) {
  for (const pid of await jobsPids()) process.kill(pid, isStopped ? 'SIGSTOP' : 'SIGCONT');
}

async function killJobs() {
  const pids = await waitFor('two jobs children', async () => {
    const found = await jobsPids();
    return found.length === 2 && found;
  });
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await waitFor('new children', async () => {
    const now = await jobsPids();
    return now.length === pids.length && now.every((p) => !pids.includes(p));
  });
}

test('killed after DATA, before 250: sent again once, same Message-ID, not lost', async () => {
  let isDead = false;
  sink.behave = async (x) => {
    if (x.verb !== 'end' || isDead || !x.mail.to[0].endsWith('@killed-before.example')) return undefined;
    await killJobs();
    isDead = true;
    return 'drop';
  };
  const { to } = await writeTo('killed-before');
  await waitFor('the kill', () => isDead && sink.to(to).length === 1);
  await later(to, 10);
  await settled(to, SENT);
  assert.equal(sink.to(to).length, 2);
  assert.equal(new Set(sink.to(to).map((m) => headerOf(m.raw, 'Message-ID'))).size, 1);
  sink.behave = null;
});

test('killed after 250, before it was noted: sent again once, same Message-ID', async () => {
  let isDead = false;
  let over;
  sink.behave = async (x) => {
    if (x.verb !== 'end' || over || !x.mail.to[0].endsWith('@killed-after.example')) return undefined;
    over = s.sql(`BEGIN; SELECT id FROM outbox WHERE tenant_id = ${desk.id} AND recipient = '${x.mail.to[0]}' ` +
      'FOR UPDATE; DO SLEEP(3); COMMIT;');
    await sleep(600); // until the lock is held
    setTimeout(async () => {
      await killJobs();
      isDead = true;
    }, 500);
    return undefined;
  };
  const { to } = await writeTo('killed-after');
  await waitFor('the kill', () => isDead);
  await over;
  const [row] = await outbox(to);
  assert.equal(row.state, '2', 'it was noted before the kill');
  assert.ok(sink.to(to)[0].isAccepted);
  await later(to, 10);
  await settled(to, SENT);
  assert.equal(sink.to(to).length, 2);
  assert.equal(new Set(sink.to(to).map((m) => headerOf(m.raw, 'Message-ID'))).size, 1);
  sink.behave = null;
});

test('dots, long lines and the end of data arrive as they were written', async () => {
  const text = ['.', '..', '.hidden', 'MAIL FROM:<a@b.example>', 'x'.repeat(3000), '\u017c\u00f3\u0142w', '.', '', '.'].join('\n');
  const { to } = await writeTo('dots', { text });
  await settled(to, SENT);
  const [mail] = sink.to(to);
  assert.equal(sink.to(to).length, 1);
  assert.ok(leafText(mail, 'text/plain').replace(/\r\n/g, '\n').startsWith(`${text}\n`), leafText(mail, 'text/plain'));
  assert.doesNotMatch(mail.wire, /[^\r]\n|\r[^\n]/);
  assert.ok(mail.wire.split('\r\n').every((l) => l.length <= 998));
  assert.doesNotMatch(mail.wire, /[\x80-\xff]/);
});

test('one connection for many mails; EHLO says mail_hostname; SIZE; envelope sender is the department, signed for the ticket', async () => {
  sink.hangUp();
  const from = sink.dialogues.length;
  const letters = [];
  for (let i = 0; i < 4; i++) letters.push(await writeTo('reuse', { to: `r${i}@reuse${i}.example` }));
  for (const { to } of letters) await settled(to, SENT);
  const used = sink.dialogues.slice(from).filter((d) => d.lines.some((l) => l.startsWith('MAIL')));
  assert.ok(used.length <= 2, `${used.length} connections`); // two jobs children
  assert.ok(used.every((d) => d.lines[0] === 'EHLO desk.example'), used[0].lines[0]);
  const mail = sink.to('r0@reuse0.example')[0];
  assert.match(mail.from.replace(/\+t[0-9a-f]+-[0-9a-f]{32}@/, '@'), new RegExp(`^${departments.reuse.address}$`));
  assert.match(mail.line, / SIZE=\d+/);
});

/** Header fields of a mail: unfolded lines. */
const fields = (raw) => raw.split('\r\n\r\n')[0].replace(/\r\n[ \t]+/g, ' ').split('\r\n');

test('receipts: RFC 3834, nothing that the requester wrote, none for machines, three an hour', async () => {
  const to = 'rita@receipts.example';
  const from = `Zyzzyva <${to}>`;
  const receipts = () => sink.to(to).filter((m) => m.from === '');
  await desk.write({ from, subject: 'Zyzzyva subject', text: 'zyzzyva text', headers: { 'Message-ID': '<first@receipts.example>' } });
  const { raw, line } = await waitFor('the receipt', () => receipts()[0]);
  assert.match(line, /^MAIL FROM:<>/);
  assert.equal(headerOf(raw, 'Auto-Submitted'), 'auto-replied');
  assert.equal(headerOf(raw, 'In-Reply-To'), '<first@receipts.example>');
  assert.equal(headerOf(raw, 'To'), to);
  for (const type of ['text/plain', 'text/html']) assert.ok(leafText({ raw }, type).length > 50, type);
  assert.doesNotMatch(raw + leafText({ raw }, 'text/plain') + leafText({ raw }, 'text/html') + decodeWords(raw), /zyzzyva/i);
  for (const headers of [{ 'Auto-Submitted': 'auto-generated' }, { Precedence: 'bulk' }, { 'List-Id': '<l.example>' }])
    await desk.receive({ from: 'Robot <robot@machines.example>', subject: 'Nightly', headers });
  for (let i = 0; i < 4; i++) await desk.write({ from, subject: `Again ${i}` });
  await waitFor('the receipts to leave', async () => (await outbox(to)).every((r) => r.state === SENT));
  assert.equal((await outbox(to)).length, 3);
  assert.equal(receipts().length, 3);
  assert.deepEqual(await outbox('robot@machines.example'), []);
  assert.equal(sink.to('robot@machines.example').length, 0);
});

test('nothing that people type becomes a header: names, subjects, files', async () => {
  const owner = await desk.as();
  const bombs = ['\r\nBcc: evil@x.example', '\nX-Evil: 1', '\rX-Evil: 2', '%0d%0aX-Evil: 3', '\u2028X-Evil: 4', '\0X-Evil: 5',
    '\r\n\r\nbody', '=?utf-8?q?a=0D=0AX-Evil:_6?=', '", evil@x.example, "'];
  const { number, to } = await writeTo('injection');
  await settled(to, SENT);
  const plain = fields(sink.to(to)[0].raw).map((l) => l.split(':')[0].toLowerCase()).sort();
  for (const [i, bomb] of bombs.entries()) {
    const customer = `c${i}@bombs.example`;
    const named = await owner.submit('/profile', '/profile', { name: `Olga${bomb}` });
    assert.ok([303, 200, 400, 422].includes(named.status), `${named.status}`);
    const rs = await owner.submit('/tickets/new', '/tickets/new', { customer_email: customer, customer_name: `Carla${bomb}`,
      subject: `Hello${bomb}`, text: 'Text', department: departments.injection.id, send: 'mail' },
    { files: [{ filename: `a${bomb.replace(/[\r\n"]/g, (c) => encodeURIComponent(c))}.txt`, type: 'text/plain', data: 'x' }] });
    if (rs.status !== 303) {
      assert.ok([400, 422, 200].includes(rs.status), `${bomb}: ${rs.status}`);
      continue;
    }
    await settled(customer, SENT);
    const { raw } = sink.to(customer)[0];
    const names = fields(raw).map((l) => l.split(':')[0].toLowerCase()).sort();
    assert.deepEqual(names, plain, `${JSON.stringify(bomb)}: ${names}`);
    assert.deepEqual(sink.to(customer)[0].to, [customer]);
    const people = headerOf(raw, 'To').replace(/"(\\.|[^"\\])*"/g, '');
    assert.equal(people.split(',').length, 1, `${JSON.stringify(bomb)}: To: ${people}`);
    for (const leaf of leavesOf(raw)) assert.ok(Object.keys(leaf.headers).every((h) => h.startsWith('content-') ||
      plain.includes(h)), Object.keys(leaf.headers).join());
  }
  const arrived = bombs.filter((_, i) => sink.to(`c${i}@bombs.example`).length);
  assert.ok(arrived.length >= 6, `refused before they became a mail: ${bombs.length - arrived.length}`);
  await owner.submit('/profile', '/profile', { name: 'Olga Owner' });
  assert.equal(await desk.status(number), 'A');
});

describe('login and TLS', () => {
  test('a login that is refused, and a certificate that nobody vouches for, are ours to mend: deferred', async () => {
    await withServer({ tls: cert, auth: { user: 'desk', password: 'right' } },
      { smtp_tls: 'must', smtp_user: 'desk', smtp_password: 'wrong', smtp_ca_file: cert.ca }, async (own) => {
        const refused = await writeTo('login');
        assert.match((await settled(refused.to, DEFERRED)).reply_text, /^535 /);
        assert.ok(own.dialogues.some((d) => d.isTls));
        assert.equal(own.attempts.length, 0);
      });
    await withServer({ tls: cert }, { smtp_tls: 'must' }, async (own) => {
      const unknown = await writeTo('unvouched');
      assert.match((await settled(unknown.to, DEFERRED)).reply_text, /certificate/i);
      assert.equal(own.attempts.length, 0);
      own.behave = (x) => (x.verb === 'starttls' ? '454 4.7.0 TLS not available' : undefined);
      const broken = await writeTo('no-tls');
      await settled(broken.to, DEFERRED);
      assert.equal(own.attempts.length, 0);
    });
  });

  test('smtp_tls = may takes whatever certificate there is, but gives no password to a server without TLS', async () => {
    await withServer({ tls: cert }, { smtp_tls: 'may' }, async (own) => {
      const { to } = await writeTo('may');
      await settled(to, SENT);
      assert.ok(own.to(to)[0].dialogue.isTls);
    });
    await withServer({ auth: { user: 'desk', password: 'right' } },
      { smtp_tls: 'may', smtp_user: 'desk', smtp_password: 'right' }, async (own) => {
        const { to } = await writeTo('plain-login');
        await settled(to, DEFERRED);
        assert.ok(own.dialogues.every((d) => d.lines.every((l) => !l.startsWith('AUTH'))));
      });
  });
});

describe('a real Postfix', () => {
  const tool = fileURLToPath(new URL('../support/postfix', import.meta.url));
  let folder;
  let port;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'deskd-mta-'));
    chmodSync(folder, 0o755); // Postfix and Dovecot have users of their own
    port = await freePort();
    execFileSync(tool, ['up', path.join(folder, 'm'), String(port), cert.ca, cert.keyFile], { stdio: ['ignore', 'inherit', 'inherit'] });
    await configure({ smtp_tls: 'must', smtp_url: `smtp://127.0.0.1:${port}`, smtp_user: 'desk@sender.example',
      smtp_password: 'secret-7', smtp_ca_file: cert.ca, smtp_seconds: 20 });
  });
  after(() => {
    if (folder) execFileSync(tool, ['down', path.join(folder, 'm')], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (folder) rmSync(folder, { recursive: true });
  });

  test('an answer by STARTTLS and login arrives in a mailbox as it was written', async () => {
    const subject = 'Zażółć gęślą jaźń: zamówienie nr 42';
    const text = 'Dzień dobry,\n.\nw załączniku faktura <b>&amp;</b> "umowa".\n.. i kropki\n\nPozdrawiam';
    const file = Buffer.from(Array.from({ length: 70000 }, (_, i) => (i * 7919) & 255));
    const owner = await desk.as();
    const rs = await owner.submit('/tickets/new', '/tickets/new', { customer_email: 'carla@customers.example',
      customer_name: 'Żaneta Ćwik', subject, text, department: desk.home.id, send: 'mail' },
    { files: [{ filename: 'faktura łódź.bin', type: 'application/octet-stream', data: file }] });
    assert.equal(rs.status, 303, 'the ticket is written');
    assert.match((await settled('carla@customers.example', SENT)).reply_text, /^250 .*queued as/);
    const box = path.join(folder, 'm', 'mail', 'carla', 'new');
    const [name] = await waitFor('the mail in its box', () => filesOf(box).length && filesOf(box));
    const got = JSON.parse(execFileSync('python3', ['-c', reader, path.join(box, name)], { encoding: 'utf8' }));
    const [[messageId]] = await desk.rows('mail_id', 'message', `recipients LIKE '%carla@customers.example%'`);
    assert.deepEqual(got.defects, []);
    assert.ok(got.headers.subject.includes(subject), got.headers.subject);
    assert.equal(got.headers['message-id'].trim(), `<${messageId}>`);
    assert.equal(got.headers.to, 'Żaneta Ćwik <carla@customers.example>');
    assert.match(got.headers['return-path'], /^<support\+t[0-9a-f]+-[0-9a-f]{32}@/); // where a bounce finds its ticket
    assert.ok(got.text.startsWith(`${text}\n`), got.text);
    assert.ok(got.html.includes('faktura &lt;b&gt;&amp;amp;&lt;/b&gt;'), got.html);
    assert.deepEqual(got.files, [['faktura łódź.bin', 'application/octet-stream', file.toString('base64')]]);
    assert.match(readFileSync(path.join(folder, 'm', 'postfix.log'), 'utf8'), /sasl_username=desk@sender\.example/);
  });
});

/** Reads a mail with Python's parser, as JSON. */
const reader = `
import base64, email, email.policy, json, sys
m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
files = [[p.get_filename(), p.get_content_type(), base64.b64encode(p.get_content()).decode()] for p in m.iter_attachments()]
print(json.dumps({'headers': {k.lower(): str(v) for k, v in m.items()}, 'files': files,
  'defects': [str(d) for p in m.walk() for d in p.defects],
  'text': m.get_body(('plain',)).get_content(), 'html': m.get_body(('html',)).get_content()}))`;

function filesOf(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function freePort() {
  return new Promise((done) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
