// tests/e2e/customers.test.mjs - what customers reach: contact form, the link to their ticket; files and raw mails
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { leafText, leavesOf } from '../support/eml.mjs';
import { textOf } from '../support/http.mjs';
import { mail } from '../support/lmtp.mjs';
import { openStack } from '../support/stack.mjs';

let s;
let desk;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  await desk.person('Ann');
});
after(() => s?.close());

const NAME = 'Żółty "quoted"; name%.txt';
let people = 0;

/** Sends the contact form as somebody new: { rs, email, number }. */
async function contact(fields = {}, files) {
  const email = `visitor${++people}@visitors.example`;
  const client = s.client(desk);
  const rs = await client.submit(
    '/contact',
    '/contact',
    { name: 'Vera Visitor', email, subject: 'Question', text: 'How?', ...fields },
    files,
  );
  return { client, rs, email, number: Number(/number=(\d+)/.exec(rs.headers.location ?? '')?.[1]) };
}

test('the contact form opens a ticket and tells its number', async () => {
  const { client, rs, number } = await contact({ text: 'How <b>much</b>?' });
  assert.equal(rs.status, 303, textOf(rs.body));
  assert.match(textOf((await client.follow(rs)).body), new RegExp(`#${number}`));
  const { body } = await (await desk.as('Ann')).get(`/tickets/${number}`);
  for (const words of [
    'Question',
    'How <b>much</b>?',
    'Vera Visitor',
    'Vera Visitor opened the ticket',
    'Contact form',
  ])
    assert.ok(textOf(body).includes(words), words);
});

test('what is missing or wrong is said, and what was typed stays', async () => {
  for (const fields of [{ email: 'nobody' }, { subject: '' }, { text: '' }]) {
    const { rs } = await contact(fields);
    assert.equal(rs.status, 400);
    assert.match(rs.body, /aria-invalid="true"/);
    assert.ok(rs.body.includes('value="Vera Visitor"'));
  }
});

test('a receipt names the ticket, is automatic, and repeats nothing that was written', async () => {
  const words = { name: 'Buy-Cheap-Name', subject: 'Buy-Cheap-Subject', text: 'Buy-Cheap-Text' };
  const { email, number } = await contact(words);
  const letter = await desk.automaticTo(email);
  assert.equal(letter.headers['auto-submitted'], 'auto-replied');
  assert.match(leafText(letter, 'text/plain'), new RegExp(`#${number}\\b`));
  const all =
    leavesOf(letter.raw)
      .map((l) => l.bytes.toString())
      .join('\n') + letter.raw;
  assert.doesNotMatch(all, /Buy-Cheap/);
});

test('one address gets no more than three receipts an hour', async () => {
  const email = 'victim@victims.example';
  const numbers = [];
  for (let i = 0; i < 5; i++) numbers.push((await contact({ email })).number);
  assert.ok(numbers.every(Number.isInteger), 'all five are tickets');
  await desk.quiet();
  assert.equal((await desk.rows('id', 'outbox', `recipient = '${email}'`)).length, 3);
});

test('who fills in the trap is spam without a receipt and is told nothing', async () => {
  const { rs, email, number } = await contact({ website: 'https://spam.example' });
  assert.equal(rs.status, 303);
  assert.equal(await desk.status(number), 'B');
  assert.deepEqual(await desk.rows('id', 'outbox', `recipient = '${email}'`), []);
});

/** A ticket with a note and an answer, as its customer sees it: { client, key, number, path }. */
async function followed() {
  const { email, number } = await contact();
  const key = await desk.followKeyOf(number, email);
  await desk.do('Ann', number, 'note', { text: 'Confidential: do not tell' });
  return { client: s.client(desk), email, number, path: `/t/${key}` };
}

test('the link shows the conversation, but no note, address of an agent or timeline', async () => {
  const { client, number, path } = await followed();
  await desk.do('Ann', number, 'answer', { text: 'Like this.' });
  const { status, body } = await client.get(path);
  assert.equal(status, 200);
  for (const words of ['How?', 'Like this.', 'Ann']) assert.ok(textOf(body).includes(words), words);
  for (const words of ['Confidential', desk.emails.get('Ann'), 'took the ticket'])
    assert.ok(!body.includes(words), words);
});

test('notes are in no mail', async () => {
  const { number, email } = await followed();
  await desk.do('Ann', number, 'answer', { text: 'Like this.' });
  const letter = await desk.answerTo(email);
  assert.doesNotMatch(
    leavesOf(letter.raw)
      .map((l) => l.bytes.toString())
      .join('\n'),
    /Confidential/,
  );
});

