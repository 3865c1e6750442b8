// tests/e2e/sla.test.mjs - levels, rules and clocks (plugins/sla) through the whole program; what a clock does is in
// tests/unit/plugins/sla_test.c
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { textOf } from '../support/http.mjs';
import { install } from '../support/plugins.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const FRONT = '/plugins/sla';
const MINUTE = 60000;
const HOUR = 60 * MINUTE;

let s;
let acme;
let globex;
let sales;
const level = {};

before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 2'] });
  [acme, globex] = [await Desk.open(s), await Desk.open(s)];
  await install(s, 'sla');
  sales = await acme.department('Sales');
  for (const name of ['Ann', 'Bob']) await acme.person(name);
  for (const desk of [acme, globex]) {
    const rs = await (await desk.as()).submit('/config/plugins/sla', '/config/plugins/sla/enable');
    assert.equal(rs.status, 303, textOf(rs.body));
  }
});
after(() => s?.close());

async function send(path, action, fields, desk = acme, status = 303) {
  const rs = await (await desk.as()).submit(path, action, fields);
  assert.equal(rs.status, status, textOf(rs.body));
  return rs;
}

async function makeLevel(name, fields, desk = acme) {
  await send(`${FRONT}/new`, `${FRONT}/new`, { name, ...fields }, desk);
  const [[id]] = await desk.rows('id', 'p_sla_level', `name = '${name}'`);
  return id;
}

/** { state, why, target, due, consumed, breached, level } of a ticket's clocks of a kind, oldest first. */
async function clocks(number, kind) {
  const rows = await acme.rows(
    'state, why, target_ms, due_at, consumed, breached_at, level_id, anchor',
    'p_sla_clock',
    `number = ${number} AND kind = ${kind} ORDER BY id`,
  );
  const names = ['state', 'why', 'target', 'due', 'consumed', 'breached', 'level', 'anchor'];
  return rows.map((r) => Object.fromEntries(r.map((v, i) => [names[i], names[i] === 'level' ? v : Number(v)])));
}
const [FIRST, NEXT, RESOLVE] = [1, 2, 4];
const [RUNNING, PAUSED, MET, BREACHED, CANCELLED] = [1, 2, 3, 4, 5];

/** Everything of a ticket happened so long ago. */
async function shift(number, ms) {
  await s.sql(
    `UPDATE p_sla_clock SET anchor = anchor - ${ms}, resumed_at = resumed_at - ${ms}, due_at = due_at - ${ms}, warn_at = IF(warn_at = 0, 0, warn_at - ${ms}) WHERE tenant_id = ${acme.id} AND number = ${number} AND state = 1`,
  );
  await s.sql(
    `UPDATE job SET due_at = 1 WHERE tenant_id = ${acme.id} AND kind = 'sla:tick' AND object_id = (SELECT id FROM ticket WHERE tenant_id = ${acme.id} AND number = ${number})`,
  );
}
const lines = async (number) => (await acme.events(number, 'plugin.sla')).map((e) => e.reason);
const side = async (number) =>
  textOf(/<section class="box" aria-labelledby="box-sla">.*?<\/section>/s.exec((await (await acme.as()).get(`/tickets/${number}`)).body)?.[0] ?? '');

test('without levels nothing is kept of tickets', async () => {
  const number = await acme.write();
  assert.deepEqual(await clocks(number, FIRST), []);
  assert.equal(await side(number), '');
});

test('a level is made, refused, changed; each change is a version', async () => {
  const bad = await send(`${FRONT}/new`, `${FRONT}/new`, { name: 'Bad', target_1: 'soon', warns_1: '200%' }, acme, 422);
  assert.match(textOf(bad.body), /Minutes or hours.*At most four/s);
  await send(`${FRONT}/new`, `${FRONT}/new`, { name: 'None' }, acme, 422);
  assert.deepEqual(await acme.rows('id', 'p_sla_level'), []);
  level.gold = await makeLevel('Gold', { target_1: '1h', target_2: '30m', target_4: '8h', calendar_4: 0 });
  level.slow = await makeLevel('Slow', { target_1: '4h', default: 1 });
  assert.match(textOf((await (await acme.as()).get(FRONT)).body), /Gold.*First answer 1 h.*Next answer 30 min/s);
  const path = `${FRONT}/level/${level.slow}`;
  await send(path, path, { target_1: '5h' });
  await send(path, path, { version: 1, target_1: '6h' }, acme, 409);
  assert.deepEqual(
    await acme.rows('version, target_minutes', 'p_sla_level_version', `level_id = ${level.slow} ORDER BY version`),
    [['1', '240'], ['2', '300']],
  );
});

