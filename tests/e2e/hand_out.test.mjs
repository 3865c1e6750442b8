// tests/e2e/hand_out.test.mjs - departments that hand out tickets and take them back (plugins/responsibility), why a
// ticket came to whom it came; races for one ticket, and for the next
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { textOf } from '../support/http.mjs';
import { install } from '../support/plugins.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const FRONT = '/plugins/responsibility';
const MODES = { off: 0, turn: 1, least: 2, last: 3 };

let s;
let desk;
const ids = {};

before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 3'] });
  desk = await Desk.open(s);
  await install(s, 'responsibility');
  for (const name of ['Ann', 'Bob', 'Cid']) ids[name] = await desk.person(name);
  const rs = await (await desk.as()).submit('/config/plugins/responsibility', '/config/plugins/responsibility/enable');
  assert.equal(rs.status, 303, textOf(rs.body));
});
after(() => s?.close());

async function post(name, action, fields = {}, page = '/profile') {
  const rs = await (await desk.as(name)).submit(page, `${FRONT}${action}`, fields);
  assert.equal(rs.status, 303, textOf(rs.body));
  return rs;
}
const beat = async (name) => assert.equal((await (await desk.as(name)).get(`${FRONT}/beat`)).status, 200);
const away = (name) => s.sql(`UPDATE p_responsibility_person SET seen_at = 1 WHERE tenant_id = ${desk.id} AND user_id = ${ids[name]}`);
const policy = (mode, minutes = 0) =>
  post('owner', `/departments/${desk.home.id}`, { mode: MODES[mode], release_minutes: minutes }, `${FRONT}/departments`);
const limit = (name, capacity) => post('owner', `/person/${ids[name]}`, { capacity, only_to_solve: null }, `${FRONT}/person/${ids[name]}`);
const nameOf = (id) => Object.keys(ids).find((n) => ids[n] === id) ?? id;
const agent = async (number) => nameOf((await desk.ticket(number)).agent_id);
const why = async (number) => textOf((await (await desk.as()).get(`${FRONT}/why/${number}`)).body).replace(/\s+/g, ' ');
const due = (kind) => s.sql(`UPDATE job SET due_at = 1, lease_until = 0 WHERE tenant_id = ${desk.id} AND kind = 'responsibility:${kind}'`);
/** New tickets, and who got them. */
async function given(n, fields = {}) {
  const out = [];
  for (let i = 0; i < n; i++) out.push(await agent(await desk.open('owner', { subject: `Given ${i}`, ...fields })));
  return out;
}

test('off: a new ticket waits', async () => {
  await beat('Ann');
  assert.deepEqual(await given(1), [null]);
});

test('in turn: to each who is at work; why tells what was seen', async () => {
  await desk.do('owner', 1, 'resolve');
  await beat('Bob');
  await policy('turn');
  const order = await given(4);
  assert.deepEqual(order.slice(0, 2).sort(), ['Ann', 'Bob'], 'Cid is away');
  assert.deepEqual(order.slice(2), order.slice(0, 2));
  const number = Number(await desk.one(`SELECT MAX(number) FROM ticket WHERE tenant_id = ${desk.id}`));
  const [event] = await desk.events(number, 'assigned');
  assert.deepEqual([event.actor, event.to, event.reason], ['4', order[3], "it was this person's turn"]);
  const told = await why(number);
  const other = order[2];
  assert.match(told, new RegExp(`It was given to ${order[3]}\\. The department gives tickets to each in turn\\.`));
  assert.match(told, new RegExp(`${order[3]} got it, with 1 open\\.`));
  assert.match(told, new RegExp(`${other} could have got it, with 2 open\\.`));
  assert.match(told, /Cid was away\./);
});

test('a pause, and as many as one takes, keep tickets away', async () => {
  await post('Ann', '/pause');
  await limit('Bob', 3);
  assert.deepEqual(await given(2), ['Bob', null]);
  const number = Number(await desk.one(`SELECT MAX(number) FROM ticket WHERE tenant_id = ${desk.id}`));
  const told = await why(number);
  for (const sentence of [/Nobody could get it/, /Ann was paused\./, /Bob had 3 open of at most 3\./, /Cid was away\./]) assert.match(told, sentence);
  await post('Ann', '/resume');
  await waitFor('the ticket to be handed out', async () => (await agent(number)) === 'Ann');
  assert.match(await why(number), /It was given to Ann/);
});

test('who has least, weighed by how much they take', async () => {
  for (const [n] of await desk.rows('number', 'ticket', "status IN ('N', 'C')")) await desk.do('owner', Number(n), 'resolve');
  await beat('Cid');
  await limit('Ann', 2);
  await limit('Bob', 4);
  await limit('Cid', 2);
  await policy('least');
  const got = await given(8);
  assert.deepEqual(got.toSorted(), ['Ann', 'Ann', 'Bob', 'Bob', 'Bob', 'Bob', 'Cid', 'Cid']);
  assert.deepEqual(got.slice(0, 4).toSorted(), ['Ann', 'Bob', 'Bob', 'Cid'], 'half of everybody first');
  assert.deepEqual(await given(1), [null], 'everybody is full');
});

