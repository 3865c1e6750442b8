// tests/faults/mail.test.mjs - mails among peers of every mood, kills and repetitions (F05, M01, M02, M04)
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk, tokenOf } from '../support/desk.mjs';
import { mail } from '../support/lmtp.mjs';
import { headerOf, Sink } from '../support/smtp_sink.mjs';
import { openStack, waitFor } from '../support/stack.mjs';
import { either, memoryOf, pidsOf } from './faults.mjs';

const MB = 1 << 20;
const LIMIT = 25 * MB;
const JOBS = 2;

let s;
let desk;
let sink;
before(async () => {
  sink = await Sink.open();
  s = openStack({ isOwn: true, conf: ['mail_transport = smtp', `smtp_url = ${sink.url}`, 'smtp_tls = never', 'smtp_seconds = 4',
    'web_workers = 2', `jobs_workers = ${JOBS}`, 'lmtp_workers = 1', `message_bytes = ${LIMIT}`] });
  desk = await Desk.open(s);
});
after(async () => {
  s?.close();
  await sink?.close();
});

let kills = 0;
const dead = []; // leases of children that were killed: [id, until]

const leases = () => desk.rows('id, lease_until', 'outbox', 'state = 2');

/** All is ready to kill the children that send; call what it resolves to. */
async function prepareKill() {
  const [pids, held] = [await pidsOf(s, 'jobs'), await leases()];
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    kills += pids.length;
    dead.push(...held);
  };
}

/** As if the pauses of queued (1) or deferred (4) mails were over, and the leases of the dead. */
async function goOn(state) {
  const ended = dead.splice(0).map(([id, until]) => `(id = ${id} AND lease_until = ${until})`);
  await s.sql(`UPDATE outbox SET next_at = 0 WHERE tenant_id = ${desk.id} AND state = ${state}`);
  if (ended.length > 0)
    await s.sql(`UPDATE outbox SET lease_until = 0 WHERE tenant_id = ${desk.id} AND state = 2 AND (${ended.join(' OR ')})`);
}

const once = (say) => {
  const seen = new Set();
  return (mail_) => {
    const id = headerOf(mail_.raw ?? '', 'Message-ID') ?? mail_.to.join();
    if (seen.has(id)) return undefined;
    seen.add(id);
    return say();
  };
};

/** What a peer says at a verb; undefined: yes. Each is a domain of its own. */
const personalities = {
  friendly: {},
  'friendly-too': {},
  ...Object.fromEntries(['mail', 'rcpt', 'data', 'end'].map((verb) => [`soft-${verb}`, { [verb]: () => '451 4.3.0 not now' }])),
  ...Object.fromEntries(['rcpt', 'data', 'end'].map((verb) => [`hard-${verb}`, { [verb]: () => '550 5.1.1 never' }])),
  ...Object.fromEntries(['rcpt', 'data', 'end'].map((verb) => [`drop-${verb}`, { [verb]: () => 'drop' }])),
  'hang-rcpt': { rcpt: () => 'hang' },
  'hang-end': { end: () => 'hang' },
  slow: { end: () => sleep(800).then(() => undefined) },
  greylist: { rcpt: once(() => '450 4.7.1 come back in a while') },
  full: { end: () => '452 4.2.2 mailbox full' },
  lines: { rcpt: () => '450-4.2.1 not\r\n450-4.2.1 right\r\n450 4.2.1 now' },
  // F05: the child that speaks is killed after DATA before it hears 250, or when it has heard it
  'killed-before': { end: once(() => prepareKill().then((kill) => kill()).then(() => 'drop')) },
  'killed-after': { end: once(() => prepareKill().then((kill) => void setTimeout(kill, Math.random() * 8))) },
};

const isHard = (name) => name.startsWith('hard-');
const domainOf = (address) => address.split('@')[1].replace(/\.example$/, '');

