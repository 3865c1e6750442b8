// tests/e2e/transfer.test.mjs - handing a ticket over on its page: department and agent in one choice, a note
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { openStack } from '../support/stack.mjs';

let s;
let desk;
let billing;
let people; // Ann works in both departments, Bob in Support, Dee in Billing
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  billing = await desk.department('Billing');
  people = {
    Ann: await desk.person('Ann'),
    Bob: await desk.person('Bob'),
    Dee: await desk.person('Dee', { department: billing }),
  };
  const path = `/config/agents/${people.Ann}`;
  await (await desk.as()).submit(path, path, { departments: [desk.home.id, billing.id] });
});
after(() => s?.close());

const pathOf = (number) => `/tickets/${number}/transfer`;
const pair = async (number) => {
  const t = await desk.ticket(number);
  return [t.department_id, t.agent_id];
};
/** What the page offers: { value: text }, in its order, and what is chosen. */
async function offered(number, by) {
  const { body } = await (await desk.as(by)).get(pathOf(number));
  const options = [...body.matchAll(/<option value="([\d:]+)"( selected)? ?>([^<]*)/g)];
  return { all: options.map(([, value, , label]) => [value, label.trim()]), chosen: options.filter((o) => o[2]).map((o) => o[1]) };
}
async function submit(by, number, fields) {
  return (await desk.as(by)).submit(pathOf(number), pathOf(number), fields);
}

test('the page offers each department, its own first, with those who work there and nobody else', async () => {
  const number = await desk.open('owner', { agent: people.Bob });
  const { all, chosen } = await offered(number, 'Ann');
  const home = desk.home.id;
  const values = all.map(([value]) => value);
  assert.deepEqual(chosen, [`${home}:${people.Bob}`]);
  assert.equal(values[0], `${home}:0`);
  const here = values.filter((v) => v.startsWith(`${home}:`));
  assert.deepEqual(values.slice(0, here.length), here);
  assert.ok(here.includes(`${home}:${people.Ann}`) && !here.includes(`${home}:${people.Dee}`));
  const there = values.slice(here.length);
  assert.ok(there.includes(`${billing.id}:0`) && there.includes(`${billing.id}:${people.Dee}`));
  assert.ok(!there.includes(`${billing.id}:${people.Bob}`));
  assert.match((await (await desk.as('Ann')).get(`/tickets/${number}`)).body, new RegExp(`href="${pathOf(number)}"`));
});

test('department, agent and note are one step, each with its line', async () => {
  const number = await desk.open('owner', { agent: people.Bob });
  const rs = await submit('Ann', number, { to: `${billing.id}:${people.Dee}`, note: 'She asks about the invoice' });
  assert.equal(rs.status, 303, textOf(rs.body));
  assert.deepEqual(await pair(number), [billing.id, people.Dee]);
  const kinds = (await desk.events(number)).slice(-2).map((e) => [e.kind, e.from, e.to]);
  assert.deepEqual(kinds, [['transferred', desk.home.name, 'Billing'], ['assigned', 'Bob', 'Dee']]);
  const [[kind, body]] = await desk.rows('kind, body', 'message', `ticket_id = ${(await desk.ticket(number)).id} ORDER BY id DESC LIMIT 1`);
  assert.deepEqual([kind, body], ['3', 'She asks about the invoice']);
  await submit('Dee', number, { to: `${billing.id}:0` });
  assert.deepEqual(await pair(number), [billing.id, null]);
  await submit('Dee', number, { to: `${desk.home.id}:0` });
  assert.deepEqual(await pair(number), [desk.home.id, null]);
  const { kept, truth } = await desk.counters();
  assert.deepEqual(kept, truth);
});

test('a lost race says who was faster and keeps what was chosen and written', async () => {
  const number = await desk.open('owner');
  const { version } = await desk.ticket(number);
  await desk.do('Bob', number, 'assign', { agent: 'me' });
  const rs = await submit('Ann', number, { version, to: `${billing.id}:${people.Dee}`, note: 'A long explanation' });
  assert.equal(rs.status, 409);
  assert.match(textOf(rs.body), /Bob/);
  assert.match(rs.body, /A long explanation/);
  assert.match(rs.body, new RegExp(`value="${billing.id}:${people.Dee}" selected`));
  assert.deepEqual(await pair(number), [desk.home.id, people.Bob]);
  const again = formsOf(rs.body).find((f) => f.action === pathOf(number));
  assert.equal(Number(again.fields.get('version')), Number((await desk.ticket(number)).version));
  assert.equal((await desk.rows('1', 'message', `ticket_id = ${(await desk.ticket(number)).id} AND kind = 3`)).length, 0);
});

test('what cannot be chosen is refused, with the note kept', async () => {
  const number = await desk.open('owner', { agent: people.Ann });
  for (const to of [`${billing.id}:${people.Bob}`, `987654321987:0`, `${billing.id}:987654321987`, `${billing.id}`, 'x:y', ':', `-1:0`]) {
    const rs = await desk.act('Ann', number, 'transfer', { to, note: 'Kept' });
    assert.equal(rs.status, 400, `${to}: ${textOf(rs.body).slice(0, 200)}`);
    assert.match(rs.body, /Kept/, to);
    assert.deepEqual(await pair(number), [desk.home.id, people.Ann], to);
  }
  const elsewhere = await desk.open('owner', { department: billing });
  assert.equal((await (await desk.as('Bob')).get(pathOf(elsewhere))).status, 404);
  assert.equal((await desk.act('Bob', elsewhere, 'transfer', { to: `${desk.home.id}:0` })).status, 404);
});