test('the first rule that fits gives the level; a transfer may give another', async () => {
  await send(`${FRONT}/rules`, `${FRONT}/rules`, { level: level.gold, address: '@vip.example' });
  await send(`${FRONT}/rules`, `${FRONT}/rules`, { level: level.gold, department: sales.id, on_transfer: 1 });
  await send(`${FRONT}/rules`, `${FRONT}/rules`, { level: 0, subject: 'newsletter' });
  const vip = await acme.write({ from: 'V <v@VIP.example>', subject: 'Newsletter' });
  const other = await acme.write();
  const none = await acme.write({ subject: 'Our NEWSLETTER is here' });
  assert.equal((await clocks(vip, FIRST))[0].target, HOUR);
  assert.equal((await clocks(other, FIRST))[0].target, 5 * HOUR);
  assert.deepEqual(await clocks(none, FIRST), []);
  await acme.do('Ann', other, 'transfer', { department: sales.id, agent: 0 });
  const [moved] = await clocks(other, FIRST);
  assert.deepEqual([moved.target, moved.level], [HOUR, level.gold]);
  assert.equal((await clocks(other, RESOLVE))[0].state, RUNNING);
  const [[, second]] = [await acme.rows('id', 'p_sla_rule', '1 ORDER BY place')].map((r) => r.flat());
  await send(`${FRONT}/rules`, `${FRONT}/rules/${second}/up`);
  assert.equal((await acme.rows('id', 'p_sla_rule', '1 ORDER BY place'))[0][0], second);
});

const vip = (letter) => acme.write({ from: 'V <v@vip.example>', ...letter });

test('mail, answer, news, late answer, resolved, again', async () => {
  const number = await vip();
  assert.equal((await clocks(number, FIRST))[0].state, RUNNING);
  assert.match(await side(number), /SLA Gold.*First answer running.*0 min of 1 h/s);
  const list = await (await acme.as()).get('/tickets?view=open');
  assert.match(textOf(list.body), /Due/);
  const asked = Number(/desc="(\d+) statements"/.exec(list.headers['server-timing'])[1]);
  assert.ok(asked <= 6, `the column costs one statement, whatever the list is long: ${asked}`);
  await acme.do('Ann', number, 'note', { text: 'A note stops nothing' });
  assert.equal((await clocks(number, FIRST))[0].state, RUNNING);
  await acme.do('Ann', number, 'answer', { text: 'Hello' });
  assert.equal((await clocks(number, FIRST))[0].state, MET);
  assert.equal((await clocks(number, RESOLVE))[0].state, PAUSED);
  assert.deepEqual(await clocks(number, NEXT), []);
  await acme.reply(number, { from: 'V <v@vip.example>' });
  const [next] = await clocks(number, NEXT);
  await acme.reply(number, { from: 'V <v@vip.example>', headers: { 'Auto-Submitted': 'auto-replied' } });
  await acme.reply(number, { from: 'V <v@vip.example>' });
  assert.deepEqual(await clocks(number, NEXT), [next], 'the oldest counts');
  await shift(number, 31 * MINUTE);
  await waitFor('the breach', async () => (await lines(number)).some((l) => /next answer is late/.test(l)));
  await acme.do('Ann', number, 'answer', { text: 'Sorry' });
  const [late] = await clocks(number, NEXT);
  assert.equal(late.state, BREACHED);
  assert.equal(late.breached, next.due - 31 * MINUTE, 'at the minute when it was due');
  await acme.do('Ann', number, 'resolve');
  assert.equal((await clocks(number, RESOLVE))[0].state, MET);
  await acme.do('Ann', number, 'reopen');
  assert.deepEqual((await clocks(number, RESOLVE)).map((c) => c.state), [MET, RUNNING]);
  assert.equal((await clocks(number, FIRST)).length, 1);
  assert.equal((await lines(number)).filter((l) => /is late/.test(l)).length, 1, 'once');
});

test('a warning comes before the breach, each once', async () => {
  const number = await vip();
  await s.sql(`UPDATE p_sla_clock SET warns = '50%', warn_at = due_at - 30 * 60000 WHERE tenant_id = ${acme.id} AND number = ${number} AND kind = 1`);
  await shift(number, 40 * MINUTE);
  await waitFor('the warning', async () => (await lines(number)).some((l) => /first answer will soon be late/.test(l)));
  assert.match(await side(number), /First answer soon late/);
  await shift(number, 40 * MINUTE);
  await waitFor('the breach', async () => (await lines(number)).some((l) => /first answer is late/.test(l)));
  assert.match(await side(number), /First answer late/);
  assert.equal((await lines(number)).length, 2);
  assert.deepEqual(
    (await acme.rows('event', 'p_sla_log', `number = ${number} ORDER BY id`)).flat(),
    ['1', '2'],
  );
});

test('postponed and spam: what pauses and what waits on', async () => {
  const number = await vip();
  const [first] = await clocks(number, FIRST);
  await acme.do('Ann', number, 'postpone', { until: '2099-01-01T10:00' });
  assert.equal((await clocks(number, FIRST))[0].state, RUNNING);
  assert.equal((await clocks(number, RESOLVE))[0].state, PAUSED);
  assert.match(await side(number), /paused while the customer waited/);
  await acme.do('Ann', number, 'reopen');
  await acme.do('Ann', number, 'spam');
  assert.equal((await clocks(number, FIRST))[0].state, CANCELLED);
  await acme.do('Ann', number, 'notspam');
  assert.deepEqual(await clocks(number, FIRST), [first]);
});