test('a reply by the link opens the ticket again', async () => {
  const { client, number, path } = await followed();
  await desk.do('Ann', number, 'answer', { text: 'Like this.', resolve: 1 });
  const rs = await client.submit(path, path, { text: 'Not like that.' });
  assert.equal(rs.status, 303, textOf(rs.body));
  assert.equal(await desk.status(number), 'C');
  assert.ok(textOf((await client.follow(rs)).body).includes('Not like that.'));
});

test('a reply by the link to a ticket that is closed for good begins a new one', async () => {
  const { client, number, path } = await followed();
  await s.sql(
    `UPDATE ticket SET status = 'L', folder = 4 WHERE tenant_id = ${desk.id} AND number = ${number}`,
  );
  assert.match(textOf((await client.get(path)).body), /your reply begins a new one/);
  const rs = await client.submit(path, path, { text: 'One more thing.' });
  assert.equal(rs.status, 303);
  const [[follower]] = await desk.rows('number', 'ticket', `follows_id = ${(await desk.ticket(number)).id}`);
  assert.ok(Number(follower) > number);
  assert.deepEqual(
    (await desk.events(number, 'linked')).map((e) => e.to),
    [follower],
  );
});

test('a link that was touched opens nothing; spam and deleted tickets have none', async () => {
  const { client, number, path } = await followed();
  const other = (c) => (c === '0' ? '1' : '0');
  for (let i = '/t/'.length; i < path.length; i++)
    assert.equal(
      (await client.get(path.slice(0, i) + other(path[i]) + path.slice(i + 1))).status,
      404,
      `character ${i}`,
    );
  for (const wrong of [`${path}A`, path.slice(0, -1), '/t/', '/t/x'])
    assert.equal((await client.get(wrong)).status, 404, wrong);
  for (const [away, back] of [
    ['spam', 'notspam'],
    ['delete', 'restore'],
  ]) {
    await desk.do('owner', number, away);
    assert.equal((await client.get(path)).status, 404, away);
    await desk.do('owner', number, back);
    assert.equal((await client.get(path)).status, 200, back);
  }
});

const script = '<script>alert(1)</script>';

/** A ticket by mail with a file of this type: { number, file }. */
async function withFile(type, name = 'file.bin', disposition = 'attachment') {
  const coded = `${disposition}; filename*=utf-8''${encodeURIComponent(name)}`;
  const lines = [
    '--b',
    'Content-Type: text/html',
    '',
    '<p>See the file</p>',
    '--b',
    `Content-Type: ${type}`,
    `Content-Disposition: ${coded}`,
    '',
    script,
    '--b--',
  ];
  const from = `files${++people}@customers.example`;
  const number = await desk.write({
    from,
    message: mail({
      from,
      to: desk.home.address,
      subject: 'File',
      text: lines.join('\n'),
      headers: { 'Content-Type': 'multipart/mixed; boundary=b' },
    }),
  });
  const [[file]] = await desk.rows('id', 'attachment', `ticket_id = ${(await desk.ticket(number)).id}`);
  return { number, file, from };
}

function checkFile(rs, where) {
  assert.equal(rs.status, 200, where);
  assert.match(rs.headers['content-disposition'], /^attachment;/, where);
  assert.equal(rs.headers['x-content-type-options'], 'nosniff', where);
  assert.match(rs.headers['content-security-policy'], /default-src 'none'/, where);
  assert.match(rs.headers['content-security-policy'], /sandbox(;|$)/, where);
  assert.equal(rs.headers['content-type'], 'application/octet-stream', where);
  assert.equal(rs.headers['cross-origin-resource-policy'], 'same-origin', where);
  assert.match(rs.headers['cache-control'], /no-store/, where);
  assert.equal(rs.headers['x-accel-redirect'], undefined, where);
}

test('whatever a file says it is, it is downloaded and runs nowhere', async () => {
  for (const type of [
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/html;charset=utf-7',
    'application/pdf',
    'text/plain',
  ]) {
    const { number, file, from } = await withFile(type);
    const rs = await (await desk.as('Ann')).get(`/files/${file}`);
    checkFile(rs, type);
    assert.equal(rs.body.trim(), script, type);
    const key = await desk.followKeyOf(number, from);
    checkFile(await s.client(desk).get(`/t/${key}/files/${file}`), `${type}, for the customer`);
  }
});

