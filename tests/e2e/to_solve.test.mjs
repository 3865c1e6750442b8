// tests/e2e/to_solve.test.mjs - the next ticket (plugins/responsibility): queue, lease, skip, badge, pause
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { enable, install } from '../support/plugins.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const FRONT = '/plugins/responsibility';

let s;
let acme;
let globex;
let sales;
const ids = {};

before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 3'] });
  [acme, globex] = [await Desk.open(s), await Desk.open(s)];
  await install(s, 'responsibility');
  sales = await acme.department('Sales');
  for (const name of ['Ann', 'Bob']) ids[name] = await acme.person(name);
  ids.Sue = await acme.person('Sue', { department: sales });
  await globex.person('Gus');
});
after(() => s?.close());

async function turn(verb, desk = acme) {
  const rs = await (await desk.as()).submit('/config/plugins/responsibility', `/config/plugins/responsibility/${verb}`);
  assert.equal(rs.status, 303, textOf(rs.body));
}
const SETTINGS = ['order', 'last_agent', 'route_assigned']; // as plugin.xml has them
const prefixed = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [`v${SETTINGS.indexOf(name)}`, value]));
async function settings(fields, desk = acme) {
  const path = '/config/plugins/responsibility/settings';
  const rs = await (await desk.as()).submit('/config/plugins/responsibility', path, prefixed(fields));
  assert.equal(rs.status, 303, textOf(rs.body));
}

/** Sends one of the forms that stand on a page; the answer. */
async function send(name, action, fields = {}, page = '/profile', desk = acme) {
  const client = await desk.as(name);
  return client.submit(page, `${FRONT}${action}`, fields);
}
/** The number of the ticket that name gets next, or the notice. */
async function next(name, desk = acme) {
  const rs = await send(name, '/next', {}, '/profile', desk);
  assert.equal(rs.status, 303, textOf(rs.body));
  const found = /^\/tickets\/(\d+)$/.exec(rs.headers.location);
  return found ? Number(found[1]) : null;
}
const badge = async (name, desk = acme) =>
  Number(/To solve <b class="count">(\d+)</.exec((await (await desk.as(name)).get('/profile')).body)?.[1]);
const queue = (columns = 'number, holder_id, lease_user_id', where = '1 ORDER BY place', desk = acme) =>
  desk.rows(columns, 'p_responsibility_queue', where);
const counts = (desk = acme) =>
  desk.rows('agent_id, department_id, tickets', 'p_responsibility_count', 'tickets <> 0 ORDER BY 1, 2');

test('tickets from before the plugin are put into the queue when it is switched on', async () => {
  const numbers = [];
  for (let i = 0; i < 3; i++) numbers.push(await acme.open('owner', { subject: `Old ${i}` }));
  numbers.push(await acme.open('owner', { subject: 'Anns', agent: ids.Ann }));
  const done = await acme.open('owner', { subject: 'Done' });
  await acme.do('owner', done, 'resolve');
  await turn('enable');
  await turn('enable', globex);
  await waitFor('the queue to be filled', async () => (await queue()).length === 4);
  assert.deepEqual((await queue()).map((r) => Number(r[0])), numbers, 'who waits longest is first');
  assert.deepEqual(await counts(), [['0', acme.home.id, '3'], [ids.Ann, acme.home.id, '1']]);
  assert.equal(await badge('Ann'), 3);
  assert.equal(await badge('Sue'), 0);
});

test('the next one is given, kept while it is open, and to one person only', async () => {
  const [first, second] = (await queue()).map((r) => Number(r[0]));
  assert.equal(await next('Ann'), first);
  assert.equal(await next('Ann'), first, 'asking again gives the same');
  assert.equal(await next('Bob'), second);
  const annsPage = (await (await acme.as('Ann')).get(`/tickets/${first}`)).body;
  assert.match(annsPage, /You are solving this ticket/);
  assert.match(textOf((await (await acme.as('Bob')).get(`/tickets/${first}`)).body), /Ann is solving this ticket/);
  const beat = await (await acme.as('Ann')).get(`${FRONT}/beat`);
  assert.equal(beat.status, 200);
  assert.ok(Number(beat.body) > Date.now() + 100000, beat.body);
  await acme.do('Ann', first, 'answer', { text: 'Solved' });
  assert.equal((await acme.ticket(first)).agent_id, ids.Ann);
  assert.deepEqual(await acme.rows('user_id', 'p_responsibility_lease'), [[ids.Bob]], 'an answer ends it');
  await acme.do('Bob', second, 'assign', { agent: ids.Ann });
  assert.deepEqual(await acme.rows('user_id', 'p_responsibility_lease'), [], 'so does an assignment');
});

