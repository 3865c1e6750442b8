// tests/faults/clock.test.mjs - clocks that are wrong, for all of deskd or for one of its children (C01, C02)
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk } from '../support/desk.mjs';
import { openStack, waitFor } from '../support/stack.mjs';
import { assertKept, either, isAlive, underLoad } from './faults.mjs';

let s;
let desk;
const others = [];
before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 4'] });
  desk = await Desk.open(s);
});
after(() => {
  for (const child of others) child.kill('SIGKILL');
  s?.close();
});

/** The library of Debian's libfaketime, wherever this machine's architecture has it. */
const library = readdirSync('/usr/lib').map((d) => `/usr/lib/${d}/faketime/libfaketime.so.1`).find(existsSync);

/** Starts a deskd whose clock is shifted ("+1h"); monotonic time goes as it does. With run: beside the other one, on
 * the same database and spool, with sockets of its own. */
function shifted(by, run) {
  assert.ok(library, 'libfaketime is not installed');
  let conf = s.env.DESKD_CONF;
  if (run) {
    mkdirSync(run, { recursive: true });
    conf = path.join(run, 'deskd.conf');
    writeFileSync(conf, readFileSync(s.env.DESKD_CONF, 'utf8').replace(/^run_dir = .*$/m, `run_dir = ${run}`)
      .replace(/^fcgi_socket = .*$/m, `fcgi_socket = ${run}/fcgi.sock`)
      .replace(/^lmtp_socket = .*$/m, `lmtp_socket = ${run}/lmtp.sock`), { mode: 0o600 });
  }
  const child = spawn(path.join(process.env.DESKD_BUILD, 'deskd'), ['-c', conf], { stdio: 'ignore',
    env: { ...process.env, LD_PRELOAD: library, FAKETIME: by, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_NO_CACHE: '1' } });
  others.push(child);
  return child;
}

async function end(pid) {
  if (isAlive(pid)) process.kill(pid, 'SIGTERM');
  await waitFor('deskd to end', () => !isAlive(pid));
}

const isUp = () => s.request({ host: 'localhost', path: '/readyz' }).then((rs) => rs.status === 200, () => false);

for (const by of ['+1h', '-1h', ...either([], ['+10y', '-2d'])])
  test(`C01: a clock that is ${by} off: nothing is lost or done twice, people stay logged in`, async (t) => {
    const client = await desk.as();
    await end(s.pid);
    const child = shifted(by);
    try {
      await waitFor('deskd to answer', isUp);
      if (by !== '+10y') assert.equal((await client.get('/tickets')).status, 200);
      if (by === '+10y') desk.clients.clear();
      const { load, result } = await underLoad(t, desk, () => sleep(either(1500, 10000)));
      assert.deepEqual(load.failures, []);
      await assertKept(desk, result);
    } finally {
      await end(child.pid);
      await s.start('deskd');
    }
    desk.clients.clear();
  });

test('C02: a host whose clock is five minutes off works beside one whose clock is right: nothing twice', async (t) => {
  for (const by of ['+5m', '-5m']) {
    const child = shifted(by, path.join(s.env.DESKD_RUN, `other${by}`));
    await waitFor('the other deskd', () => existsSync(path.join(s.env.DESKD_RUN, `other${by}`, 'scoreboard')));
    try {
      const { load, result } = await underLoad(t, desk, async () => {
        const numbers = [];
        for (let i = 0; i < 3; i++) numbers.push(await desk.open('owner'));
        for (const number of numbers) await desk.do('owner', number, 'postpone', { until: '2099-01-01T09:00' });
        const which = `tenant_id = ${desk.id} AND wake_at > 1`;
        await s.sql(`SET @now = CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED);
          UPDATE ticket SET wake_at = @now WHERE ${which};
          UPDATE job SET due_at = @now WHERE tenant_id = ${desk.id} AND kind = 'ticket.wake'`);
        for (const number of numbers) {
          await waitFor('the ticket to wake', async () => (await desk.status(number)) !== 'W');
          assert.equal((await desk.events(number)).filter((e) => e.kind === 'status' && e.from === 'W').length, 1);
        }
      });
      assert.deepEqual(load.failures, []);
      await assertKept(desk, result);
    } finally {
      await end(child.pid);
    }
  }
});
