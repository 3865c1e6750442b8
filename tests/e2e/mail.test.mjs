// tests/e2e/mail.test.mjs - what becomes of a mail: threading, strangers, loops, copies, bounces, machines
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { textOf } from '../support/http.mjs';
import { mail } from '../support/lmtp.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const OUTCOME = { ticket: 1, reply: 2, duplicate: 3, bounce: 4, automatic: 5, loop: 6, parked: 7, refused: 8 };

let s;
let desk;
let customers = 0;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
});
after(() => s?.close());

const customer = () => `carla${++customers}@${desk.name}.example`;
const show = (number, d = desk) => s.ctlJson('ticket', 'show', '--tenant', d.name, '--number', String(number));
const id = (name) => `<${name}.${Math.random().toString(36).slice(2)}@customers.example>`;

/** A ticket that was answered: { number, email, messageId, answer }. */
async function answered(d = desk, options = {}) {
  const email = customer();
  const messageId = id('first');
  const number = await d.write({ from: `Carla <${email}>`, subject: 'Broken', headers: { 'Message-ID': messageId }, ...options });
  await d.do('owner', number, 'answer', { text: 'Is it plugged in?' });
  return { number, email, messageId, answer: await d.answerTo(email) };
}

const address = (header) => /<([^>]*)>/.exec(header)?.[1] ?? header;

/** A mail that must have become a reply to this ticket. */
async function isReply(number, letter) {
  const { outcome, number: where, reason } = await desk.receive(letter);
  assert.deepEqual([outcome, where], [OUTCOME.reply, number], reason);
  return reason;
}

/** A mail that must not have touched this ticket; number of its own. */
async function isNew(number, letter, d = desk) {
  const old = await desk.ticket(number);
  const { outcome, number: where, reason } = await d.receive(letter);
  assert.equal(outcome, OUTCOME.ticket, reason);
  if (d === desk) assert.notEqual(where, number);
  assert.deepEqual(await desk.ticket(number), old);
  return where;
}

test('a reply to our address threads, whoever sends it', async () => {
  const { number, email, answer } = await answered();
  const to = address(answer.headers['reply-to']);
  assert.match(to, /^support\+t/);
  assert.equal(await isReply(number, { from: email, to, subject: 'Yes' }), 'our reply address');
  assert.equal(await desk.status(number), 'C');
  await isReply(number, { from: customer(), to: to.toUpperCase(), subject: 'I am the boss of Carla' });
});

test('a changed, cut or foreign reply address is no credential', async () => {
  const { number, answer } = await answered();
  const to = address(answer.headers['reply-to']);
  const [, local, tag, host] = /^([^+]+)\+([^@]+)@(.*)$/.exec(to);
  const last = tag.at(-1) === 'a' ? 'b' : 'a';
  for (const forged of [tag.slice(0, -1) + last, tag.slice(0, -4), tag.replace(/-.*/, ''), `${tag}x`, 't1-'])
    await isNew(number, { from: customer(), to: `${local}+${forged}@${host}`, subject: 'Let me in' });
  const other = await Desk.open(s);
  await isNew(number, { from: customer(), to: `support+${tag}@${other.host}`, subject: 'Wrong house' }, other);
});

test('our Message-ID threads for people of the ticket', async () => {
  const { number, email, messageId, answer } = await answered();
  const ours = answer.headers['message-id'];
  assert.equal(await isReply(number, { from: email, subject: 'Re: Broken', headers: { 'In-Reply-To': ours } }), 'our Message-ID');
  assert.equal(await isReply(number, { from: email.toUpperCase(), subject: 'Again', headers: { References: messageId } }), 'a known Message-ID');
});

test('a stranger who quotes our Message-ID gets a ticket of his own, and a hint', async () => {
  const { number, messageId, answer } = await answered();
  for (const headers of [{ 'In-Reply-To': answer.headers['message-id'] }, { References: messageId }]) {
    const own = await isNew(number, { from: customer(), subject: 'Re: Broken', headers });
    const [hint] = await desk.events(own, 'hint');
    assert.equal(hint.to, String(number));
    assert.equal((await show(own)).participants.length, 0);
  }
});