test('skipping takes a reason, unless one may do without', async () => {
  const [ticket] = (await queue('number', 'holder_id = 0 ORDER BY place')).map((r) => Number(r[0]));
  assert.equal(await next('Ann'), ticket);
  const page = `/tickets/${ticket}`;
  assert.equal((await send('Ann', '/skip', { reason: ' ' }, page)).status, 400);
  assert.equal((await send('Ann', '/skip', { reason: 'Not my language' }, page)).status, 303);
  assert.equal(await next('Ann'), null, 'it is not offered again to who skipped it');
  const line = (await acme.events(ticket)).at(-1);
  assert.deepEqual([line.kind, line.who, line.reason.includes('Not my language')], ['plugin.responsibility', 'Ann', true]);
  assert.equal(await next('Bob'), ticket, 'others get it');
  assert.equal((await send('Bob', '/skip', { reason: 'I neither' }, page)).status, 303);
  const adam = await acme.person('Adam', { role: 'admin' });
  assert.ok(adam);
  assert.equal(await next('Adam'), ticket);
  assert.equal((await send('Adam', '/skip', { reason: '' }, page)).status, 303, 'an admin needs no reason');
});

test('a ticket that nobody works on is offered again', async () => {
  const ticket = await acme.open('owner', { subject: 'Forgotten' });
  assert.equal(await next('Ann'), ticket);
  await s.sql(`UPDATE p_responsibility_lease SET until = 1 WHERE tenant_id = ${acme.id}`);
  assert.equal(await next('Bob'), ticket);
  assert.deepEqual(await acme.rows('user_id', 'p_responsibility_lease'), [[ids.Bob]]);
  assert.equal((await (await acme.as('Ann')).get(`${FRONT}/beat`)).body, '0\n');
  const why = textOf((await (await acme.as('Ann')).get(`${FRONT}/why/${ticket}`)).body);
  assert.match(why, /Ann asked for the next ticket\. This one was first of 2 that nobody had\. What is late or due comes first\./);
  assert.match(why, /Ann did nothing for two minutes/);
  assert.match(why, /Bob is solving it/);
  await acme.do('Bob', ticket, 'resolve');
  assert.deepEqual(await acme.rows('user_id', 'p_responsibility_lease'), []);
});

test('badge and row follow every change of a ticket', async () => {
  const before_ = await badge('Ann');
  const number = await acme.open('owner', { subject: 'Travels' });
  const row = () => queue('department_id, holder_id', `number = ${number}`);
  assert.equal(await badge('Ann'), before_ + 1);
  await acme.do('owner', number, 'transfer', { department: sales.id, agent: 0 });
  assert.deepEqual(await row(), [[sales.id, '0']]);
  assert.deepEqual([await badge('Ann'), await badge('Sue')], [before_, 1]);
  await acme.do('Sue', number, 'assign', { agent: 'me' });
  assert.deepEqual(await row(), [[sales.id, ids.Sue]]);
  assert.equal(await badge('Sue'), 0);
  await acme.do('Sue', number, 'postpone', { until: '2040-01-01T09:00' });
  assert.deepEqual(await row(), []);
  await acme.do('Sue', number, 'reopen');
  assert.deepEqual(await row(), [[sales.id, ids.Sue]]);
  await acme.do('Sue', number, 'answer', { text: 'Done' });
  assert.deepEqual(await row(), []);
  await acme.reply(number);
  assert.deepEqual(await row(), [[sales.id, ids.Sue]]);
  await acme.do('Sue', number, 'spam');
  assert.deepEqual(await row(), []);
});

test('a merged ticket waits on the page of the other one', async () => {
  const [kept, gone] = [await acme.open('owner', { subject: 'Kept' }), await acme.open('owner', { subject: 'Gone' })];
  const rows = async () => (await queue('number', `number IN (${kept}, ${gone}) ORDER BY number`)).flat().map(Number);
  assert.deepEqual(await rows(), [kept, gone]);
  await acme.do('owner', gone, 'merge', { into: kept });
  assert.deepEqual(await rows(), [kept]);
  await acme.do('owner', kept, 'unmerge', { ticket: gone });
  assert.deepEqual(await rows(), [kept, gone]);
  for (const number of [kept, gone]) await acme.do('owner', number, 'resolve');
});

test('rows 66 and 67: what is assigned to me counts and is offered once the switch is on, from the next request', async () => {
  const own = await acme.open('owner', { department: sales, agent: ids.Sue, subject: 'For Sue' });
  assert.equal(await badge('Sue'), 0);
  assert.equal(await next('Sue'), null);
  await settings({ route_assigned: '1' });
  assert.equal(await badge('Sue'), 1);
  assert.equal(await next('Sue'), own);
  await settings({ route_assigned: null });
  assert.equal(await badge('Sue'), 0);
  await acme.do('Sue', own, 'resolve');
});

