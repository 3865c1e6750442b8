// tests/security/mails.test.mjs - mails that claim to be somebody, want to be answered for ever, or bring what must not
// be touched
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { decodeWords, leafText } from '../support/eml.mjs';
import { mail } from '../support/lmtp.mjs';
import { openStack } from '../support/stack.mjs';

const IS_LONG = process.env.DESKD_LONG === '1';
const OUTCOME = { ticket: 1, reply: 2 };

let s;
let desk;
let people = 0;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  await desk.person('Ann');
});
after(() => s?.close());

const somebody = () => `p${++people}@${desk.name}.example`;
const address = (header) => /<([^>]*)>/.exec(header)?.[1] ?? header;
const messagesOf = async (number) =>
  desk.rows('kind, from_email, body', 'message', `ticket_id = ${(await desk.ticket(number)).id} ORDER BY id`);

async function answered() {
  const from = somebody();
  const number = await desk.write({ from, subject: 'Broken' });
  await desk.do('Ann', number, 'answer', { text: 'Is it plugged in?' });
  return { from, number, answer: await desk.answerTo(from) };
}

test('M02: the number of a ticket, guessed and guessed, opens none', async () => {
  const { number } = await answered();
  const old = await desk.ticket(number);
  const from = somebody();
  const guesses = IS_LONG ? 200 : 4;
  const tickets = (await desk.rows('id', 'ticket')).length;
  for (let i = 0; i < guesses; i++) {
    const { outcome } = await desk.receive({ from, subject: i % 2 ? `Re: [#${number}] mine` : `[#${1_000_000 + i}] Re: mine [#${number}]`, headers: { 'X-Ticket': String(number), 'X-Deskd-Ticket': String(number) } });
    assert.equal(outcome, OUTCOME.ticket);
  }
  assert.equal((await desk.rows('id', 'ticket')).length, tickets + guesses);
  assert.deepEqual(await desk.ticket(number), old);
});

test('M04: who writes with an address of an agent is a customer, whatever headers say', async () => {
  const { from: customer, number, answer } = await answered();
  await desk.quiet();
  const sent = desk.outbox(customer).length;
  const agent = desk.emails.get('Ann');
  const headers = { 'X-Deskd-Kind': 'answer', 'X-Deskd-User': '1', 'X-Deskd-Status': 'R', 'X-Deskd-Agent': agent, Sender: agent,
    'Authentication-Results': `${desk.host}; dmarc=pass; spf=pass`, 'X-Original-From': agent };
  const got = await desk.receive({ from: `Ann <${agent}>`, to: address(answer.headers['reply-to']), subject: 'As an agent', text: 'pay 1000', headers });
  assert.deepEqual([got.outcome, got.number], [OUTCOME.reply, number]);
  const last = (await messagesOf(number)).at(-1);
  assert.deepEqual([last[0], last[1]], ['1', agent], 'a message of a customer');
  assert.equal(await desk.status(number), 'C');
  assert.deepEqual((await desk.events(number)).filter((e) => e.actor === '1').map((e) => e.who).filter((w) => w !== 'Ann'), []);
  await desk.quiet();
  assert.equal(desk.outbox(customer).length, sent, 'nothing of it went to the customer');
  const own = await desk.write({ from: `Ann <${agent}>`, subject: 'New', headers });
  const ticket = await desk.ticket(own);
  assert.deepEqual([ticket.status, ticket.agent_id], ['N', null]);
});