test('somebody who becomes free gets what waits', async () => {
  const number = Number(await desk.one(`SELECT MAX(number) FROM ticket WHERE tenant_id = ${desk.id}`));
  const [[mine]] = await desk.rows('number', 'ticket', `agent_id = ${ids.Cid} AND status = 'N' LIMIT 1`);
  await desk.do('Cid', Number(mine), 'answer', { text: 'Done' });
  await waitFor('the ticket to come to who is free', async () => (await agent(number)) === 'Cid');
});

test('who answered last gets it back, if they can', async () => {
  for (const [n] of await desk.rows('number', 'ticket', "status IN ('N', 'C')")) await desk.do('owner', Number(n), 'resolve');
  await policy('off');
  const number = await desk.open('owner', { subject: 'Known', email: 'dora@customers.example' });
  await desk.do('Bob', number, 'answer', { text: 'Try this' });
  await desk.do('Bob', number, 'assign', { agent: 0 });
  await policy('last');
  await desk.do('owner', number, 'resolve');
  await desk.reply(number, { from: 'Dora <dora@customers.example>' });
  assert.equal(await agent(number), 'Bob');
  assert.match(await why(number), /Bob got it/);
  await policy('off');
});

test('who may not work there any more gets nothing, and takes_tickets of the department counts', async () => {
  await policy('least');
  const path = `/config/departments/${desk.home.id}`;
  const members = (await desk.rows('user_id', 'department_member', `department_id = ${desk.home.id}`)).flat();
  const rs = await (await desk.as()).submit(path, path, { members, takes: [ids.Ann] });
  assert.equal(rs.status, 303, textOf(rs.body));
  assert.deepEqual(await given(2), ['Ann', 'Ann']);
  assert.doesNotMatch(await why(Number(await desk.one(`SELECT MAX(number) FROM ticket WHERE tenant_id = ${desk.id}`))), /Bob/);
  assert.equal((await (await desk.as()).submit(path, path, { members, takes: members })).status, 303);
  await policy('off');
});

test('R11: the department takes back from who is paused or away, and only what nobody touched', async () => {
  const old = await desk.open('owner', { agent: ids.Ann, subject: 'Forgotten' });
  const fresh = await desk.open('owner', { agent: ids.Ann, subject: 'Just touched' });
  const here = await desk.open('owner', { agent: ids.Bob, subject: 'At work' });
  const done = await desk.open('owner', { agent: ids.Ann, subject: 'Answered' });
  await desk.do('owner', done, 'answered');
  await s.sql(`UPDATE p_responsibility_queue SET acted_at = 1000 WHERE tenant_id = ${desk.id} AND number IN (${old}, ${here})`);
  await beat('Bob');
  await away('Ann');
  await policy('off', 10);
  await due('take_back');
  await waitFor('the ticket to be released', async () => (await agent(old)) === null);
  assert.deepEqual(await Promise.all([fresh, here, done].map(agent)), ['Ann', 'Bob', 'Ann']);
  const event = (await desk.events(old, 'assigned')).at(-1);
  assert.deepEqual([event.actor, event.from, event.to, event.reason], ['4', 'Ann', '', 'the agent is away']);
  assert.match(await why(old), /Taken back from Ann, who was away and had done nothing for 10 minutes\./);
  await policy('off');
});

test('100 take one ticket at once: one winner, the others are told who, one event', async () => {
  const number = await desk.open('owner', { subject: 'Wanted' });
  const { version } = await desk.ticket(number);
  const names = ['Ann', 'Bob', 'Cid'];
  const tokens = await Promise.all(Array.from({ length: 100 }, async (_, i) => tokenOf(await desk.as(names[i % 3]))));
  const answers = await Promise.all(
    tokens.map(async (token, i) => (await desk.as(names[i % 3])).post(`/tickets/${number}/assign`, { token, version, agent: 'me' })),
  );
  const won = answers.filter((rs) => rs.status === 303);
  assert.equal(won.length, 1);
  assert.equal(answers.filter((rs) => rs.status === 409).length, 99);
  const winner = await agent(number);
  for (const rs of answers) if (rs.status === 409) assert.match(textOf(rs.body), new RegExp(winner));
  assert.equal((await desk.events(number, 'assigned')).length, 1);
});

const isLong = process.env.DESKD_LONG === '1';

/** People who work at once: each takes, does something or skips, and takes again. */
async function everybodyTakes(names, turns, seen) {
  await Promise.all(
    names.map(async (name) => {
      const client = await desk.as(name);
      for (let i = 0; i < turns; i++) {
        const rs = await client.post(`${FRONT}/next`, { token: await tokenOf(client), back: '/tickets' });
        assert.equal(rs.status, 303, textOf(rs.body));
        const found = /^\/tickets\/(\d+)$/.exec(rs.headers.location);
        if (!found) continue;
        seen.push(found[1]);
        const skipped = await client.post(`${FRONT}/skip`, { token: await tokenOf(client), reason: 'Next one' });
        assert.equal(skipped.status, 303);
      }
    }),
  );
}