test('M01, F05: peers of every mood and children that are killed: each mail arrives, or somebody is told', async (t) => {
  const calm = new Set();
  sink.behave = ({ verb, arg, mail: letter }) => {
    const to = letter?.to[0] ?? /^RCPT TO:<(.*?)>/.exec(arg ?? '')?.[1];
    const name = to && domainOf(to);
    if (verb === 'mail') return undefined; // whom it is for is not known yet
    return name && !calm.has(name) ? personalities[name]?.[verb]?.(letter) : undefined;
  };
  const each = either(1, 50);
  const owner = await desk.as();
  const written = [];
  for (let i = 0; i < each; i++)
    for (const name of Object.keys(personalities)) {
      const to = `c${i}@${name}.example`;
      const token = await tokenOf(owner);
      const rs = await owner.post('/tickets/new', { token, customer_email: to, subject: `For ${to}`, text: `To ${to}`,
        department: desk.home.id, send: 'mail' });
      assert.equal(rs.status, 303);
      written.push({ to, name, at: Date.now() });
    }
  const rows = (where) => desk.rows('recipient, state, reply_text', 'outbox', `kind = 1 AND ${where}`);
  await waitFor('each mood to have been met', async () => {
    await goOn(1);
    return (await rows('attempts = 0')).length === 0;
  }, either(120, 1800));
  for (const name of ['friendly', 'friendly-too', 'slow'])
    assert.ok(written.filter((w) => w.name === name).every((w) => sink.to(w.to).length > 0), `${name} waits`);
  for (const name of Object.keys(personalities)) calm.add(name);
  await waitFor('what can be sent to be sent', async () => {
    const held = await leases();
    await goOn(4);
    if (held.length > 0) await sleep(6000); // longer than any dialogue: who still has it then is dead
    dead.push(...held);
    return (await rows('state NOT IN (3, 5)')).length === 0;
  }, either(180, 1800));
  const outbox = new Map((await rows('1')).map(([to, state, reply]) => [to, { state, reply }]));
  const lost = [];
  let again = 0;
  for (const { to, name } of written) {
    const taken = sink.to(to).filter((m) => m.isAccepted);
    if (outbox.get(to)?.state !== (isHard(name) ? '5' : '3') || (taken.length === 0) !== isHard(name)) lost.push([to, outbox.get(to)]);
    assert.ok(new Set(taken.map((m) => headerOf(m.raw, 'Message-ID'))).size <= 1, `${to}: ids differ`);
    if (name.startsWith('killed')) assert.ok(taken.length <= 1 + kills, `${to} ${taken.length} times`);
    again += Math.max(0, taken.length - 1);
  }
  assert.deepEqual(lost, []);
  assert.ok(again <= kills, `${again} mails twice, ${kills} kills`);
  const told = sink.attempts.filter((m) => m.to[0] === desk.owner && m.isAccepted).length;
  const hard = written.filter((w) => isHard(w.name)).length;
  await waitFor('the author to be told', () => sink.attempts.filter((m) => m.to[0] === desk.owner && m.isAccepted).length >= hard);
  t.diagnostic(`${written.length} mails to ${Object.keys(personalities).length} peers, ${kills} children killed, ` +
    `${again} sent twice, 0 lost, ${hard} refused, ${told} notices`);
  sink.behave = null;
});

test('M02: mails that come twice, in the wrong order, and again after thirty days, are there once', async () => {
  const from = 'Dora <dora@customers.example>';
  const ids = [1, 2, 3].map((n) => `<step${n}.${desk.name}@customers.example>`);
  const letters = ids.map((id, n) => mail({ from, to: desk.home.address, subject: n === 0 ? 'Steps' : 'Re: Steps', text: `Step ${n + 1}`,
    headers: { 'Message-ID': id, ...(n > 0 ? { 'In-Reply-To': ids[n - 1], References: ids.slice(0, n).join(' ') } : {}) } }));
  const send = async (n) => {
    const [rs] = await s.deliver({ from: 'dora@customers.example', to: desk.home.address, message: letters[n] });
    assert.equal(rs.code, 250);
  };
  const lines = async () => (await desk.rows('outcome, ticket_number', 'mail_in', "header_from LIKE '%dora@%' AND outcome > 0"));
  for (const [i, n] of [2, 0, 1].entries()) {
    await Promise.all([send(n), send(n), send(n)]);
    await waitFor('three mails to be worked off', async () => (await lines()).length === 3 * (i + 1));
  }
  await s.sql(`UPDATE mail_in SET received_at = received_at - 30 * 86400000 WHERE tenant_id = ${desk.id}`);
  for (const n of [0, 1, 2]) await send(n);
  await waitFor('three more', async () => (await lines()).length === 12);
  const outcomes = (await lines()).map(([outcome]) => outcome).sort().join('');
  assert.equal(outcomes, '122333333333');
  assert.equal(new Set((await lines()).map(([, number]) => number).filter(Boolean)).size, 1);
  const bodies = await s.sql(`SELECT body FROM message WHERE tenant_id = ${desk.id} AND from_email = 'dora@customers.example'`);
  assert.deepEqual(bodies.map(([b]) => b.trim()).sort(), ['Step 1', 'Step 2', 'Step 3']);
});