test('the order is the one that the help desk has chosen', async () => {
  const clear = await queue('number', '1');
  for (const [n] of clear) await acme.do('owner', Number(n), 'resolve');
  const late = await acme.open('owner', { subject: 'Late' });
  const young = await acme.open('owner', { subject: 'Young' });
  const day = 86400000;
  const age = (n, days) => s.sql(`UPDATE ticket SET waiting_since = waiting_since - ${days * day} WHERE tenant_id = ${acme.id} AND number = ${n}`);
  await age(young, 8);
  await acme.do('owner', young, 'note', { text: 'Look again' });
  await acme.do('owner', young, 'assign', { agent: 'me' });
  await acme.do('owner', young, 'assign', { agent: 0 });
  assert.deepEqual((await queue('number, band')).map((r) => r.map(Number)), [[young, 0], [late, 2]], 'late first');
  assert.deepEqual((await acme.rows('waiting_since', 'ticket', `number = ${young}`)).length, 1);
  await settings({ order: 'fifo' });
  await acme.open('owner', { subject: 'Any change has it filled anew' });
  await waitFor('another order', async () => (await acme.rows('is_done, place_order', 'p_responsibility_walk')).join() === '1,2');
  const places = await queue('HEX(LEFT(place, 12))');
  assert.ok(places.every(([p]) => /^0{24}$/.test(p)), places.join());
  await settings({ order: 'due' });
});

test('another plugin says how urgent a ticket is, and that it has become more so', async () => {
  await install(s, 'probe');
  await enable(s, acme.id, 'probe', { limit: 3 });
  const number = await acme.open('owner', { subject: 'Somebody is in a hurry' });
  const priority = async () => (await queue('priority', `number = ${number}`))[0][0];
  assert.equal(await priority(), '3');
  await enable(s, acme.id, 'probe', { limit: 9 });
  const { id } = await acme.ticket(number);
  await s.sql(`INSERT INTO job (tenant_id, id, kind, object_id, due_at) VALUES (${acme.id}, 77, 'probe:late', ${id}, 1)`);
  await waitFor('the queue to hear of it', async () => (await priority()) === '9');
  await enable(s, acme.id, 'probe', {}, 2);
  await acme.do('owner', number, 'resolve');
});

test('bands move with time, by the job', async () => {
  const [[id]] = await queue('ticket_id', 'band = 2 LIMIT 1');
  await s.sql(`UPDATE ticket SET waiting_since = 1000 WHERE tenant_id = ${acme.id} AND id = ${id}`);
  await s.sql(`UPDATE p_responsibility_queue SET moves_at = 1 WHERE tenant_id = ${acme.id} AND ticket_id = ${id}`);
  await s.sql(`UPDATE job SET due_at = 1 WHERE tenant_id = ${acme.id} AND kind = 'responsibility:move'`);
  await waitFor('the band to move', async () => (await queue('band', `ticket_id = ${id}`))[0][0] === '-1');
});

test('the nightly check repairs what should not have happened, and says so', async () => {
  const now = async () => [await queue('number, department_id, holder_id', '1 ORDER BY number'), await counts()];
  const truth = await now();
  const [[a], [b]] = await queue('ticket_id', '1 LIMIT 2');
  await s.sql(
    `DELETE FROM p_responsibility_queue WHERE tenant_id = ${acme.id} AND ticket_id = ${a};` +
      `UPDATE p_responsibility_queue SET holder_id = 77 WHERE tenant_id = ${acme.id} AND ticket_id = ${b};` +
      `UPDATE p_responsibility_count SET tickets = tickets + 5 WHERE tenant_id = ${acme.id};` +
      `INSERT INTO p_responsibility_queue SELECT tenant_id, 5, number, department_id, holder_id, 0, place, band, priority, due_at, warns_at, waiting_since, moves_at, held_until, acted_at FROM p_responsibility_queue WHERE tenant_id = ${acme.id} LIMIT 1;` +
      `UPDATE job SET due_at = 1 WHERE tenant_id = ${acme.id} AND kind = 'responsibility:check'`,
  );
  await waitFor('the check', async () => (await acme.rows('event', 'plugin_log', "event = 'repaired'")).length > 0);
  assert.deepEqual(await now(), truth);
});