test('many take the next one at once: nobody gets what another has', async () => {
  for (let i = 0; i < 12; i++) await desk.open('owner', { subject: `Race ${i}` });
  const free = Number(await desk.one(`SELECT COUNT(*) FROM p_responsibility_queue WHERE tenant_id = ${desk.id} AND holder_id = 0`));
  const names = ['Ann', 'Bob', 'Cid'];
  const clients = [...names, 'owner'];
  await post('Ann', '/resume').catch(() => {});
  const leased = await Promise.all(
    Array.from({ length: 24 }, async (_, i) => {
      const client = await desk.as(clients[i % 4]);
      const rs = await client.post(`${FRONT}/next`, { token: await tokenOf(client), back: '/tickets' });
      return [clients[i % 4], rs.headers.location];
    }),
  );
  for (const name of names) assert.equal(new Set(leased.filter(([n]) => n === name).map(([, to]) => to)).size, 1, `${name} has one`);
  const held = await desk.rows('ticket_id', 'p_responsibility_lease');
  assert.equal(new Set(held.flat()).size, held.length);
  const seen = [];
  await everybodyTakes(names, 5, seen);
  assert.ok(seen.length >= 12, `${seen.length} of ${free}`);
  assert.deepEqual(await desk.rows('ticket_id', 'p_responsibility_queue', `lease_user_id <> 0 AND ticket_id NOT IN (SELECT ticket_id FROM p_responsibility_lease WHERE tenant_id = ${desk.id})`), []);
});

if (isLong) test('100,000 wait, 200 people take: no ticket twice, and each take looks at as many rows', async () => {
  const people = Array.from({ length: 200 }, (_, i) => `Worker${i}`);
  for (const name of people) ids[name] = await desk.person(name);
  const [[template]] = await desk.rows('ticket_id', 'p_responsibility_queue', 'holder_id = 0 AND lease_user_id = 0 LIMIT 1');
  const columns = 'department_id, contact_id, status, previous_status, folder, in_all, source, subject, created_at, activity_at, waiting_since';
  const cost = async (waiting) => {
    const have = Number(await desk.one(`SELECT COUNT(*) FROM p_responsibility_queue WHERE tenant_id = ${desk.id}`));
    const add = waiting - have;
    if (add > 0)
      await s.sql(
        `INSERT INTO ticket (tenant_id, id, number, ${columns}) SELECT tenant_id, 1000000 + ${have} + seq, 1000000 + ${have} + seq, ${columns} FROM ticket, seq_1_to_${add} WHERE tenant_id = ${desk.id} AND id = ${template};` +
          `INSERT INTO p_responsibility_queue SELECT tenant_id, 1000000 + ${have} + seq, 1000000 + ${have} + seq, department_id, 0, 0, CONCAT(LEFT(place, 20), UNHEX(LPAD(HEX(1000000 + ${have} + seq), 16, '0'))), band, priority, due_at, warns_at, waiting_since, moves_at, NULL, acted_at FROM p_responsibility_queue, seq_1_to_${add} WHERE tenant_id = ${desk.id} AND ticket_id = ${template};` +
          `UPDATE p_responsibility_count SET tickets = tickets + ${add} WHERE tenant_id = ${desk.id} AND agent_id = 0 AND department_id = ${desk.home.id}; ANALYZE TABLE p_responsibility_queue, ticket`,
      );
    const read = async () => Number((await s.sql("SELECT SUM(VARIABLE_VALUE) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME LIKE 'Handler_read%'"))[0][0]);
    const client = await desk.as('Worker0');
    await s.sql(`DELETE FROM p_responsibility_skip WHERE tenant_id = ${desk.id}`); // each costs who skipped it a row
    await client.post(`${FRONT}/next`, { token: await tokenOf(client), back: '/tickets' });
    const steps = [];
    for (let i = 0; i < 7; i++) {
      await client.post(`${FRONT}/skip`, { token: await tokenOf(client), reason: 'Next one' });
      const token = await tokenOf(client);
      const from = await read();
      await client.post(`${FRONT}/next`, { token, back: '/tickets' });
      steps.push((await read()) - from);
    }
    return steps.sort((a, b) => a - b)[3];
  };
  const few = await cost(1000);
  const many = await cost(100000);
  console.log(`# rows read by a take: ${few} at 1,000 waiting, ${many} at 100,000`);
  assert.ok(many <= few + 20, `${few} rows at 1,000, ${many} at 100,000`);
  const leased = await Promise.all(
    people.slice(1).map(async (name) => {
      const client = await desk.as(name);
      const rs = await client.post(`${FRONT}/next`, { token: await tokenOf(client), back: '/tickets' });
      return rs.headers.location;
    }),
  );
  assert.ok(leased.every((to) => /^\/tickets\/\d+$/.test(to)));
  assert.equal(new Set(leased).size, 199, 'no ticket twice');
  const at200 = await cost(100000);
  console.log(`# and with 200 tickets taken: ${at200}`);
  assert.ok(at200 <= few + 20, `${few} rows, ${at200} with 200 taken`);
});
