// tests/e2e/lmtp.test.mjs - dialogues: commands, limits, what ends a mail, slow clients, suspended tenants
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk } from '../support/desk.mjs';
import { mail } from '../support/lmtp.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const LIMIT = 200_000;

let s;
let desk;
before(async () => {
  s = openStack({ conf: [`message_bytes = ${LIMIT}`, 'lmtp_workers = 1'] });
  desk = await Desk.open(s);
});
after(() => s?.close());

/** Sends all of it at once; what was said until the server closed: [{ code, text }]. */
function talk(...lines) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(s.lmtpSocket);
    let said = '';
    socket.setTimeout(20000, () => socket.destroy(new Error(`no end after:\n${said}`)));
    socket.on('data', (d) => (said += d));
    socket.on('error', reject);
    socket.on('close', () =>
      resolve(said.split('\r\n').filter((l) => /^\d{3} /.test(l)).map((l) => ({ code: Number(l.slice(0, 3)), text: l.slice(4) }))));
    for (const line of lines) socket.write(line);
  });
}

const codes = (replies) => replies.map((r) => `${r.code} ${/^\d\.\d\.\d/.exec(r.text)?.[0] ?? ''}`.trim());
const hello = 'LHLO tests.example\r\n';
const from = 'MAIL FROM:<a@senders.example>\r\n';
const to = () => `RCPT TO:<${desk.home.address}>\r\n`;

const dialogues = {
  'what belongs before what': [() => [from, hello, to(), 'DATA\r\n', from, from, 'DATA\r\n', 'RSET\r\n', to()],
    ['503 5.5.1', '250', '503 5.5.1', '503 5.5.1', '250 2.1.0', '503 5.5.1', '503 5.5.1', '250 2.0.0', '503 5.5.1']],
  'SMTP is not spoken': [() => ['HELO x\r\n', 'EHLO x\r\n'], ['500 5.5.1', '500 5.5.1']],
  'small commands': [() => ['NOOP\r\n', 'vrfy a\r\n', 'EXPN a\r\n', 'XYZZY\r\n', '\r\n'],
    ['250 2.0.0', '252 2.5.0', '500 5.5.2', '500 5.5.2', '500 5.5.2']],
  'addresses that are none': [() => [hello, 'MAIL FROM:x@y.example\r\n', 'MAIL FROM:<a b@c.example>\r\n', from,
    'RCPT TO:<>\r\n', 'RCPT TO:<a@b\r\n', 'RCPT TO:<a\x01@b.example>\r\n'],
  ['250', '501 5.1.7', '501 5.1.7', '250 2.1.0', '501 5.1.3', '501 5.1.3', '501 5.1.3']],
  'recipients that are not here': [() => [hello, from, `RCPT TO:<nobody@${desk.host}>\r\n`, 'RCPT TO:<support@nowhere.example>\r\n',
    'RCPT TO:<support>\r\n', to().toUpperCase()], ['250', '250 2.1.0', '550 5.1.1', '550 5.1.2', '550 5.1.2', '250 2.1.5']],
  'parameters': [() => [hello, `MAIL FROM:<a@b.example> SIZE=${LIMIT + 1}\r\n`, 'MAIL FROM:<a@b.example> SIZE=x\r\n',
    'MAIL FROM:<a@b.example> BODY=BINARYMIME\r\n', 'MAIL FROM:<a@b.example> XX=1\r\n',
    'MAIL FROM:<> SIZE=10 BODY=8BITMIME SMTPUTF8\r\n', `RCPT TO:<${desk.home.address}> NOTIFY=NEVER\r\n`],
  ['250', '552 5.3.4', '501 5.5.4', '501 5.5.4', '555 5.5.4', '250 2.1.0', '555 5.5.4']],
  'letters beyond ASCII need SMTPUTF8': [() => [hello, 'MAIL FROM:<ł@b.example>\r\n', 'MAIL FROM:<ł@b.example> SMTPUTF8\r\n'],
    ['250', '553 5.6.7', '250 2.1.0']],
  'lines that are too long': [() => [`NOOP ${'x'.repeat(2000)}\r\n`, `${'y'.repeat(50000)}\r\n`, 'NOOP\r\n'],
    ['500 5.5.2', '500 5.5.2', '250 2.0.0']],
  'bare line ends and NUL in commands': [() => ['NOOP\n', 'NO\rOP\r\n', 'NOOP \0\r\n', 'NOOP\r\n'],
    ['500 5.5.2', '500 5.5.2', '500 5.5.2', '250 2.0.0']],
};