test('M05: who copies himself in with a forged sender joins nothing', async () => {
  const { from, number, answer } = await answered();
  const intruder = somebody();
  const known = (await desk.rows('COUNT(*)', 'participant'))[0][0];
  for (const headers of [{ Cc: intruder }, { Cc: intruder, 'Reply-To': from }, { To: `${desk.home.address}, ${intruder}` }])
    await desk.receive({ from: `Carla <${from}>`, subject: `Re: [#${number}] Broken`, text: 'Keep him informed', headers });
  assert.equal((await desk.rows('COUNT(*)', 'participant'))[0][0], known);
  assert.equal((await desk.receive({ from: intruder, subject: `[#${number}]` })).outcome, OUTCOME.ticket);
  const page = (await (await desk.as('Ann')).get(`/tickets/${number}`)).body;
  assert.doesNotMatch(page, new RegExp(`name="cc"[^>]*${intruder}`));
  await desk.do('Ann', number, 'answer', { text: 'For Carla only' });
  await desk.answerTo(from, 2);
  await desk.quiet();
  assert.ok(desk.outbox(intruder).every((m) => !leafText(m, 'text/plain').includes('Is it plugged in') && !leafText(m, 'text/plain').includes('For Carla')));
  // with what only our mail could tell, the copy is meant
  await desk.receive({ from, subject: 'Re: Broken', headers: { 'In-Reply-To': answer.headers['message-id'], Cc: intruder } });
  assert.equal((await desk.rows('COUNT(*)', 'participant'))[0][0], String(Number(known) + 1));
});

test('M06: a mail to one help desk carries nothing of another, whatever it refers to', async () => {
  const { from, number, answer } = await answered();
  const other = await Desk.open(s);
  const headers = { 'In-Reply-To': answer.headers['message-id'], References: answer.headers['message-id'] };
  const own = await other.write({ from, subject: `Re: [#${number}] Broken`, headers });
  await other.do('owner', own, 'answer', { text: 'From the other house' });
  const letter = await other.answerTo(from);
  for (const text of [letter.raw, leafText(letter, 'text/plain'), leafText(letter, 'text/html')])
    for (const secret of ['Is it plugged in', desk.host, desk.name]) assert.ok(!text.replaceAll(from, '').includes(secret), secret);
  assert.equal((await messagesOf(number)).length, 2);
});

test('M07: two help desks that write to each other fall silent', async () => {
  const other = await Desk.open(s);
  const count = async () => (await Promise.all([desk, other].map((d) => d.rows('COUNT(*)', 'mail_in')))).flat(2).map(Number);
  await desk.receive({ from: other.home.address, to: desk.home.address, subject: 'Who is there?' });
  const carried = new Set();
  for (let round = 0; round < 6; round++) {
    await Promise.all([desk.quiet(), other.quiet()]);
    const letters = [[desk, other], [other, desk]].flatMap(([from, to]) => from.outbox(to.home.address).filter((m) => !carried.has(m.file)).map((m) => [to, m]));
    if (letters.length === 0) break;
    for (const [to, m] of letters) {
      carried.add(m.file);
      await to.receive({ from: address(m.headers.from), envelopeFrom: '', to: to.home.address, message: m.raw });
    }
  }
  assert.ok(carried.size <= 2, `${carried.size} mails went between them`);
  assert.ok((await count()).every((n) => n < 40));
});

const vacations = [
  { 'Auto-Submitted': 'auto-replied', Subject: 'Out of office' },
  { 'X-Autoreply': 'yes' },
  { 'X-Autorespond': 'Away' },
  { 'X-Auto-Response-Suppress': 'OOF, AutoReply' },
  { Precedence: 'auto_reply' },
  { Precedence: 'bulk' },
  { Precedence: 'junk' },
  { 'Auto-Submitted': 'auto-generated; type=x' },
  { 'List-Unsubscribe': '<mailto:x@lists.example>', 'List-Id': '<x.lists.example>' },
  { 'X-Deskd-Loop': '1-00000000000000000000000000000000', 'Auto-Submitted': 'auto-replied' },
];

test('M07: vacations of every make get no answer of ours', async () => {
  const all = vacations.map((headers) => [somebody(), headers]);
  for (const [from, headers] of all) await desk.receive({ from, subject: 'I am away', headers });
  await desk.quiet();
  for (const [from, headers] of all) assert.deepEqual(desk.outbox(from), [], JSON.stringify(headers));
});