test('the number in the subject counts only for people of the ticket', async () => {
  const { number, email } = await answered();
  await isReply(number, { from: email, subject: `Re: [#${number}] Broken` });
  await isNew(number, { from: customer(), subject: `Re: [#${number}] Broken` });
});

test('whom a customer copies in may write to the ticket; whom a stranger copies may not', async () => {
  const { number, email, answer } = await answered();
  const colleague = customer();
  const headers = { 'In-Reply-To': answer.headers['message-id'] };
  await isNew(number, { from: colleague, subject: 'Before', headers });
  await isReply(number, { from: email, subject: 'With my colleague', headers: { ...headers, Cc: `Kim <${colleague}>` } });
  await isReply(number, { from: colleague, subject: 'Now', headers });
  const intruder = customer();
  await isNew(number, { from: customer(), subject: 'Me too', headers: { ...headers, Cc: intruder } });
  await isNew(number, { from: intruder, subject: 'And me', headers });
});

test('references lead nowhere in another help desk', async () => {
  const { number, email, messageId, answer } = await answered();
  const other = await Desk.open(s);
  const own = await isNew(number, { from: email, to: other.home.address, subject: `Re: [#${number}] Broken`,
    headers: { References: `${messageId} ${answer.headers['message-id']}` } }, other);
  assert.equal((await other.events(own, 'hint')).length, 0);
});

test('a resolved ticket opens again', async () => {
  const { number, email } = await answered();
  await desk.do('owner', number, 'resolve');
  await isReply(number, { from: email, subject: `[#${number}]` });
  assert.equal(await desk.status(number), 'C');
});

test('our own mail that comes back ends', async () => {
  const { number, email, answer } = await answered();
  const old = await desk.ticket(number);
  assert.equal((await desk.receive({ from: email, message: answer.raw })).outcome, OUTCOME.loop);
  assert.equal((await desk.receive({ from: desk.home.address, subject: 'From ourselves' })).outcome, OUTCOME.loop);
  assert.deepEqual(await desk.ticket(number), old);
});

test('the same mail twice is one ticket; a forged copy of its id is another', async () => {
  const email = customer();
  const message = mail({ from: email, to: desk.home.address, subject: 'Once', headers: { 'Message-ID': id('once') } });
  const number = await desk.write({ from: email, message });
  const again = await desk.receive({ from: email, message });
  assert.deepEqual([again.outcome, again.number], [OUTCOME.duplicate, number]);
  assert.equal((await show(number)).messages.length, 1);
  const other = customer();
  const forged = await desk.receive({ from: other, message: message.replaceAll(email, other) });
  assert.equal(forged.outcome, OUTCOME.ticket);
  const nameless = mail({ from: email, to: desk.home.address, subject: 'No id', headers: { 'Message-ID': null } });
  await desk.write({ from: email, message: nameless });
  assert.equal((await desk.receive({ from: email, message: nameless })).outcome, OUTCOME.duplicate);
});

/** A delivery report (RFC 3464) about one of our mails. */
function bounce(letter, recipient, action = 'failed', status = '5.1.1') {
  const parts = [
    ['text/plain', 'Your message could not be delivered.'],
    ['message/delivery-status', `Reporting-MTA: dns; mx.customers.example\r\n\r\nFinal-Recipient: rfc822; ${recipient}\r\n` +
      `Action: ${action}\r\nStatus: ${status}\r\nDiagnostic-Code: smtp; 550 ${status} User unknown`],
    ['message/rfc822', letter.raw],
  ].map(([type, body]) => `--BB\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`);
  return `From: Mail Delivery System <MAILER-DAEMON@mx.customers.example>\r\nTo: ${desk.home.address}\r\n` +
    `Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: ${id('dsn')}\r\nMIME-Version: 1.0\r\n` +
    `Content-Type: multipart/report; report-type=delivery-status; boundary=BB\r\n\r\n${parts.join('')}--BB--\r\n`;
}