test('an inline HTML file is downloaded too', async () => {
  const { file } = await withFile('text/html', 'x.html', 'inline');
  checkFile(await (await desk.as('Ann')).get(`/files/${file}`), 'inline');
});

test('the name of a file arrives whole (RFC 6266)', async () => {
  const { file } = await withFile('application/pdf', NAME);
  const disposition = (await (await desk.as('Ann')).get(`/files/${file}`)).headers['content-disposition'];
  const [, plain, exact] = /^attachment; filename="([^"]*)"; filename\*=UTF-8''([\w.~%!#$&+^`|-]*)$/.exec(
    disposition,
  );
  assert.doesNotMatch(plain, /[^\x20-\x7e]|["\\%/;]/);
  assert.equal(decodeURIComponent(exact), NAME);
});

test("files of notes are not the customer's", async () => {
  const { number, path } = await followed();
  const ann = await desk.as('Ann');
  const rs = await ann.submit(
    `/tickets/${number}`,
    `/tickets/${number}/note`,
    { text: 'With a file' },
    { files: { filename: 'secret.txt', type: 'text/plain', data: 'secret' } },
  );
  assert.equal(rs.status, 303, textOf(rs.body));
  const [[file]] = await desk.rows('id', 'attachment', "name = 'secret.txt'");
  assert.equal((await ann.get(`/files/${file}`)).body, 'secret');
  assert.equal((await s.client(desk).get(`${path}/files/${file}`)).status, 404);
  assert.equal((await s.client(desk).get(`/files/${file}`)).status, 303, 'anonymous: to the login');
});

test('the raw mail is for admins: as it came, and never a page', async () => {
  const { number } = await withFile('text/html');
  const [[message]] = await desk.rows('id', 'message', `ticket_id = ${(await desk.ticket(number)).id}`);
  const path = `/tickets/${number}/messages/${message}`;
  const owner = await desk.as();
  const page = await owner.get(`${path}/raw`);
  assert.equal(page.status, 200);
  assert.ok(textOf(page.body).includes('Content-Disposition: attachment'));
  assert.ok(!page.body.includes(script), 'escaped');
  const eml = await owner.get(`${path}/eml`);
  assert.match(eml.headers['content-disposition'], /^attachment; filename="ticket-\d+\.eml"$/);
  assert.equal(eml.headers['content-type'], 'application/octet-stream');
  assert.match(eml.body, /^Subject: File\r?$/m);
  for (const what of ['raw', 'eml'])
    assert.equal((await (await desk.as('Ann')).get(`${path}/${what}`)).status, 403, what);
  assert.ok(
    !(await (await desk.as('Ann')).get(`/tickets/${number}`)).body.includes('/raw"'),
    'agents see no link to it',
  );
});

test('a frame is a page of its own that may do nothing', async () => {
  const { number } = await withFile('text/plain');
  const [[message]] = await desk.rows('id', 'message', `ticket_id = ${(await desk.ticket(number)).id}`);
  const rs = await (await desk.as('Ann')).get(`/tickets/${number}/messages/${message}/frame`);
  assert.equal(rs.status, 200);
  const csp = rs.headers['content-security-policy'];
  for (const part of [/default-src 'none'/, /sandbox/, /frame-ancestors 'self'/]) assert.match(csp, part);
  assert.doesNotMatch(csp, /allow-scripts|allow-forms|script-src(?! 'none')/);
});

test('a ticket for somebody on the phone sends nothing; one that begins with our mail does', async () => {
  const phone = `phone${++people}@customers.example`;
  const silent = await desk.open('Ann', { email: phone });
  assert.deepEqual([await desk.status(silent), (await desk.ticket(silent)).agent_id], ['N', null]);
  await desk.quiet();
  assert.deepEqual(desk.outbox(phone), []);
  const written = `written${++people}@customers.example`;
  const number = await desk.open('Ann', {
    email: written,
    mailed: true,
    subject: 'Your invoice',
    text: 'Here it is.',
  });
  assert.equal(await desk.status(number), 'A');
  const letter = await desk.answerTo(written);
  assert.match(leafText(letter, 'text/plain'), /Here it is\./);
  const to = /([^<\s]+@[^>\s]+)/.exec(letter.headers['reply-to'])[1];
  assert.equal((await desk.receive({ from: written, to })).number, number);
  assert.equal(await desk.status(number), 'C');
});
