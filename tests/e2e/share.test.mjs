// tests/e2e/share.test.mjs - a tenant that holds all the workers it may: its neighbour is served at once, and
// what comes above the share waits for its turn instead of being refused
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { tokenOf } from '../support/desk.mjs';
import { openStack } from '../support/stack.mjs';

const STORM = 16; // each holds a worker for a quarter of a second (a forgotten password tells nobody by its time)

let s;
let busy;
let neighbour;
before(async () => {
  s = openStack();
  [busy, neighbour] = [await s.tenant(), await s.tenant()];
});
after(() => s?.close());

test('a neighbour is served while a tenant waits for its own share', async () => {
  const client = s.client(busy);
  const visitor = s.client(neighbour);
  const tokens = [];
  while (tokens.length < STORM) tokens.push(await tokenOf(client, '/forgot'));
  assert.equal((await visitor.get('/login')).status, 200);
  let answered = 0;
  const storm = tokens.map(async (token) => {
    const rs = await client.post('/forgot', { token, email: 'nobody@nowhere.example' });
    answered++;
    return rs.status;
  });
  for (let i = 0; i < 2; i++) assert.equal((await visitor.get('/login')).status, 200);
  const before = answered;
  const statuses = await Promise.all(storm);
  assert.ok(before < STORM / 2, `the neighbour's two pages came after ${before} of ${STORM} others`);
  assert.deepEqual(statuses.filter((x) => x !== 200 && x !== 429), [], 'nobody is refused');
});