test('a bounce marks the answer, brings the ticket back and wakes its author', async () => {
  const { number, email, answer } = await answered();
  const tickets = (await desk.rows('id', 'ticket')).length;
  const got = await desk.receive({ from: 'MAILER-DAEMON@mx.customers.example', envelopeFrom: '', message: bounce(answer, email) });
  assert.deepEqual([got.outcome, got.number], [OUTCOME.bounce, number], got.reason);
  assert.equal(await desk.status(number), 'C');
  const { messages } = await show(number);
  const failed = messages.find((m) => m.kind === 'answer');
  assert.equal(failed.delivery, 'failed');
  assert.match(failed.delivery_text, /5\.1\.1/);
  assert.equal((await desk.events(number, 'delivery_failed')).length, 1);
  const notice = await desk.automaticTo(desk.owner);
  assert.match(notice.raw, /5\.1\.1|User unknown/);
  assert.equal((await desk.rows('id', 'ticket')).length, tickets);
});

test('a bounce of somebody else\'s mail changes nothing', async () => {
  const { number, email, answer } = await answered();
  const forged = { raw: answer.raw.replace(/(message-id:\s*<.)./i, '$1_') };
  const got = await desk.receive({ from: 'MAILER-DAEMON@mx.customers.example', envelopeFrom: '', message: bounce(forged, email) });
  assert.equal(got.outcome, OUTCOME.bounce);
  assert.equal(await desk.status(number), 'A');
});

test('an automatic reply answers nothing and is answered by nothing', async () => {
  const { number, email, answer } = await answered();
  const got = await desk.receive({ from: email, to: address(answer.headers['reply-to']), subject: 'Out of office',
    headers: { 'Auto-Submitted': 'auto-replied', 'In-Reply-To': answer.headers['message-id'] } });
  assert.deepEqual([got.outcome, got.number], [OUTCOME.automatic, number]);
  assert.equal(await desk.status(number), 'A');
  assert.equal((await show(number)).messages.at(-1).kind, 'machine');
});

test('a receipt goes to people, says that it is automatic, and is capped', async () => {
  const email = customer();
  for (let i = 0; i < 5; i++) await desk.write({ from: email, subject: `Wish ${i}` });
  await desk.quiet();
  const receipts = await waitFor('receipts', () => s.outbox(email));
  assert.equal(receipts.length, 3);
  for (const r of receipts) {
    assert.equal(r.headers['auto-submitted'], 'auto-replied');
    assert.ok(r.headers['x-deskd-loop']);
    assert.doesNotMatch(r.raw, /Wish \d[\s\S]*does not work/);
  }
});

test('machines, lists and nobody get no receipt', async () => {
  const silent = { Precedence: 'bulk', 'List-Id': '<news.example>', 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };
  const emails = [];
  for (const [name, value] of Object.entries(silent)) {
    const email = customer();
    emails.push(email);
    await desk.receive({ from: email, subject: name, headers: { [name]: value } });
  }
  emails.push(customer());
  await desk.receive({ from: emails.at(-1), envelopeFrom: '', subject: 'Null sender' });
  await desk.quiet();
  for (const email of emails) assert.equal(s.outbox(email).length, 0, email);
});

