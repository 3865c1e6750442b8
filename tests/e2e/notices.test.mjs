// tests/e2e/notices.test.mjs - who is told of what, by which way, and who is not (rows 68, 73, 76 to 78, 83 to 86, 90, 92)
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { leafText } from '../support/eml.mjs';
import { Desk, tokenOf } from '../support/desk.mjs';
import { textOf } from '../support/http.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

let s;
let desk;
let sales;
const ids = {};

before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  sales = await desk.department('Sales');
  for (const name of ['Ann', 'Bob', 'Dan']) ids[name] = await desk.person(name);
  ids.Sue = await desk.person('Sue', { department: sales });
});
after(() => s?.close());

const address = (name) => desk.emails.get(name);
const jobs = (kind, more = '1') => desk.rows('object_id, due_at', 'job', `kind = '${kind}' AND ${more}`);
/** Waits until everybody has been told of what has happened. */
function told() {
  wake();
  return waitFor('people to be told', async () => (await jobs('notice.tell')).length === 0);
}
/** Jobs that were made due past deskd are not waited for. */
function wake() {
  const redis = net.connect(s.env.DESKD_REDIS_SOCKET, () => redis.end('*3\r\n$5\r\nLPUSH\r\n$10\r\ndeskd:jobs\r\n$4\r\ntest\r\n'));
  redis.on('error', () => {});
}

