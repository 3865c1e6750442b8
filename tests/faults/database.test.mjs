// tests/faults/database.test.mjs - a MariaDB that dies, refuses, fills up or dawdles while people work (D01-D05)
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Desk, tokenOf } from '../support/desk.mjs';
import { textOf } from '../support/http.mjs';
import { openStack, waitFor } from '../support/stack.mjs';
import { assertKept, either, isAlive, pidsOf, underLoad } from './faults.mjs';

let s;
let desk;
before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 4'] });
  desk = await Desk.open(s);
});
after(() => s?.close());

/** Web workers that outlive work: none of them may be lost over a database. */
async function withTheSameWorkers(work) {
  const before = await pidsOf(s, 'web');
  assert.equal(before.length, 4);
  await work();
  assert.deepEqual(await pidsOf(s, 'web'), before);
}

async function endMariadb(signal) {
  const pid = s.pidOf('mariadb');
  process.kill(pid, signal);
  await waitFor('MariaDB to end', () => !isAlive(pid));
}

const page = async (where = '/tickets') => (await desk.as()).get(where);

/** What failed was refused for now, and said so: no other answer, no hang. */
function assertRefused(failures) {
  assert.ok(failures.length > 0, 'nothing was refused');
  const odd = failures.filter((f) => f.status !== 503 || !(Number(f.retryAfter) > 0));
  assert.deepEqual(odd.slice(0, 5), []);
}

test('D01: MariaDB ends and comes back, politely and not: 503 meanwhile, nothing lost, no worker ends', async (t) => {
  const times = [];
  await withTheSameWorkers(async () => {
    const { load, result } = await underLoad(t, desk, async (run) => {
      for (const signal of either(['SIGTERM', 'SIGKILL'], Array(20).fill(['SIGTERM', 'SIGKILL']).flat())) {
        await sleep(1000);
        await endMariadb(signal);
        const refused = run.failures.length;
        await waitFor('requests to be refused', () => run.failures.length > refused + 10);
        await s.start('mariadb');
        const ready = Date.now();
        await waitFor('an answer', async () => (await page()).status === 200);
        times.push(Date.now() - ready);
      }
    });
    assertRefused(load.failures);
    await assertKept(desk, result);
    const slow = Math.max(...load.failures.map((f) => f.ms));
    t.diagnostic(`answered again ${times} ms after MariaDB did; the slowest refusal took ${slow.toFixed(0)} ms`);
  });
});

/** A session of somebody else's that runs a script and is waited for at the end. */
function rival(script) {
  return { done: s.admin(script).catch(() => {}) }; // it may be killed
}

const locked = (number, seconds) => rival(`BEGIN; SELECT id FROM ticket WHERE tenant_id = ${desk.id} AND number = ${number} ` +
  `FOR UPDATE; DO SLEEP(${seconds}); ROLLBACK;`);

const isLocked = (number) => s.admin(`SET innodb_lock_wait_timeout = 0; SELECT id FROM ticket WHERE tenant_id = ${desk.id} ` +
  `AND number = ${number} FOR UPDATE;`).then(() => false, () => true);

test('D02: a row that somebody holds for a moment is waited for, one that is held for long is not', async () => {
  await withTheSameWorkers(async () => {
    const number = await desk.open('owner');
    const short = locked(number, 2.5);
    await waitFor('the lock', () => isLocked(number));
    assert.equal((await desk.act('owner', number, 'answer', { text: 'patient' })).status, 303);
    await short.done;
    const long = locked(number, 15);
    await waitFor('the lock', () => isLocked(number));
    const rs = await desk.act('owner', number, 'answer', { text: 'refused' });
    assert.equal(rs.status, 503, textOf(rs.body));
    assert.ok(rs.headers['retry-after']);
    await s.admin(`SELECT CONCAT('KILL ', id) FROM information_schema.processlist WHERE info LIKE '%SLEEP(15)%' AND id <> CONNECTION_ID()`)
      .then((rows) => Promise.all(rows.map(([kill]) => s.admin(kill))));
    await long.done;
    assert.equal((await desk.act('owner', number, 'answer', { text: 'again' })).status, 303);
  });
});