test('the ticket says what its mails caused: receipts, none for machines, delays, loops, damage', async () => {
  const page = async (number) => textOf((await (await desk.as('owner')).get(`/tickets/${number}`)).body);
  const kinds = async (number) => (await desk.events(number)).map((e) => e.kind);
  const email = customer();
  const numbers = [];
  for (let i = 0; i < 4; i++) numbers.push(await desk.write({ from: email, subject: `Receipt ${i}` }));
  assert.equal((await kinds(numbers[0])).at(-1), 'receipt');
  assert.equal((await kinds(numbers[3])).at(-1), 'receipt_limited');
  assert.match(await page(numbers[0]), /The customer got a receipt/);
  assert.match(await page(numbers[3]), /No receipt was sent: this address has had enough of them/);

  const machine = await desk.receive({ from: customer(), headers: { Precedence: 'bulk' } });
  assert.match(await page(machine.number), /No receipt was sent Precedence: bulk/);

  const cut = 'Content-Type: multipart/mixed; boundary=b';
  const damaged = await desk.receive({ from: customer(), text: '--b\r\n\r\nfirst', headers: { 'Content-Type': cut.slice(14) } });
  assert.match(await page(damaged.number), /The mail was damaged.*a multipart without end.*No receipt was sent the mail was damaged/);

  const { number, email: whom, answer } = await answered();
  await desk.receive({ from: whom, subject: 'Out of office', headers: { 'Auto-Submitted': 'auto-replied', 'In-Reply-To': answer.headers['message-id'] } });
  await desk.receive({ from: 'MAILER-DAEMON@mx.customers.example', envelopeFrom: '', message: bounce(answer, whom, 'delayed', '4.4.1') });
  await desk.receive({ from: whom, envelopeFrom: '', message: answer.raw });
  assert.deepEqual((await kinds(number)).slice(-3), ['machine', 'delivery_delayed', 'loop']);
  const text = await page(number);
  assert.match(text, /An automatic mail arrived and changed nothing.*An answer is not delivered yet.*4\.4\.1.*A mail of our own came back/);
  assert.equal(await desk.status(number), 'A');
});

test('a bounce that quotes nothing of our mail is known by the address that it went to', async () => {
  const { number, email, answer } = await answered();
  const sender = await desk.one(`SELECT sender FROM outbox WHERE tenant_id = ${desk.id} AND recipient = '${email}' AND kind = 1`);
  assert.match(sender, /^support\+t[0-9a-f]+-[0-9a-f]{32}@/);
  const bare = bounce(answer, email).replace(/message\/rfc822\r\n\r\n[\s\S]*?--BB--/, 'text/plain\r\n\r\n-\r\n--BB--');
  assert.doesNotMatch(bare, /deskd\./);
  const got = await desk.receive({ from: 'MAILER-DAEMON@mx.customers.example', envelopeFrom: '', to: sender, message: bare });
  assert.deepEqual([got.outcome, got.number], [OUTCOME.bounce, number], got.reason);
  assert.equal((await show(number)).messages.find((m) => m.kind === 'answer').delivery, 'failed');
  const stranger = await desk.receive({ from: 'MAILER-DAEMON@mx.customers.example', envelopeFrom: '', to: sender,
    message: bare.replaceAll(email, 'stranger@customers.example').replace(/Message-ID: <dsn/, 'Message-ID: <dsn2') });
  assert.equal(stranger.outcome, OUTCOME.bounce);
  assert.equal((await desk.events(number, 'delivery_failed')).length, 1);
});

test('inject: exit codes, what it waits for, where the sender comes from', async () => {
  const email = customer();
  const message = mail({ from: `Carla <${email}>`, to: desk.home.address, subject: 'By pipe' });
  const done = await s.tryCtl(['mail', 'inject', '--to', desk.home.address, '--wait'], message);
  assert.equal(done.status, 0, done.stderr);
  const line = JSON.parse(done.stdout);
  assert.equal(line.outcome, 'ticket');
  assert.equal(line.envelope_from, email);
  const file = path.join(s.folder, 'letter.eml');
  writeFileSync(file, message.replace(/\r\n/g, '\n').replace('By pipe', 'By file').replace(/Message-ID.*\n/, ''));
  const again = JSON.parse((await s.tryCtl(['mail', 'inject', '--to', desk.home.address, '--from', 'x@y.example', '--wait', file])).stdout);
  assert.deepEqual([again.outcome, again.subject, again.envelope_from], ['ticket', 'By file', 'x@y.example']);
  const unknown = await s.tryCtl(['mail', 'inject', '--to', `nobody@${desk.host}`], message);
  assert.equal(unknown.status, 67);
  assert.match(unknown.stderr, /nobody@/);
  assert.equal((await s.tryCtl(['mail', 'inject'], message)).status, 2);
  assert.equal((await s.tryCtl(['mail', 'inject', '--to', desk.home.address], '')).status, 1);
  const other = await Desk.open(s);
  await s.ctl('tenant', 'suspend', other.name);
  assert.equal((await s.tryCtl(['mail', 'inject', '--to', other.home.address], message)).status, 75);
});