test('resolved without an answer is apart', async () => {
  const number = await vip();
  await acme.do('Ann', number, 'resolve');
  assert.deepEqual((await clocks(number, FIRST)).map((c) => [c.state, c.why]), [[CANCELLED, 1]]);
  assert.match(await side(number), /resolved unanswered/);
});

test('another level by hand, no level, and a level that is deleted', async () => {
  const number = await vip();
  const set = async (id) => send(`/tickets/${number}`, `${FRONT}/ticket/${number}/level`, { level: id });
  await set(level.slow);
  assert.equal((await clocks(number, FIRST))[0].target, 5 * HOUR);
  assert.equal((await clocks(number, RESOLVE))[0].state, CANCELLED);
  await set(0);
  assert.equal((await clocks(number, FIRST))[0].state, CANCELLED);
  assert.ok((await acme.events(number, 'plugin.sla')).some((e) => e.from === 'Gold' && e.to === 'Slow'));
  await set(level.gold);
  assert.equal((await clocks(number, FIRST)).at(-1).state, RUNNING);
  await send(`${FRONT}/level/${level.gold}/delete`, `${FRONT}/level/${level.gold}/delete`);
  assert.deepEqual(await acme.rows('id', 'p_sla_clock', `level_id = ${level.gold} AND state IN (1, 2)`), []);
  await shift(number, 5 * HOUR);
  await acme.do('Ann', number, 'answer', { text: 'Hello' });
  assert.ok(!(await lines(number)).some((l) => /late/.test(l)));
});

test('merged and taken apart', async () => {
  level.gold = await makeLevel('Gold again', { target_1: '1h' });
  await send(`${FRONT}/rules`, `${FRONT}/rules`, { level: level.gold, address: '@vip.example' });
  const [older, newer] = [await vip(), await vip()];
  await s.sql(`UPDATE ticket SET waiting_since = waiting_since - ${30 * MINUTE} WHERE tenant_id = ${acme.id} AND number = ${older}`);
  const [was] = await clocks(newer, FIRST);
  await acme.do('Ann', older, 'merge', { into: newer });
  assert.deepEqual((await clocks(older, FIRST)).map((c) => c.state), [CANCELLED]);
  const [now] = await clocks(newer, FIRST);
  assert.ok(now.due < was.due - 29 * MINUTE, 'the older message counts');
  await acme.do('Ann', newer, 'unmerge', { ticket: older });
  assert.deepEqual(await clocks(newer, FIRST), [was]);
  assert.deepEqual((await clocks(older, FIRST)).map((c) => c.state), [RUNNING]);
});

test('who may: pages are for those who manage, and of one help desk', async () => {
  const ann = await acme.as('Ann');
  for (const path of [FRONT, `${FRONT}/new`, `${FRONT}/rules`, `${FRONT}/level/${level.slow}`, `${FRONT}/level/${level.slow}/delete`])
    assert.equal((await ann.get(path)).status, 403, path);
  const number = await acme.write();
  assert.doesNotMatch((await ann.get(`/tickets/${number}`)).body, /sla-level/);
  const gus = await globex.as();
  assert.doesNotMatch((await gus.get(FRONT)).body, /Slow/);
  for (const path of [`${FRONT}/level/${level.slow}`, `${FRONT}/level/${level.slow}/delete`])
    assert.equal((await gus.get(path)).status, 404, path);
  const [[rule]] = await acme.rows('id', 'p_sla_rule');
  const still = async () => ({ ...(await acme.fingerprint()), job: '' }); // whose jobs go on meanwhile
  const before = await still();
  const token = /name="token" value="([^"]+)"/.exec((await gus.get(`${FRONT}/new`)).body)[1];
  for (const path of [`/level/${level.slow}`, `/level/${level.slow}/delete`, `/rules/${rule}/delete`, `/rules/${rule}/up`]) {
    const rs = await gus.post(FRONT + path, { token, name: 'Mine', version: 2, target_1: '1h' });
    assert.equal(rs.status, 404, path);
  }
  assert.equal((await gus.post(`${FRONT}/rules`, { token, level: level.slow })).status, 400);
  assert.equal((await gus.post(`${FRONT}/ticket/${number}/level`, { token, level: 0 })).status, 404);
  assert.deepEqual(await still(), before);
});

test('a holiday that is added later moves what runs', async () => {
  const owner = await acme.as();
  await owner.submit('/config/calendars/new', '/config/calendars/new', { name: 'Office', zone: 'Etc/UTC' });
  const [[calendar]] = await acme.rows('id', 'calendar');
  level.office = await makeLevel('Office', { target_1: '1h', calendar_1: calendar });
  const number = await acme.write();
  await send(`/tickets/${number}`, `${FRONT}/ticket/${number}/level`, { level: level.office });
  const due = (await clocks(number, FIRST))[0].due;
  const day = new Date(due).toISOString().slice(0, 10);
  const rs = await owner.submit(`/config/calendars/${calendar}`, `/config/calendars/${calendar}/days`, { on: day, hours: '', what: 'Holiday' });
  assert.equal(rs.status, 303, textOf(rs.body));
  await waitFor('the clock to move', async () => (await clocks(number, FIRST))[0].due > due);
});