test('D02: deadlocks are run again; nobody sees them', async (t) => {
  const count = async () => Number((await s.admin("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"))[0][1]);
  const before = await count();
  const end = Date.now() + either(4, 60) * 1000;
  const { load, result } = await underLoad(t, desk, async () => {
    const script = `BEGIN; UPDATE ticket_counter SET tickets = tickets WHERE tenant_id = ${desk.id}; DO SLEEP(0.02); ` +
      `UPDATE ticket SET version = version WHERE tenant_id = ${desk.id} ORDER BY id DESC LIMIT 50; ROLLBACK;`;
    while (Date.now() < end || (await count()) === before) await s.admin(script).catch(() => {});
  });
  t.diagnostic(`${(await count()) - before} deadlocks`);
  assert.deepEqual(load.failures, []);
  await assertKept(desk, result);
});

test('D03: a database that may only be read: pages are shown, writes refused, mails kept', async (t) => {
  await withTheSameWorkers(async () => {
    const { load, result } = await underLoad(t, desk, async (run) => {
      await sleep(1000);
      await s.admin('SET GLOBAL read_only = 1');
      await waitFor('writes to be refused', () => run.failures.length > 10);
      const kept = (await s.ctl('status')).length;
      assert.ok(kept > 0);
      for (let i = 0; i < 5; i++) assert.equal((await page()).status, 200);
      await s.admin('SET GLOBAL read_only = 0');
    });
    assertRefused(load.failures);
    assert.deepEqual(load.failures.filter((f) => f.method === 'GET'), []);
    await assertKept(desk, result);
  });
});

/** As root, which a mount needs. */
const asRoot = (...args) => execFileSync(process.getuid() === 0 ? args[0] : 'sudo', process.getuid() === 0 ? args.slice(1) : ['-n', ...args]);