test('list shows every accepted mail once, in order', async () => {
  const other = await Desk.open(s);
  const ids = [id('one'), id('two'), id('three')];
  for (const messageId of ids) await other.write({ from: customer(), subject: 'Listed', headers: { 'Message-ID': messageId } });
  const all = await s.ctlJson('mail', 'list', '--tenant', other.name);
  assert.deepEqual(all.map((l) => `<${l.message_id}>`), ids);
  assert.deepEqual(all.map((l) => l.ticket), [1, 2, 3]);
  for (const l of all) {
    assert.equal(typeof l.id, 'string');
    assert.match(l.received_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(l.to, other.home.address);
    assert.equal(l.outcome, 'ticket');
  }
  const rest = await s.ctlJson('mail', 'list', '--tenant', other.name, '--since', all[1].id);
  assert.deepEqual(rest.map((l) => l.id), [all[2].id]);
});

test('show prints what came, attachments with their sums', async () => {
  const email = customer();
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7) % 256));
  const message = [`From: =?utf-8?q?Zo=C3=AB?= <${email}>`, `To: ${desk.home.address}`, 'Cc: Kim <kim@customers.example>',
    'Subject: =?utf-8?b?xYHDs2TFug==?=', `Message-ID: ${id('show')}`, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=B', '',
    '--B', 'Content-Type: text/html; charset=utf-8', '', '<p onclick="x()">Hi <b>you</b><script>evil()</script></p>',
    '--B', 'Content-Type: application/octet-stream', "Content-Disposition: attachment; filename*=utf-8''%C5%82%C3%B3d%C5%BA.bin",
    'Content-Transfer-Encoding: base64', '', bytes.toString('base64').replace(/.{76}/g, '$&\r\n'), '--B--', ''].join('\r\n');
  const number = await desk.write({ from: email, message });
  const ticket = await show(number);
  assert.deepEqual([ticket.subject, ticket.status, ticket.status_code, ticket.department, ticket.agent], ['Łódź', 'new', 'N', desk.home.name, ticket.agent]);
  assert.deepEqual(ticket.contact, { name: 'Zoë', email });
  const [m] = ticket.messages;
  assert.equal(m.from, `Zoë <${email}>`);
  assert.match(m.cc, /kim@customers\.example/);
  assert.equal(m.text.trim(), 'Hi you');
  assert.match(m.html, /<b>you<\/b>/);
  assert.doesNotMatch(m.html, /script|onclick|evil/);
  const [file] = m.attachments;
  assert.deepEqual([file.name, file.size], ['łódź.bin', 1000]);
  for (const sum of ['sha256', 'md5']) assert.equal(file[sum], createHash(sum).update(bytes).digest('hex'));
  assert.ok(ticket.timeline.some((e) => e.kind === 'created' && e.actor === 'customer'));
});

