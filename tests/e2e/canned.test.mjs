// tests/e2e/canned.test.mjs - predefined answers: own, of a department, for everybody; found, filled in, kept apart
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { openStack } from '../support/stack.mjs';

let s;
let desk;
let other;
let sales;
let number;
before(async () => {
  s = openStack();
  [desk, other] = [await Desk.open(s), await Desk.open(s)];
  sales = await desk.department('Sales');
  await desk.person('Ann');
  await desk.person('Sal', { department: sales });
  number = await desk.write({ from: 'Paula Ponti <paula@customers.example>', subject: 'My {number} of cups' });
});
after(() => s?.close());

async function post(who, path, all, where = desk) {
  const client = await where.as(who);
  const token = formsOf((await client.get('/profile')).body).find((f) => f.fields.has('token')).fields.get('token');
  return client.post(path, { token, ...all });
}

const add = (who, name, whose, text = `Text of ${name}`, keywords = '') => post(who, '/answers/new', { name, whose, text, keywords });
const idOf = async (name) => (await s.sql(`SELECT id FROM canned WHERE tenant_id = ${desk.id} AND name = '${name}'`))[0]?.[0];
const namesFor = async (who, path) =>
  [...(await (await desk.as(who)).get(path)).body.matchAll(/<strong>((?:Mine|Theirs|Support|Sales|All|Refund)[^<]*)<\/strong>/g)].map((m) => m[1]);

test('each sees their own, those of their departments and those for everybody', async () => {
  for (const [who, name, whose] of [['Ann', 'Mine', 'me'], ['Sal', 'Theirs', 'me'], ['owner', 'Support hello', desk.home.id], ['owner', 'Sales hello', sales.id], ['owner', 'All hello', 'all']])
    assert.equal((await add(who, name, whose)).status, 303, name);
  assert.deepEqual(await namesFor('Ann', '/answers'), ['All hello', 'Mine', 'Support hello']);
  assert.deepEqual(await namesFor('Sal', '/answers'), ['All hello', 'Sales hello', 'Theirs']);
  assert.deepEqual(await namesFor('owner', '/answers'), ['All hello', 'Sales hello', 'Support hello']);
  assert.deepEqual(await namesFor('owner', `/tickets/${number}/answers`), ['All hello', 'Support hello'], 'only what fits the ticket');
  assert.equal((await (await desk.as('Sal')).get(`/tickets/${number}/answers`)).status, 404);
});

test('an agent writes for nobody else, and touches nothing of others', async () => {
  assert.equal((await add('Ann', 'X', 'all')).status, 403);
  assert.equal((await add('Ann', 'X', desk.home.id)).status, 403);
  assert.equal((await add('owner', 'X', other.home.id)).status, 422);
  const [shared, theirs] = [await idOf('All hello'), await idOf('Theirs')];
  const ann = await desk.as('Ann');
  assert.equal((await ann.get(`/answers/${shared}`)).status, 403);
  assert.equal((await ann.get(`/answers/${theirs}`)).status, 404);
  for (const path of ['', '/delete']) {
    assert.equal((await post('Ann', `/answers/${shared}${path}`, { version: 1, name: 'Y', text: 'Y', whose: 'me' })).status, 403, path);
    assert.equal((await post('owner', `/answers/${theirs}${path}`, { version: 1, name: 'Y', text: 'Y', whose: 'me' })).status, 404, path);
    assert.equal((await post('owner', `/answers/${shared}${path}`, { version: 1, name: 'Y', text: 'Y', whose: 'me' }, other)).status, 404, path);
  }
  assert.equal(await idOf('Y'), undefined);
});

test('they are found by name, keyword and text, whatever the case and accents', async () => {
  assert.equal((await add('Ann', 'Refund', 'me', 'Olá, você recebe 50% de volta_', 'money back')).status, 303);
  for (const q of ['refund', 'MONEY', 'voce olá', '50%', 'volta_ ref']) assert.deepEqual(await namesFor('Ann', `/answers?q=${encodeURIComponent(q)}`), ['Refund'], q);
  for (const q of ['%', '_', 'refund hello']) {
    const found = await namesFor('Ann', `/answers?q=${encodeURIComponent(q)}`);
    assert.deepEqual(found, q === 'refund hello' ? [] : ['Refund'], q);
  }
});

test('variables are filled in for the ticket, what customers wrote is no variable, and nothing is sent by looking', async () => {
  await add('Ann', 'Mine 2', 'me', 'Hi {customer.first} ({customer}, {customer.email}): {number} {subject} {department} {agent} {nonsense} {customer');
  const id = await idOf('Mine 2');
  const filled = `Hi Paula (Paula Ponti, paula@customers.example): ${number} My {number} of cups Support Ann {nonsense} {customer`;
  const ann = await desk.as('Ann');
  const page = await ann.get(`/tickets/${number}?canned=${id}`);
  const form = formsOf(page.body).find((f) => f.action.endsWith('/answer'));
  assert.equal(form.fields.get('text').trim(), filled);
  assert.equal(form.fields.get('to'), 'paula@customers.example');
  assert.match(textOf((await ann.get(`/tickets/${number}/answers?q=mine+2`)).body), /Hi Paula \(Paula Ponti/);
  assert.equal((await (await desk.as()).get(`/tickets/${number}?canned=${id}`)).body.includes('Hi Paula'), false, 'not those of others');
  assert.equal((await desk.rows('id', 'message', `ticket_id = ${(await desk.ticket(number)).id}`)).length, 1);
});

test('one that was changed meanwhile is not overwritten; what is wrong is said', async () => {
  const id = await idOf('Mine');
  assert.equal((await post('Ann', `/answers/${id}`, { version: 1, name: 'Mine', text: 'Two', whose: 'me' })).status, 303);
  const late = await post('Ann', `/answers/${id}`, { version: 1, name: 'Mine', text: 'Late', whose: 'me' });
  assert.equal(late.status, 409);
  assert.match(late.body, /Late/);
  for (const [all, complaint] of [[{ name: ' ', text: 'x', whose: 'me' }, /needs a name/], [{ name: 'x', text: ' ', whose: 'me' }, /needs a text/], [{ name: 'x', text: 'x', whose: 'nobody' }, /for whom/]]) {
    const rs = await post('Ann', '/answers/new', all);
    assert.equal(rs.status, 422);
    assert.match(textOf(rs.body), complaint);
  }
});

test('those of a closed department go where its tickets go; those of somebody who left go with them', async () => {
  const rs = await post('owner', `/config/departments/${sales.id}/delete`, { version: 1, target: desk.home.id });
  assert.equal(rs.status, 303);
  assert.ok((await namesFor('Ann', '/answers')).includes('Sales hello'));
});
