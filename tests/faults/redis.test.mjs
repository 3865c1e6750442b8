// tests/faults/redis.test.mjs - a Redis that is gone, forgets, hangs, is full or holds something else (R01-R04)
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk } from '../support/desk.mjs';
import { openStack, waitFor } from '../support/stack.mjs';
import { assertKept, either, isAlive, pidsOf, underLoad } from './faults.mjs';

let s;
let desk;
before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 4'] });
  desk = await Desk.open(s);
});
after(() => s?.close());

const redis = (...words) => execFileSync('redis-cli', ['-s', s.env.DESKD_REDIS_SOCKET, ...words], { encoding: 'utf8' });

/** Under load: no request fails, nobody is logged out, nothing is lost. */
async function unharmed(t, work) {
  const workers = await pidsOf(s, 'web');
  const { load, result } = await underLoad(t, desk, work);
  assert.deepEqual(load.failures, []);
  await assertKept(desk, result);
  assert.deepEqual(await pidsOf(s, 'web'), workers);
}

async function endRedis() {
  const pid = s.pidOf('redis');
  process.kill(pid, 'SIGKILL');
  await waitFor('Redis to end', () => !isAlive(pid));
}

test('R01: Redis gone, back, and emptied: nobody notices', (t) => unharmed(t, async () => {
  for (let i = 0; i < either(1, 20); i++) {
    await sleep(500);
    await endRedis();
    await sleep(1000);
    await s.start('redis');
    await sleep(500);
    redis('FLUSHALL');
  }
}));

test('R01: without Redis mails are worked off by looking now and then', async () => {
  await endRedis();
  await desk.write({ from: 'Paula <paula@customers.example>', subject: 'By polling' });
  await s.start('redis');
});

test('R02: a Redis that says nothing costs a moment, once in a while', async (t) => {
  const pid = s.pidOf('redis');
  process.kill(pid, 'SIGSTOP');
  try {
    await unharmed(t, () => sleep(either(2, 60) * 1000));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('R03: a Redis without room refuses or forgets: nothing depends on it', async (t) => {
  for (const policy of ['noeviction', 'allkeys-lru']) {
    redis('CONFIG', 'SET', 'maxmemory-policy', policy);
    redis('CONFIG', 'SET', 'maxmemory', '1');
    await unharmed(t, () => sleep(either(1, 30) * 1000));
  }
  redis('CONFIG', 'SET', 'maxmemory', '128mb');
});

/** Rounds that the children that work on jobs have begun. */
const rounds = async () => {
  const lines = (await s.ctl('status')).split('\n').filter((l) => /\bjobs\b.*served/.test(l));
  return lines.reduce((n, l) => n + Number(/served (\d+)/.exec(l)[1]), 0);
};

test('R04: what is not of our making in Redis is a miss, and nobody works in circles over it', async (t) => {
  redis('FLUSHALL');
  redis('SET', 'deskd:jobs', 'not a list');
  const old = await pidsOf(s, 'jobs');
  for (const pid of old) process.kill(pid, 'SIGKILL'); // who waits already is told nothing
  await waitFor('new children', async () => (await pidsOf(s, 'jobs')).filter((p) => !old.includes(p)).length === old.length);
  await unharmed(t, () => sleep(either(1, 30) * 1000));
  const [from, start] = [await rounds(), Date.now()];
  await sleep(2000);
  const each = ((await rounds()) - from) / ((Date.now() - start) / 1000);
  t.diagnostic(`${each.toFixed(0)} rounds of jobs a second`);
  assert.ok(each < 100, `${each} rounds a second`);
  redis('FLUSHALL');
});
