// tests/e2e/scale.test.mjs - pages ask as often with five thousand tickets as with a hundred, and never more than six
// times. What they cost with a million: tests/bench/scale.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openStack } from '../support/stack.mjs';

const MOST = 6; // statements of a page
const FEW = { name: 'seed-9001', tickets: 100 };
const MANY = { name: 'seed-9005', tickets: 5000 }; // speaks the same language

let s;
before(async () => {
  s = openStack();
  for (const desk of [FEW, MANY]) {
    await s.ctl('seed', '--first', desk.name.slice(5), '--tenants', '1', '--tickets', String(desk.tickets));
    desk.host = `${desk.name}.localhost`;
    desk.client = s.client(desk);
    await desk.client.login(`owner@${desk.name}.example`, 'deskd-seed-2026');
  }
});
after(() => s?.close());

/** The least of several times, and of those before: what a worker looks up once a second is not the page's. */
async function weigh(desk, path, least = Infinity) {
  let isEmpty;
  for (let i = 0; i < 4; i++) {
    const rs = await desk.client.get(path);
    assert.equal(rs.status, 200, path);
    const [, n] = /\bdb;[^,]*desc="(\d+) statements"/.exec(rs.headers['server-timing']);
    least = Math.min(least, Number(n));
    isEmpty = !/href="\/tickets\/\d/.test(rs.body);
  }
  return { statements: least, isEmpty };
}

const views = ['open', 'mine', 'unassigned', 'answered', 'postponed', 'resolved', 'all', 'spam', 'deleted'];
const searches = [
  'restart', 'restart monday', 'restart -monday', '"connection timed out"', 'camp*', 'camp* rest* mond* cont* mess*',
  'xylophone', 'status:open', 'status:postponed restart', 'status:resolved restart', 'status:answered -restart',
  'agent:me restart', 'agent:none restart', 'agent:none status:open camp*', 'department:billing restart',
  'after:2000-01-01 restart', 'before:2000-01-01 restart', 'after:2000-01-01 before:2090-01-01 status:open "connection timed out"',
];
const paths = [
  ...views.map((v) => `/tickets?view=${v}`),
  '/tickets/50',
  ...searches.map((q) => `/search?q=${encodeURIComponent(q)}`),
  `/search?q=restart&below=60`,
];

test('a page asks as often with many tickets as with few', async () => {
  let compared = 0;
  for (const path of paths) {
    let [few, many] = [await weigh(FEW, path), await weigh(MANY, path)];
    // Each of three workers keeps what it looked up: one that did not may have answered all of them.
    for (let i = 0; i < 5 && few.statements !== many.statements && few.isEmpty === many.isEmpty; i++)
      [few, many] = [await weigh(FEW, path, few.statements), await weigh(MANY, path, many.statements)];
    assert.ok(many.statements <= MOST, `${path} takes ${many.statements} statements`);
    if (few.isEmpty !== many.isEmpty) continue; // one that finds nothing asks for less
    compared++;
    assert.equal(many.statements, few.statements, path);
  }
  assert.ok(compared > paths.length / 2, `only ${compared} pages have something to show`);
});