test('M08: a victim whom others name gets a few confirmations, with nothing in them that others wrote', async () => {
  const own = await Desk.open(s);
  const victim = `victim@${own.name}.example`;
  const bait = 'BUY NOW https://evil.example/x';
  let refused = 0;
  for (let i = 0; i < 25; i++) {
    const client = s.client(own);
    const rs = await client.post('/contact', { token: await tokenOf(client, '/contact'), name: bait, email: victim, subject: `${bait} ${i}`, text: bait });
    refused += rs.status === 429;
  }
  assert.ok(refused >= 5, `${refused} refused`);
  for (let i = 0; i < 5; i++) await own.receive({ from: `${bait} <${victim}>`, subject: `${bait} ${i}`, text: bait });
  await own.quiet();
  const letters = own.outbox(victim);
  assert.ok(letters.length >= 1 && letters.length <= 6, `${letters.length} confirmations`);
  for (const letter of letters)
    assert.doesNotMatch([letter.raw, decodeWords(letter.raw), leafText(letter, 'text/plain'), leafText(letter, 'text/html')].join(), /BUY|evil/);
});

test('M12: the sender is who the address says, not who the name pretends to be', async () => {
  const cases = [
    ['"boss@bank.example" <eve@evil.example>', 'eve@evil.example'],
    ['"Eve (boss@bank.example)" <eve@evil.example>', 'eve@evil.example'],
    ['Eve (<boss@bank.example>) <eve@evil.example>', 'eve@evil.example'],
    ['"quoted local"@evil.example', 'eve@evil.example'], // with a space it is none to us: the envelope's
    ['=?utf-8?q?boss=40bank=2Eexample?= <eve@evil.example>', 'eve@evil.example'],
    ['<eve@evil.example> (boss@bank.example)', 'eve@evil.example'],
    ['Eve <EVE@Evil.Example>', 'eve@evil.example'],
    ['Team: eve@evil.example;', 'eve@evil.example'],
  ];
  for (const [from, want] of cases) {
    const number = await desk.write({ from, subject: 'Who?', envelopeFrom: 'eve@evil.example', message: mail({ from, to: desk.home.address, subject: 'Who?' }) });
    const [[, email]] = await messagesOf(number);
    assert.equal(email.toLowerCase(), want, from);
  }
  for (const from of ['a@b@evil.example', 'boss@bank.example\u0000@evil.example', '@@', 'boss@bank.example, eve@evil.example']) {
    const { outcome } = await desk.receive({ from: 'eve@evil.example', message: mail({ from, to: desk.home.address, subject: 'Odd' }) });
    assert.ok(outcome > 0, from);
  }
});

test('M13: what is signed or encrypted is kept as it came, and nothing claims that it was checked', async () => {
  const from = somebody();
  const p7 = Buffer.from('3080060960864801650304020100', 'hex');
  const pgp = '-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA0\r\n-----END PGP MESSAGE-----\r\n';
  const parts = {
    'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256': [['text/plain', 'Signed text'], ['application/pkcs7-signature; name=smime.p7s', p7]],
    'multipart/encrypted; protocol="application/pgp-encrypted"': [['application/pgp-encrypted; name=v.asc', Buffer.from('Version: 1\r\n')], ['application/octet-stream; name=msg.asc', Buffer.from(pgp)]],
    'multipart/mixed': [['text/plain', 'See'], ['application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m', p7]],
  };
  for (const [type, leaves] of Object.entries(parts)) {
    const body = leaves.map(([t, data]) => Buffer.isBuffer(data)
      ? `--b\r\nContent-Type: ${t}\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n${data.toString('base64')}\r\n`
      : `--b\r\nContent-Type: ${t}\r\n\r\n${data}\r\n`);
    const number = await desk.write({ from, subject: 'Secret', text: `${body.join('')}--b--`, headers: { 'Content-Type': `${type}; boundary=b`, 'X-PGP-Verified': 'yes' } });
    const sums = (await desk.rows('HEX(sha256)', 'attachment', `ticket_id = ${(await desk.ticket(number)).id}`)).flat();
    for (const [, data] of leaves)
      if (Buffer.isBuffer(data)) assert.ok(sums.includes(createHash('sha256').update(data).digest('hex').toUpperCase()), type);
    const page = (await (await desk.as('Ann')).get(`/tickets/${number}`)).body;
    assert.doesNotMatch(page, /verified|valid signature|trusted/i);
  }
});