test('a pause keeps new work away, for oneself and by who may; its timer is on every page', async () => {
  assert.equal((await send('Bob', '/pause')).status, 303);
  const page = (await (await acme.as('Bob')).get('/tickets')).body;
  assert.match(page, /Paused <time class="count" datetime="20/);
  assert.equal(await next('Bob'), null);
  assert.equal((await send('Bob', '/resume')).status, 303);
  const solved = await next('Bob');
  assert.ok(solved);
  await acme.do('Bob', solved, 'resolve');
  const bob = `/person/${ids.Bob}`;
  assert.equal((await (await acme.as('Ann')).get(FRONT)).status, 403);
  assert.equal((await send('Adam', `${bob}/pause`, {}, FRONT)).status, 303);
  assert.equal(await next('Bob'), null);
  const overview = textOf((await (await acme.as('Adam')).get(FRONT)).body);
  assert.match(overview, /Bob paused/);
  assert.match(overview, /Ann at work/);
  assert.equal((await send('Adam', `${bob}/resume`, {}, FRONT)).status, 303);
  const audit = await acme.rows('action', 'audit', "action LIKE 'responsibility.%' ORDER BY id");
  assert.deepEqual(audit.flat().slice(-2), ['responsibility.pause', 'responsibility.resume']);
});

test('row 75: who answers only by To solve gets 403 for any other answer', async () => {
  const path = `${FRONT}/person/${ids.Ann}`;
  const adam = await acme.as('Adam');
  assert.equal((await adam.submit(path, path, { capacity: 5, only_to_solve: '1' })).status, 303);
  assert.equal((await adam.submit(path, path, { version: 1, capacity: 6 })).status, 409);
  assert.equal((await adam.submit(path, path, { capacity: -1 })).status, 422);
  const other = await acme.open('owner', { agent: ids.Ann, subject: 'Not by To solve' });
  assert.equal((await acme.act('Ann', other, 'answer', { text: 'Hello' })).status, 403);
  assert.equal(await acme.status(other), 'N');
  const mine = await next('Ann');
  await acme.do('Ann', mine, 'answer', { text: 'Hello' });
  assert.equal((await acme.act('Ann', mine, 'answer', { text: 'Again' })).status, 403, 'the lease is over');
  assert.equal((await adam.submit(path, path, { capacity: 0, only_to_solve: null })).status, 303);
});

test('a ticket is kept for who answered it last, while that person is there', async () => {
  await settings({ last_agent: 30 });
  const number = await acme.open('owner', { subject: 'Comes back', email: 'dora@customers.example' });
  await acme.do('Bob', number, 'answer', { text: 'Try this' });
  await acme.do('Bob', number, 'assign', { agent: 0 });
  await acme.reply(number, { from: 'Dora <dora@customers.example>' });
  const row = async () => (await queue('holder_id, held_until > 0', `number = ${number}`))[0];
  assert.deepEqual(await row(), [`-${ids.Bob}`, '1']);
  for (let n = await next('Ann'); n; n = await next('Ann')) {
    assert.notEqual(n, number);
    await acme.do('Ann', n, 'resolve');
  }
  assert.equal(await next('Bob'), number);
  assert.equal((await send('Bob', '/skip', { reason: 'Lunch' }, `/tickets/${number}`)).status, 303);
  assert.equal((await send('Bob', '/pause')).status, 303);
  assert.deepEqual(await row(), ['0', null], 'a pause gives it back');
  assert.equal((await send('Bob', '/resume')).status, 303);
  assert.equal(await next('Ann'), number);
  await acme.do('Ann', number, 'resolve');
  await settings({ last_agent: 0 });
});

test('another help desk has nothing of it', async () => {
  const number = await acme.open('owner', { subject: 'Ours' });
  assert.equal(await next('Gus', globex), null);
  for (const path of [`/why/${number}`, `/person/${ids.Ann}`, '/why/987654321', '/person/1', '/nothing'])
    assert.equal((await (await globex.as()).get(FRONT + path)).status, 404, path);
  for (const path of [`/person/${ids.Ann}`, `/person/${ids.Ann}/pause`, `/departments/${acme.home.id}`]) {
    const client = await globex.as();
    const token = formsOf((await client.get('/profile')).body).find((f) => f.fields.has('token')).fields.get('token');
    const rs = await client.post(FRONT + path, { token, version: 1, capacity: 1, mode: 1, release_minutes: 0 });
    assert.equal(rs.status, 404, path);
  }
  for (const path of ['', '/departments', `/person/${ids.Ann}`]) assert.equal((await (await acme.as('Ann')).get(FRONT + path)).status, 403, path);
  assert.equal((await (await acme.as('Sue')).get(`${FRONT}/why/${number}`)).status, 404, 'of another department');
});