for (const [name, [lines, wanted]] of Object.entries(dialogues))
  test(name, async () => {
    const replies = await talk(...lines(), 'QUIT\r\n');
    assert.deepEqual(codes(replies), ['220', ...wanted, '221 2.0.0']);
  });

test('a client that errs without end is sent away', async () => {
  const replies = await talk('XYZZY\r\n'.repeat(100));
  assert.equal(replies.at(-1).code, 421);
  assert.ok(replies.length < 30);
});

/** The raw mail as it was kept. */
async function kept(number) {
  const { messages } = await s.ctlJson('ticket', 'show', '--tenant', desk.name, '--number', String(number));
  return messages[0];
}

async function newLines(since) {
  const all = await s.ctlJson('mail', 'list', '--tenant', desk.name);
  return all.slice(since);
}

test('only CRLF.CRLF ends a mail: nothing is smuggled', async () => {
  const before = (await newLines(0)).length;
  const evil = `\r\nMAIL FROM:<ceo@bank.example>\r\nRCPT TO:<${desk.home.address}>\r\nDATA\r\nSubject: Smuggled\r\n\r\nevil`;
  for (const end of ['\n.\n', '\n.\r\n', '\r.\r', '\r\n.\n', '\r\n.\r', '\n.\n\r', '\0\r\n.\n']) {
    const replies = await talk(hello, from, to(), 'DATA\r\n',
      `From: a@senders.example\r\nSubject: Bait ${JSON.stringify(end)}\r\n\r\nfirst${end}${evil}\r\n.\r\n`, 'QUIT\r\n');
    assert.deepEqual(codes(replies).slice(4), ['354', '250 2.0.0', '221 2.0.0'], JSON.stringify(end));
  }
  const lines = await waitFor('seven imports', async () => {
    const now = await newLines(before);
    return now.length >= 7 && now;
  });
  assert.equal(lines.length, 7);
  assert.ok(lines.every((l) => l.subject.startsWith('Bait') && l.from === 'a@senders.example'));
  assert.match((await kept(lines[0].ticket)).text, /first[\s\S]*Smuggled[\s\S]*evil/);
});

test('dots are unstuffed, bytes of any value arrive', async () => {
  const before = (await newLines(0)).length;
  const head = 'From: a@senders.example\r\nSubject: Dots\r\nContent-Type: application/octet-stream; name=x.bin\r\n' +
    'Content-Disposition: attachment\r\nContent-Transfer-Encoding: binary\r\n\r\n';
  const body = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
  await talk(hello, from, to(), 'DATA\r\n', head, '..one\r\n...two\r\n', body, '\r\n..\r\n.\r\n', 'QUIT\r\n');
  const [line] = await waitFor('the import', async () => (await newLines(before)).length > 0 && newLines(before));
  const { attachments } = await kept(line.ticket);
  assert.equal(attachments.length, 1);
  assert.equal(attachments[0].size, '.one\r\n..two\r\n'.length + 512 + '\r\n.\r\n'.length);
});

