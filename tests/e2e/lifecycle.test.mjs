// tests/e2e/lifecycle.test.mjs - workers die, generations change, the master ends: no request is lost
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStack, waitFor } from '../support/stack.mjs';

let s;
let acme;
before(async () => {
  s = openStack({ isOwn: true });
  acme = await s.tenant();
});
after(() => s?.close());

const isAlive = (pid) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(statusOf(pid));

function statusOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State:\tZ';
  }
}

/** Process ids of deskd's children. */
function children() {
  const found = readdirSync('/proc').filter((n) => /^\d+$/.test(n));
  return found.filter((pid) => new RegExp(`^PPid:\\s+${s.pid}$`, 'm').test(statusOf(pid))).map(Number);
}

const login = () => s.request({ host: acme.host, path: '/login' });

/** Asks for pages until told to stop; counts the answers that are not 200. */
function load() {
  const run = { asked: 0, wrong: [], isOver: false };
  run.done = (async () => {
    while (!run.isOver) {
      run.asked++;
      await login().then(
        (rs) => rs.status === 200 || run.wrong.push(rs.status),
        (e) => run.wrong.push(e.message),
      );
    }
  })();
  run.end = async () => {
    run.isOver = true;
    await run.done;
    return run;
  };
  return run;
}

test('killed children are replaced, and no GET is lost meanwhile', async () => {
  const first = children();
  assert.ok(first.length >= 3, `children: ${first}`);
  const traffic = load();
  for (const pid of first) {
    process.kill(pid, 'SIGKILL');
    await sleep(300);
  }
  await waitFor('as many children as before', () => {
    const now = children();
    return now.length >= first.length && now.every((pid) => !first.includes(pid));
  });
  const { asked, wrong } = await traffic.end();
  assert.ok(asked > 10, `asked ${asked}`);
  assert.deepEqual(wrong, []);
});

test('SIGHUP starts a new generation; the old one finishes its work', async () => {
  const old = children();
  const traffic = load();
  process.kill(s.pid, 'SIGHUP');
  await waitFor('the old generation to end', () => old.every((pid) => !isAlive(pid)));
  await waitFor('a new generation', () => children().length >= old.length);
  const { wrong } = await traffic.end();
  assert.deepEqual(wrong, []);
});

test('deskctl status tells of the children', async () => {
  const text = await s.ctl('status');
  for (const role of ['web', 'jobs', 'lmtp']) assert.match(text, new RegExp(role));
});

test('SIGTERM ends the master and its children', async () => {
  const all = children();
  process.kill(s.pid, 'SIGTERM');
  await waitFor('the master to end', () => !isAlive(s.pid));
  assert.deepEqual(all.filter(isAlive), []);
});

test('children do not outlive a killed master', async () => {
  s.restart();
  const all = children();
  assert.ok(all.length >= 3, `children: ${all}`);
  process.kill(s.pid, 'SIGKILL');
  await waitFor('the children to end', () => !all.some(isAlive));
});