/** Moves the database onto a small file system of its own for the time of work(folder). */
async function onSmallDisk(megabytes, work) {
  const folder = path.join(s.folder, 'db');
  const kept = path.join(s.folder, 'db.kept');
  await endMariadb('SIGTERM');
  execFileSync('mv', [folder, kept]);
  execFileSync('mkdir', [folder]);
  asRoot('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700,uid=${process.getuid()}`, 'tmpfs', folder);
  try {
    execFileSync('cp', ['-a', `${kept}/.`, folder]);
    rmSync(kept, { recursive: true });
    await s.start('mariadb');
    await work(folder);
    await endMariadb('SIGTERM');
    execFileSync('cp', ['-a', folder, kept]);
  } finally {
    if (isAlive(s.pidOf('mariadb'))) await endMariadb('SIGKILL');
    asRoot('umount', folder);
    rmSync(folder, { recursive: true });
  }
  execFileSync('mv', [kept, folder]);
  await s.start('mariadb');
}

const freeBytes = (folder) => {
  const f = statfsSync(folder);
  return f.bavail * f.bsize;
};

test('D04: the disk of the database is full: writes refused, nothing lost, and it goes on once there is room', async (t) => {
  await withTheSameWorkers(() => onSmallDisk(400, async (folder) => {
    const filler = path.join(folder, 'filler');
    const { load, result } = await underLoad(t, desk, async (run) => {
      await sleep(500);
      writeFileSync(filler, Buffer.alloc(freeBytes(folder) - (1 << 20)));
      const client = await desk.as();
      const text = 'Many words. '.repeat(16000);
      await waitFor('the disk to be full', async () => {
        const token = await tokenOf(client).catch(() => null);
        if (!token) return true;
        const rs = await client.post('/tickets/new', { token, customer_email: 'carla@customers.example',
          department: desk.home.id, subject: 'Large', text, send: 'request' });
        assert.ok([303, 503].includes(rs.status), `${rs.status} ${textOf(rs.body)}`);
        return rs.status === 503;
      }, 60);
      await waitFor('others to be refused', () => run.failures.length > 5);
      // InnoDB either refuses the write, or ends the server because not even the way back has room.
      t.diagnostic(`MariaDB ${isAlive(s.pidOf('mariadb')) ? 'refuses writes' : 'has ended itself'}`);
      rmSync(filler);
      await s.start('mariadb');
    });
    assertRefused(load.failures);
    await assertKept(desk, result);
  }));
});

/** A way to MariaDB that takes ms for each thing that is said. */
async function slowWay(file, ms) {
  const server = net.createServer((client) => {
    const to = net.connect(s.env.DESKD_DB_SOCKET);
    let queue = Promise.resolve();
    client.on('data', (d) => {
      queue = queue.then(() => sleep(ms)).then(() => to.write(d));
    });
    to.on('data', (d) => client.write(d));
    for (const [a, b] of [[client, to], [to, client]]) a.on('close', () => b.destroy()).on('error', () => b.destroy());
  });
  await new Promise((done) => server.listen(file, done));
  return server;
}

/** deskd with another line in its configuration. */
async function reconfigured(from, to, work) {
  const file = path.join(s.folder, 'deskd.conf');
  const kept = readFileSync(file, 'utf8');
  const renew = async (text) => {
    const old = await pidsOf(s, 'web');
    writeFileSync(file, text);
    process.kill(s.pid, 'SIGHUP');
    await waitFor('new workers', async () => {
      const now = await pidsOf(s, 'web');
      return now.length === old.length && !now.some((p) => old.includes(p));
    });
  };
  await renew(kept.replace(from, to));
  await work();
  await renew(kept);
}

test('D05: whatever is said to the database takes long: slow, but right', async (t) => {
  const file = path.join(s.env.DESKD_RUN, 'slow.sock');
  const server = await slowWay(file, either(20, 100));
  await reconfigured(/^db_socket = .*$/m, `db_socket = ${file}`, () => withTheSameWorkers(async () => {
    const { load, result } = await underLoad(t, desk, () => sleep(either(2, 30) * 1000), { clients: 4, mails: 1 });
    assert.deepEqual(load.failures, []);
    await assertKept(desk, result);
  }));
  server.close();
});

test('D05: a table that does not answer costs its own pages only', async (t) => {
  await withTheSameWorkers(async () => {
    const number = await desk.open('owner');
    const run = promisify(execFile)('mariadb', ['--no-defaults', `--socket=${s.env.DESKD_DB_SOCKET}`, '-e',
      'LOCK TABLES event WRITE; DO SLEEP(8)', 'deskd']);
    await waitFor('the lock', async () => (await s.admin('SHOW OPEN TABLES WHERE In_use > 0')).length > 0);
    const client = await desk.as();
    const times = { ticket: [], list: [] };
    const seen = { ticket: new Set(), list: new Set() };
    let isOver = false;
    const ask = async (what, where) => {
      while (!isOver) {
        const start = performance.now();
        const rs = await client.get(where);
        times[what].push(performance.now() - start);
        seen[what].add(rs.status);
      }
    };
    const all = [...Array(8).fill(['ticket', `/tickets/${number}`]), ...Array(8).fill(['list', '/tickets'])];
    const loops = all.map(([what, where]) => ask(what, where));
    await run;
    isOver = true;
    await Promise.all(loops);
    const quick = times.list.filter((ms) => ms < 500).length / times.list.length;
    t.diagnostic(`${times.list.length} lists, ${(quick * 100).toFixed(1)} % below 500 ms; ${times.ticket.length} tickets refused`);
    assert.deepEqual([...seen.list], [200]);
    assert.ok(seen.ticket.has(503));
    assert.ok(times.ticket.length > 100, 'the pages of that table waited, each for itself');
    await waitFor('the table to be asked again', async () => (await client.get(`/tickets/${number}`)).status === 200);
  });
});

test('control: a MariaDB that is not durable does lose what was promised', async (t) => {
  const { result } = await underLoad(t, desk, async () => {
    await s.admin('SET GLOBAL innodb_flush_log_at_timeout = 60; SET GLOBAL innodb_flush_log_at_trx_commit = 0');
    await sleep(3000);
    await endMariadb('SIGKILL');
    await s.start('mariadb');
  });
  assert.ok(result.lost.length > 0, 'the comparison is blind');
});