test('each recipient is answered for, also when pipelined', async () => {
  const other = await Desk.open(s);
  const replies = await talk(hello, from, to(), 'RCPT TO:<x@nowhere.example>\r\n', `RCPT TO:<${other.home.address}>\r\n`, 'DATA\r\n',
    mail({ from: 'a@senders.example', to: 'all', subject: 'To two' }), '.\r\n', 'RSET\r\n', 'QUIT\r\n');
  assert.deepEqual(codes(replies).slice(3), ['250 2.1.5', '550 5.1.2', '250 2.1.5', '354', '250 2.0.0', '250 2.0.0', '250 2.0.0', '221 2.0.0']);
  assert.match(replies[7].text, new RegExp(desk.host));
  assert.match(replies[8].text, new RegExp(other.host));
  await waitFor('both imports', async () => (await other.rows('id', 'ticket')).length === 1);
});

test('a mail above the limit is refused, and the next one is taken', async () => {
  const letter = (size) => `${mail({ from: 'a@senders.example', to: 'x', subject: `Size ${size}`, text: 'x'.repeat(size) })}.\r\n`;
  const replies = await talk(hello, from, to(), to(), 'DATA\r\n', letter(LIMIT), from, to(), 'DATA\r\n', letter(LIMIT / 2), 'QUIT\r\n');
  assert.deepEqual(codes(replies).slice(5), ['354', '552 5.3.4', '552 5.3.4', '250 2.1.0', '250 2.1.5', '354', '250 2.0.0', '221 2.0.0']);
});

test('more recipients than a mail may have', async () => {
  const replies = await talk(hello, from, to().repeat(1001), 'RSET\r\n', 'QUIT\r\n');
  const rcpt = codes(replies).slice(3, -2);
  assert.equal(rcpt.length, 1001);
  assert.ok(rcpt.slice(0, 1000).every((c) => c === '250 2.1.5'));
  assert.equal(rcpt[1000], '452 4.5.3');
});

test('slow and silent clients do not hold up the others', async () => {
  const slow = Array.from({ length: 40 }, () => net.connect(s.lmtpSocket));
  try {
    for (const socket of slow) socket.write(`${hello}${from}${to()}DATA\r\nSubject: never`);
    await sleep(300);
    const start = Date.now();
    const [rs] = await s.deliver({ from: 'a@senders.example', to: desk.home.address,
      message: mail({ from: 'a@senders.example', to: desk.home.address, subject: 'Quick' }) });
    assert.equal(rs.code, 250);
    assert.ok(Date.now() - start < 3000, `${Date.now() - start} ms`);
  } finally {
    for (const socket of slow) socket.destroy();
  }
});

test('a client that goes away within a mail leaves nothing behind', async () => {
  const before = (await newLines(0)).length;
  const socket = net.connect(s.lmtpSocket);
  socket.write(`${hello}${from}${to()}DATA\r\nFrom: a@senders.example\r\n\r\nhalf\r\n.\r`);
  await sleep(200);
  socket.destroy();
  await sleep(500);
  assert.equal((await newLines(before)).filter((l) => l.size < 100).length, 0);
});

test('mail for a suspended help desk is deferred', async () => {
  const other = await Desk.open(s);
  const rcpt = `RCPT TO:<${other.home.address}>\r\n`;
  await s.ctl('tenant', 'suspend', other.name);
  assert.deepEqual(codes(await talk(hello, from, rcpt, 'QUIT\r\n')).slice(3), ['450 4.7.1', '221 2.0.0']);
  await s.ctl('tenant', 'resume', other.name);
  assert.deepEqual(codes(await talk(hello, from, rcpt, 'QUIT\r\n')).slice(3), ['250 2.1.5', '221 2.0.0']);
});

test('a disk that takes nothing is said to the sender, who tries again', async () => {
  const { execFileSync } = await import('node:child_process');
  const spool = `${s.folder}/data/spool`;
  execFileSync('mv', [`${spool}/tmp`, `${spool}/away`]);
  try {
    const letter = mail({ from: 'a@senders.example', to: 'x', subject: 'No room' });
    const replies = await talk(hello, from, to(), 'DATA\r\n', letter, '.\r\n', 'QUIT\r\n');
    assert.match(codes(replies).at(-2), /^45[12] 4\.3\.[01]$/);
  } finally {
    execFileSync('mv', [`${spool}/away`, `${spool}/tmp`]);
  }
});