/** An LMTP dialogue whose mail is bytes of x in lines; the last line that the server said to it. */
function pour(bytes, { size, subject = 'Big' } = {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(s.lmtpSocket);
    const line = `${'x'.repeat(74)}\r\n`.repeat(860);
    let said = '';
    let sent = 0;
    let isPouring = false;
    const more = () => {
      while (sent < bytes) {
        sent += line.length;
        if (!socket.write(line)) return;
      }
      if (isPouring) socket.write('.\r\nQUIT\r\n');
      isPouring = false;
    };
    socket.on('drain', () => isPouring && more());
    socket.on('data', (d) => {
      said += d;
      if (/^354 /m.test(said) && sent === 0) {
        isPouring = true;
        socket.write(`From: Big <big@customers.example>\r\nSubject: ${subject}\r\n\r\n`);
        more();
      }
      if (size && /^552 /m.test(said) && !socket.writableEnded) socket.end('QUIT\r\n');
    });
    socket.on('close', () => resolve({ said, refusal: /^552 .*/m.exec(said)?.[0] }));
    socket.on('error', reject);
    socket.write(`LHLO x\r\nMAIL FROM:<big@customers.example>${size ? ` SIZE=${size}` : ''}\r\n` +
      (size ? '' : `RCPT TO:<${desk.home.address}>\r\nDATA\r\n`));
  });
}

test('M04: mails of any size: too large ones are refused, memory has an end, others are served meanwhile', async (t) => {
  const [pid] = await pidsOf(s, 'lmtp');
  const at = memoryOf(pid).now;
  assert.ok((await pour(1, { size: 100 * MB })).refusal, 'the announced size is believed');
  const large = pour(100 * MB);
  const number = await desk.write({ from: 'Neighbour <n@customers.example>', subject: 'Beside it' });
  assert.ok(number > 0);
  const { said, refusal } = await large;
  assert.ok(refusal, said);
  const refused = memoryOf(pid);
  await Promise.all(Array.from({ length: 3 }, (_, i) => pour(20 * MB, { subject: `Big ${i}` }).then(({ said: end }) => assert.match(end, /^250 2\.\d\.\d <?supp/m))));
  await waitFor('the large mails to be imported', async () =>
    (await desk.rows('id', 'mail_in', "header_from LIKE '%big@%' AND outcome = 1")).length === 3, 60);
  const kept = memoryOf(pid);
  t.diagnostic(`lmtp: ${at.toFixed(0)} MB at rest, peak ${refused.peak.toFixed(0)} MB while it refused 100 MB, ` +
    `${kept.peak.toFixed(0)} MB with 3 mails of 20 MB at once`);
  assert.ok(refused.peak < at + 64, `${refused.peak} MB`);
  assert.ok(kept.now < at + 64, `${kept.now} MB kept`);
});

test('M04: ten thousand recipients in a header, and in an envelope', async () => {
  const many = Array.from({ length: 10000 }, (_, i) => `p${i}@crowd.example`);
  const number = await desk.write({ from: 'Crowd <crowd@customers.example>', to: desk.home.address, subject: 'Crowd',
    headers: { To: [desk.home.address, ...many].join(',\r\n ') } });
  assert.equal((await (await desk.as()).get(`/tickets/${number}`)).status, 200);
  const results = await s.deliver({ from: 'e@customers.example', to: Array(either(1100, 10000)).fill(desk.home.address),
    message: mail({ from: 'e@customers.example', to: desk.home.address, subject: 'Envelope' }) });
  assert.equal(results.filter((r) => r.code === 250).length, 1000);
  assert.ok(results.filter((r) => r.code !== 250).every((r) => r.code === 452), 'the rest is to come later');
  await waitFor('the mails to be worked off', async () =>
    (await desk.rows('id', 'mail_in', "header_from LIKE '%e@customers%' AND outcome > 0")).length === 1000, 120);
  assert.equal((await desk.rows('id', 'ticket', "subject = 'Envelope'")).length, 1);
});