test('a mail that ended the importing process twice is parked, and can be tried again', async () => {
  const email = customer();
  const last = BigInt(await desk.one(`SELECT MAX(id) FROM mail_in WHERE tenant_id = ${desk.id}`));
  const own = last + 4096n * 999n; // a later millisecond: nobody else's
  const envelope = `{"id":${own},"tenant":${desk.id},"received_at":${Date.now()},"from":"${email}","to":"${desk.home.address}"}`;
  const spool = path.join(s.folder, 'data/spool');
  const name = own.toString(16).padStart(16, '0');
  const file = path.join(spool, 'tmp', name);
  writeFileSync(file, `${envelope}\n${mail({ from: email, to: desk.home.address, subject: 'Deadly' })}`);
  chmodSync(file, 0o750); // two attempts were begun and not ended
  const { renameSync } = await import('node:fs');
  renameSync(file, path.join(spool, 'new', name));
  const line = await waitFor('the mail to be parked', async () =>
    (await s.ctlJson('mail', 'list', '--tenant', desk.name)).find((l) => l.id === String(own)));
  assert.equal(line.outcome, 'parked');
  const done = await s.tryCtl(['mail', 'retry', '--tenant', desk.name, '--id', String(own), '--wait']);
  assert.equal(done.status, 0, done.stderr);
  assert.equal(JSON.parse(done.stdout).outcome, 'ticket');
  assert.equal((await s.tryCtl(['mail', 'retry', '--tenant', desk.name, '--id', String(own)])).status, 1);
});

test('a mail that cannot be imported holds up no other; it is parked, and can be tried again', async () => {
  const email = customer();
  const poison = `Poison ${Date.now()}`;
  await s.sql(`CREATE TRIGGER poison BEFORE INSERT ON message FOR EACH ROW SET NEW.body = IF(NEW.subject = '${poison}', NULL, NEW.body)`);
  let line;
  try {
    const letter = (subject) => mail({ from: email, to: desk.home.address, subject });
    for (const subject of [poison, 'First behind', 'Second behind'])
      await s.deliver({ from: email, to: desk.home.address, message: letter(subject) });
    const lines = await waitFor('all three to be worked off', async () => {
      const all = await s.ctlJson('mail', 'list', '--tenant', desk.name);
      const own = all.filter((l) => l.envelope_from === email);
      return own.length === 3 && own;
    });
    line = lines.find((l) => l.outcome === 'parked');
    assert.equal(line.reason, 'importing it failed twice');
    assert.deepEqual(lines.filter((l) => l !== line).map((l) => l.outcome), ['ticket', 'ticket']);
  } finally {
    await s.sql('DROP TRIGGER poison');
  }
  const done = await s.tryCtl(['mail', 'retry', '--tenant', desk.name, '--id', line.id, '--wait']);
  assert.equal(JSON.parse(done.stdout).outcome, 'ticket', done.stderr);
});

test('the demo loads, once', async () => {
  const { stdout } = await s.tryCtl(['demo', 'load']);
  assert.match(stdout, /hostpol.*\n.*revenda.*\n.*vpsdom/);
  assert.equal((await s.ctl('demo', 'load')).match(/already/g).length, 3);
  const states = await s.ctlJson('outbox', 'list', '--tenant', 'hostpol');
  assert.ok(states.length > 50 && states.every((m) => ['sent', 'deferred', 'failed'].includes(m.state)));
  assert.match(await s.ctl('counters', 'check', '--tenant', 'hostpol'), /right/);
  assert.equal((await desk.s.login({ host: 'hostpol.localhost' }, 'agent@demo.localhost', 'deskd-demo-2026')).host, 'hostpol.localhost');
});

test('a seeded help desk is consistent, and grows when asked again', async () => {
  await s.ctl('seed', '--tenants', '1', '--tickets', '300');
  await s.ctl('seed', '--tenants', '1', '--tickets', '330');
  assert.match(await s.ctl('counters', 'check', '--tenant', 'seed-0001'), /right/);
  const rows = await s.ctlJson('ticket', 'list', '--tenant', 'seed-0001', '--limit', '1000');
  assert.ok(rows.length > 290 && rows.length <= 330);
  const ticket = await s.ctlJson('ticket', 'show', '--tenant', 'seed-0001', '--number', '330');
  assert.ok(ticket.messages.length >= 1 && ticket.timeline.length >= 1);
});