/** What a person's page of notices says, newest first, and the number at the bell. */
async function notices(name) {
  await told();
  const page = await (await desk.as(name)).get('/notices');
  assert.equal(page.status, 200);
  const lines = [...page.body.split('<ul class="notices">')[1].matchAll(/<li(\s+class="is-unread")?\s*>.*?<strong>(.*?)<\/strong>(?: <span>#(\d+))?/gs)];
  return {
    bell: Number(/class="icon-btn bell".*?data-n="(\d+)"/s.exec(page.body)[1]),
    all: lines.map(([, unread, what, number]) => [textOf(what), Number(number), Boolean(unread)]),
  };
}
/** [what, number] of the newest, where it is unread. */
async function newest(name) {
  const [first] = (await notices(name)).all;
  return first?.[2] ? first.slice(0, 2) : null;
}
async function readAll(...names) {
  await told();
  for (const name of names) {
    const client = await desk.as(name);
    assert.equal((await client.post('/notices/read', { token: await tokenOf(client) })).status, 303);
  }
}

/** What waits to be mailed goes now, and not at the end of its interval. */
async function mailsGo() {
  await told();
  await s.sql(`UPDATE job SET due_at = 1 WHERE tenant_id = ${desk.id} AND kind = 'notice.mail'`);
  wake();
  await waitFor('mails to be queued', async () => (await jobs('notice.mail')).length === 0);
  await desk.quiet();
}
const digests = (name) => desk.outbox(address(name)).filter((m) => /auto-generated/.test(m.headers['auto-submitted']));
/** Mails to a person that came of what run does. */
async function mailed(name, run) {
  await mailsGo();
  const before_ = digests(name).length;
  await run();
  await mailsGo();
  return digests(name).slice(before_);
}

const EVENTS = {
  assigned: 'A ticket is assigned to me',
  reply: 'The customer writes on a ticket of mine',
  reopened: 'A ticket of mine is open again',
  departmentReopened: 'A ticket of my department is open again',
  fresh: 'A ticket is new in my department',
};
/** { "event: channel": { value, ticked } } of a page with the tick boxes. */
async function boxes(by, page) {
  const { body } = await (await desk.as(by)).get(page);
  return Object.fromEntries(
    [...body.matchAll(/name="tell" value="(\d+)"( checked)?\s*><span class="sr">(.*?)<\/span>/g)].map(([, value, ticked, label]) => [label, { value, ticked: Boolean(ticked) }]),
  );
}
/** Ticks or clears boxes of a person: { 'reply: E-mail': true }. */
async function choose(changes, by, page = '/profile', action = '/profile/notices') {
  const all = await boxes(by, page);
  for (const [label, ticked] of Object.entries(changes)) {
    const [event, channel] = label.split(': ');
    (all[`${EVENTS[event]}: ${channel}`] ?? assert.fail(label)).ticked = ticked;
  }
  const client = await desk.as(by);
  const tell = Object.values(all).filter((b) => b.ticked).map((b) => b.value);
  return client.post(action, new URLSearchParams([['token', await tokenOf(client)], ...tell.map((value) => ['tell', value])]));
}

test('rows 68, 73, 76: who is given a ticket is told in the app and by mail; who gives it, or takes one, is not', async () => {
  const number = await desk.open('owner', { subject: 'Printer on fire' });
  await readAll('Ann', 'owner');
  const [letter, ...more] = await mailed('Ann', () => desk.do('owner', number, 'assign', { agent: ids.Ann }));
  assert.deepEqual(await newest('Ann'), ['Assigned to you', number]);
  assert.equal(more.length, 0);
  assert.equal(letter.headers.subject, `Assigned to you: #${number} Printer on fire`);
  assert.match(leafText(letter, 'text/plain'), new RegExp(`http://${desk.host}:\\d+/tickets/${number}\\r?\\n`));
  assert.match(letter.headers['message-id'], new RegExp(`@${desk.host}>`));
  assert.equal(letter.headers['reply-to'], undefined);
  assert.equal(await newest('owner'), null);

  const other = await desk.open('owner', {});
  await readAll('Bob');
  assert.equal((await mailed('Bob', () => desk.do('Bob', other, 'assign', { agent: ids.Bob }))).length, 0);
  assert.equal(await newest('Bob'), null);
  assert.equal((await mailed('Bob', () => desk.do('Ann', other, 'assign', { agent: ids.Bob }))).length, 0, 'it was his already');
});

test('row 77: the customer writes on a ticket of theirs, and only its agent is told', async () => {
  const number = await desk.open('owner', { agent: ids.Ann, mailed: true, subject: 'Quotation' });
  await readAll('Ann', 'Bob');
  const [letter] = await mailed('Ann', () => desk.reply(number));
  assert.match(letter.headers.subject, /^The customer has written: /);
  assert.deepEqual(await newest('Ann'), ['The customer has written', number]);
  assert.equal(await newest('Bob'), null);
});

test('rows 78, 83: a new ticket is told to those of its department, by mail to those who asked for it', async () => {
  assert.equal((await choose({ 'fresh: E-mail': true }, 'Bob')).status, 303);
  await readAll('Ann', 'Bob', 'Sue');
  let number;
  const [letter, ...more] = await mailed('Bob', async () => {
    number = await desk.write({ subject: 'Brand new' });
  });
  assert.equal(more.length, 0);
  assert.equal(letter.headers.subject, `New in Support: #${number} Brand new`);
  for (const name of ['Ann', 'Bob']) assert.deepEqual(await newest(name), ['New in Support', number]);
  assert.equal(await newest('Sue'), null);
  assert.equal((await mailed('Ann', () => desk.write())).length, 0);
  await desk.do('owner', number, 'transfer', { department: sales.id, agent: 0 });
  assert.deepEqual(await newest('Sue'), ['New in Sales', number], 'a ticket that comes from elsewhere is new too');
  await readAll('Ann', 'Bob');
  await desk.open('Ann', {});
  assert.equal(await newest('Ann'), null, 'who opens it is not told');
});

test('rows 84, 86: a ticket is open again: its agent is told, or the department', async () => {
  const [hers, free] = [await desk.open('owner', { agent: ids.Ann, mailed: true }), await desk.open('owner', { mailed: true })];
  for (const number of [hers, free]) await desk.do('owner', number, 'resolve');
  await choose({ 'reply: In the app': false }, 'Ann');
  await readAll('Ann', 'Bob');
  await desk.reply(hers);
  assert.deepEqual(await newest('Ann'), ['Open again', hers]);
  assert.deepEqual(await newest('Bob'), ['Open again in Support', hers]);
  await desk.reply(free);
  assert.deepEqual(await newest('Ann'), ['Open again in Support', free]);
  await choose({ 'reply: In the app': true }, 'Ann');
});

test('what comes within the interval is one mail, in the language of its reader, with a link for each ticket', async () => {
  const numbers = [await desk.open('owner', { subject: 'One' }), await desk.open('owner', { subject: 'Two' })];
  await s.sql(`UPDATE user SET locale = 'pl' WHERE tenant_id = ${desk.id} AND id = ${ids.Dan}`);
  const letters = await mailed('Dan', async () => {
    for (const number of numbers) await desk.do('owner', number, 'assign', { agent: ids.Dan });
    await desk.reply(numbers[0], { subject: `Re: [#${numbers[0]}]` });
    await told();
    const [[, due], ...more] = await jobs('notice.mail', `object_id = ${ids.Dan}`);
    assert.equal(more.length, 0);
    const wait = Number(due) - Date.now();
    assert.ok(wait > 60_000 && wait < 121_000, `${wait} ms`);
  });
  assert.equal(letters.length, 1);
  const body = leafText(letters[0], 'text/plain');
  assert.deepEqual([...body.matchAll(/\/tickets\/(\d+)\r?\n/g)].map((m) => Number(m[1])).sort((x, y) => x - y), numbers);
  assert.match(body, /przydzielone Tobie/i);
  assert.doesNotMatch(body, /Assigned to you|Hello/);
  await s.sql(`UPDATE user SET locale = NULL WHERE tenant_id = ${desk.id} AND id = ${ids.Dan}`);
});

test('what was read in the app meanwhile is not mailed', async () => {
  const number = await desk.open('owner', {});
  await readAll('Dan');
  const letters = await mailed('Dan', async () => {
    await desk.do('owner', number, 'assign', { agent: ids.Dan });
    assert.deepEqual(await newest('Dan'), ['Assigned to you', number]);
    assert.equal((await notices('Dan')).bell, 1);
    const page = await (await desk.as('Dan')).get(`/tickets/${number}`);
    assert.match(page.body, /class="icon-btn bell".*?data-n="0"/s, 'who looks at the ticket has read it');
    assert.equal((await notices('Dan')).bell, 0);
  });
  assert.equal(letters.length, 0);
});

test('row 90: each box counts for itself, an admin sets those of others, an agent does not', async () => {
  assert.deepEqual(
    Object.entries(await boxes('Dan', '/profile')).filter(([, b]) => b.ticked).map(([label]) => label).sort(),
    [...Object.values(EVENTS).map((e) => `${e}: In the app`), ...['assigned', 'reply', 'reopened'].map((e) => `${EVENTS[e]}: E-mail`)].sort(),
  );
  const page = `/config/agents/${ids.Dan}`;
  assert.equal((await choose({ 'assigned: In the app': false }, 'owner', page, `${page}/notices`)).status, 303);
  assert.equal((await boxes('Dan', '/profile'))[`${EVENTS.assigned}: In the app`].ticked, false);
  await readAll('Dan');
  const give = async () => desk.do('owner', await desk.open('owner', { department: sales }), 'transfer', { department: desk.home.id, agent: ids.Dan });
  assert.equal((await mailed('Dan', give)).length, 1);
  assert.equal(await newest('Dan'), null);
  assert.equal((await notices('Dan')).bell, 0);
  await choose({ 'assigned: In the app': true, 'assigned: E-mail': false }, 'Dan');
  assert.equal((await mailed('Dan', give)).length, 0);
  assert.equal((await newest('Dan'))[0], 'Assigned to you');
  await choose({ 'assigned: E-mail': true }, 'Dan');
  const ann = await desk.as('Ann');
  const refused = await ann.post(`${page}/notices`, { token: await tokenOf(ann), tell: [] });
  assert.equal(refused.status, 403);
  assert.equal((await boxes('Dan', '/profile'))[`${EVENTS.assigned}: E-mail`].ticked, true);
});

test('row 92: who loses access is not told: neither in the app, nor by the mail that waits, nor by one that is queued', async () => {
  const number = await desk.open('owner', { subject: 'Confidential', department: sales });
  const letters = await mailed('Sue', async () => {
    await desk.do('owner', number, 'assign', { agent: ids.Sue });
    assert.deepEqual(await newest('Sue'), ['Assigned to you', number]);
    await s.sql(`UPDATE ticket SET department_id = ${desk.home.id}, agent_id = NULL WHERE tenant_id = ${desk.id} AND number = ${number}`);
  });
  assert.equal(letters.length, 0);
  assert.doesNotMatch((await (await desk.as('Sue')).get('/notices')).body, /Confidential/);
  const [[notice]] = await desk.rows('MAX(id)', 'notice', `user_id = ${ids.Sue}`);
  await s.sql(
    'INSERT INTO outbox (tenant_id, id, kind, state, user_id, sender, recipient, destination, payload, next_at, created_at) ' +
      `VALUES (${desk.id}, 77, 9, 1, ${ids.Sue}, '', '${address('Sue')}', 'x', '{"notices":"${notice}"}', 1, 1)`,
  );
  await desk.quiet();
  assert.deepEqual(await desk.rows('state, reply_text', 'outbox', 'id = 77'), [['5', 'what it speaks of is gone']]);
  assert.equal(s.outbox(address('Sue')).filter((m) => m.raw.includes('Confidential')).length, digests('Sue').filter((m) => m.raw.includes('Confidential')).length);
  assert.ok(!digests('Sue').some((m) => m.raw.includes('Confidential')));
});

test('nobody is told of spam, and of a ticket only what it has come to', async () => {
  await readAll('Ann', 'Bob');
  const owner = await desk.as();
  await owner.submit('/config/rules/new', '/config/rules/new', { name: 'Spam', event: 'ticket.created', is_active: '1', do0: 'spam', field0: 'ticket.subject', op0: 'contains', value0: 'lottery' });
  await desk.write({ subject: 'You have won the lottery' });
  assert.equal(await newest('Bob'), null);
  await desk.removeRules();
});

test('the count at the bell is the number of unread notices', async () => {
  for (const name of ['Ann', 'Bob', 'Dan', 'Sue']) {
    const { bell } = await notices(name);
    const [[n]] = await desk.rows('COUNT(*)', 'notice', `user_id = ${ids[name]} AND is_shown = 1 AND is_read = 0`);
    assert.equal(bell, Number(n), name);
  }
  await readAll('Ann');
  assert.equal((await notices('Ann')).bell, 0);
});
