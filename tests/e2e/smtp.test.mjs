// tests/e2e/smtp.test.mjs - mails that leave by SMTP: servers of every mood, children that die, a real Postfix
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk, tokenOf } from '../support/desk.mjs';
import { leafText } from '../support/eml.mjs';
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

/** deskd anew, with a sink of its own; back to the usual one afterwards. */
async function withServer(options, conf, work) {
  const own = await Sink.open(options);
  const usual = sink;
  s.restart(...BASE.filter((l) => !conf.some((c) => c.split(' =')[0] === l.split(' =')[0])),
    `smtp_url = ${own.url}`, 'smtp_seconds = 3', ...conf);
  sink = own;
  desk.clients.clear();
  try {
    await work(own);
  } finally {
    sink = usual;
    await own.close();
    s.restart(...BASE, `smtp_url = ${usual.url}`, 'smtp_seconds = 3');
    desk.clients.clear();
  }
}

/** The sink's mood towards each department: { name: { verb: what it says } }. */
function mood(table) {
  sink.behave = ({ verb, mail, arg }) => {
    const from = mail?.from ?? /^MAIL FROM:<(.*?)>/.exec(arg)?.[1];
    return table[from?.split('@')[0]]?.[verb];
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
    if (x.verb !== 'end' || isDead) return undefined;
    isDead = true;
    await killJobs();
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
    if (x.verb !== 'end' || over) return undefined;
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

test('one connection for many mails; EHLO says mail_hostname; SIZE; envelope sender is the department', async () => {
  sink.hangUp();
  const from = sink.dialogues.length;
  const letters = [];
  for (let i = 0; i < 4; i++) letters.push(await writeTo('reuse', { to: `r${i}@reuse${i}.example` }));
  for (const { to } of letters) await settled(to, SENT);
  const used = sink.dialogues.slice(from).filter((d) => d.lines.some((l) => l.startsWith('MAIL')));
  assert.ok(used.length <= 2, `${used.length} connections`); // two jobs children
  assert.ok(used.every((d) => d.lines[0] === 'EHLO desk.example'), used[0].lines[0]);
  const mail = sink.to('r0@reuse0.example')[0];
  assert.equal(mail.from, departments.reuse.address);
  assert.match(mail.line, / SIZE=\d+/);
});

describe('login and TLS', () => {
  test('a login that is refused, and a certificate that nobody vouches for, are ours to mend: deferred', async () => {
    await withServer({ tls: cert, auth: { user: 'desk', password: 'right' } },
      ['smtp_tls = must', 'smtp_user = desk', 'smtp_password = wrong', `smtp_ca_file = ${cert.ca}`], async (own) => {
        const refused = await writeTo('login');
        assert.match((await settled(refused.to, DEFERRED)).reply_text, /^535 /);
        assert.ok(own.dialogues.some((d) => d.isTls));
        assert.equal(own.attempts.length, 0);
      });
    await withServer({ tls: cert }, ['smtp_tls = must'], async (own) => {
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
    await withServer({ tls: cert }, ['smtp_tls = may'], async (own) => {
      const { to } = await writeTo('may');
      await settled(to, SENT);
      assert.ok(own.to(to)[0].dialogue.isTls);
    });
    await withServer({ auth: { user: 'desk', password: 'right' } },
      ['smtp_tls = may', 'smtp_user = desk', 'smtp_password = right'], async (own) => {
        const { to } = await writeTo('plain-login');
        await settled(to, DEFERRED);
        assert.ok(own.dialogues.every((d) => d.lines.every((l) => !l.startsWith('AUTH'))));
      });
  });
});
