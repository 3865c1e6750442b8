// tests/faults/nth_failure.test.mjs - the N-th call of an operation fails: memory, files, sockets, database, Redis.
// Whoever asked gets an answer or a clean error, the process goes on, and nothing is lost, doubled or leaked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { waitFor } from '../support/stack.mjs';
import { operations } from './operations.mjs';
import { Shim, descriptors, kind, mode, operation } from './shim.mjs';
import { imported, tidied, wrongs } from './whole.mjs';

const isLong = process.env.DESKD_LONG === '1';
const POINTS = isLong ? Infinity : 5;
const MORE_BLOCKS = 12; // of memory, between two times that nothing failed
const ways = {
  'one call fails': [mode.fail, kind.all],
  ...(isLong && {
    'memory stays short': [mode.failOn, kind.memory],
    'the disk stays full': [mode.failOn, kind.files],
    'a signal interrupts': [mode.interrupt, kind.files | kind.net],
    'half of it is transferred': [mode.shorten, kind.files | kind.net],
  }),
};

let shim;
let s;
let desk;
before(async () => {
  shim = new Shim();
  s = shim.openStack({ conf: ['web_workers = 1', 'jobs_workers = 1', 'lmtp_workers = 1'] });
  desk = await Desk.open(s);
  desk.other = await desk.department('Second');
  desk.number = await desk.write();
});
after(() => {
  s?.close();
  shim?.close();
});

const pause = async () => {
  await imported(s);
  await s.sql("UPDATE outbox SET lease_until = 0, next_at = 0 WHERE state IN (2, 4)"); // time goes by
};

async function strike(op, name, how, n, kinds) {
  const act = await op.prepare(desk, name, shim);
  shim.arm(op.what, how, n, kinds);
  await act();
  const report = await shim.over();
  if (op.what === operation.import || op.what === operation.delivery) await pause();
  return report;
}

async function measure(op, name, kinds) {
  const all = [];
  for (let i = 0; i < 2; i++) all.push(await strike(op, `${name}-m${i}`, mode.count, 0, kinds));
  const last = all.at(-1);
  return { count: last.count, live: last.live, open: last.isAlive ? descriptors(last.pid) : 0 };
}

/* What is lost stays lost; what a minute's housekeeping has prepared meanwhile goes with the connection. */
async function measureAfterwards(op, name, start, kinds) {
  for (let i = 1; ; i++) {
    await strike(op, `${name}-old${i}`, mode.fail, 2, kind.db);
    const end = await measure(op, `${name}-z${i}`, kinds);
    if (i === 3 || op.what === operation.command || end.live - start.live < MORE_BLOCKS) return end;
  }
}

async function failEverywhere(t, op, way, how, kinds) {
  const name = `${t.name}-${way}`.replace(/\W+/g, '-').toLowerCase();
  // On a new connection both times, where only what the operation needs is prepared.
  await strike(op, `${name}-new`, mode.fail, 2, kind.db);
  const start = await measure(op, `${name}-a`, kinds);
  let hits = 0;
  const step = Math.max(1, start.count / POINTS);
  for (let i = 1; i <= start.count; i += step) {
    const n = Math.floor(i);
    const report = await strike(op, `${name}-${n}`, how, n, kinds).catch((e) => {
      const { call, where } = shim.read();
      throw new Error(`call ${n}, ${call}: ${e.message}\n${where}`);
    });
    hits += report.hits > 0;
    assert.ok(report.isAlive || op.what === operation.command || kinds === kind.libfcgi,
      `call ${n}: ${report.call} ended the process\n${report.where}`);
  }
  const end = await measureAfterwards(op, name, start, kinds);
  t.diagnostic(`${way}: ${start.count} calls, ${hits} failed, blocks ${start.live} ${end.live}, open ${start.open} ${end.open}`);
  assert.ok(hits > 0.7 * Math.min(start.count, POINTS), `${hits} failed`);
  if (op.what !== operation.command && kinds !== kind.libfcgi) {
    assert.ok(end.live - start.live < MORE_BLOCKS, `blocks of memory: ${start.live}, then ${end.live}`);
    assert.ok(end.open <= start.open + 1, `descriptors: ${start.open}, then ${end.open}`);
  }
}

// libfcgi ends the process where it gets no memory; nginx asks the next worker.
test('a request that libfcgi has no memory for', (t) =>
  failEverywhere(t, operations.answer, 'libfcgi', mode.fail, kind.libfcgi));

for (const [name, op] of Object.entries(operations))
  test(name, async (t) => {
    for (const [way, [how, kinds]] of Object.entries(ways)) await failEverywhere(t, op, way, how, kinds);
    await waitFor('mails to leave', async () => {
      await pause();
      return (await desk.rows('COUNT(*)', 'outbox', 'state NOT IN (3, 5)'))[0][0] === '0';
    }, 60);
    await tidied(desk);
    assert.deepEqual(await wrongs(desk), []);
    assert.deepEqual(await doubled(), []);
  });

/** Each text is there once: what was sent again after an error did not happen twice. */
const doubled = async () =>
  (await desk.rows('body, COUNT(*)', 'message', "body LIKE 'text of %' GROUP BY body HAVING COUNT(*) > 1")).map((r) => r.join(' '));
