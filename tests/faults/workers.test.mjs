// tests/faults/workers.test.mjs - children and masters that die or are renewed while people work (F01, F04, H01, H02)
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk } from '../support/desk.mjs';
import { openStack, waitFor } from '../support/stack.mjs';
import { assertKept, childrenOf, either, isAlive, underLoad, zombiesOf } from './faults.mjs';

let s;
let desk;
let programs;
before(async () => {
  programs = ownPrograms(process.env.DESKD_BUILD);
  process.env.DESKD_BUILD = programs;
  s = openStack({ isOwn: true, conf: [`web_workers = ${either(4, 8)}`, 'lmtp_workers = 2'] });
  desk = await Desk.open(s);
});
after(() => {
  s?.close();
  rmSync(programs, { recursive: true });
});

/** A build folder whose deskd may be replaced. */
function ownPrograms(build) {
  const folder = mkdtempSync(path.join(tmpdir(), 'deskd-programs-'));
  copyFileSync(path.join(build, 'deskd'), path.join(folder, 'deskd'));
  for (const name of ['deskctl', 'build']) symlinkSync(path.join(build, name), path.join(folder, name));
  return folder;
}

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const living = () => childrenOf(s.pid).filter(isAlive);
const answers = () => s.request({ host: desk.host, path: '/healthz' }).then((rs) => rs.status === 200, () => false);
const logged = (msg) => s.log().filter((l) => l.event === msg || l.msg === msg).length;

test('F01: a child killed every 100 ms: nothing lost, nothing twice, no answer cut', async (t) => {
  const end = Date.now() + either(6, 300) * 1000;
  let kills = 0;
  const { load, result } = await underLoad(t, desk, async () => {
    for (; Date.now() < end; await sleep(100)) {
      const all = living();
      if (all.length > 0) process.kill(pick(all), 'SIGKILL');
      kills++;
    }
  });
  t.diagnostic(`${kills} kills`);
  await assertKept(desk, result);
  // Where one request had all its three workers killed, nginx says so; nobody gets half an answer.
  assert.deepEqual(load.failures.filter((f) => f.status !== 502), []);
  if (either(false, true)) assert.ok(load.failures.length < load.asked / 1000, `${load.failures.length} of ${load.asked}`);
});

test('F04: the master killed: its children go, a new one takes over, no work is done twice', async (t) => {
  const times = [];
  const { result } = await underLoad(t, desk, async () => {
    for (let i = 0; i < either(1, 20); i++) {
      await sleep(500);
      const orphans = living();
      const killed = Date.now();
      process.kill(s.pid, 'SIGKILL');
      await s.start('deskd');
      await waitFor('an answer', answers);
      times.push(Date.now() - killed);
      await waitFor('the orphans to end', () => !orphans.some(isAlive));
      assert.deepEqual(zombiesOf(s.pid), []);
    }
  });
  t.diagnostic(`back after ${times} ms`);
  await assertKept(desk, result);
});

test('H01: SIGHUP again and again under load: no request fails', async (t) => {
  const reloads = either(8, 100);
  const { load, result } = await underLoad(t, desk, async () => {
    for (let i = 0; i < reloads; i++) {
      const old = living();
      process.kill(s.pid, 'SIGHUP');
      await waitFor('a new child', () => living().some((p) => !old.includes(p)));
    }
  });
  await assertKept(desk, result);
  assert.deepEqual(load.failures, []);
});

/** Tells the master to read file conf with these lines instead of its own, and back. */
async function withConf(lines, work) {
  const file = path.join(s.folder, 'deskd.conf');
  const kept = readFileSync(file, 'utf8');
  const keys = lines.map((l) => l.split(' ')[0]);
  const others = kept.split('\n').filter((l) => !keys.includes(l.split(' ')[0]));
  writeFileSync(file, [...others, ...lines, ''].join('\n'));
  try {
    await work();
  } finally {
    writeFileSync(file, kept);
  }
}

test('H01: what cannot be read is refused, and the old generation serves on', async () => {
  const templates = path.join(s.folder, 'templates');
  cpSync(path.join(process.env.DESKD_SOURCE, 'templates'), templates, { recursive: true });
  rmSync(path.join(templates, 'tickets/list.html'));
  for (const lines of [['web_workers = many'], ['no_such_key = 1'], ['template_dir = /nowhere'], [`template_dir = ${templates}`]])
    await withConf(lines, async () => {
      const before = living();
      const refused = logged('reload.refused');
      process.kill(s.pid, 'SIGHUP');
      await waitFor(`${lines} to be refused`, () => logged('reload.refused') > refused);
      // one of a generation before may end meanwhile
      assert.deepEqual(living().filter((p) => !before.includes(p)), []);
      assert.equal((await (await desk.as()).get('/tickets')).status, 200);
    });
});

const inodeOf = (file) => statSync(file).ino;

/** Puts another program into deskd's place, in one step as an installation does it. */
function install(write) {
  const program = path.join(programs, 'deskd');
  write(`${program}.new`);
  renameSync(`${program}.new`, program);
  return inodeOf(program);
}

test('H02: another program takes the place of the running one under load: no request fails', async (t) => {
  const { load, result } = await underLoad(t, desk, async () => {
    for (let i = 0; i < either(2, 30); i++) {
      const old = living();
      const fresh = install((file) => copyFileSync(path.join(programs, 'deskd'), file));
      process.kill(s.pid, 'SIGUSR2');
      await waitFor('the new program', () => inodeOf(`/proc/${s.pid}/exe`) === fresh);
      await waitFor('its children', () => living().length >= old.length && !living().some((p) => old.includes(p)));
      for (const pid of living()) assert.equal(inodeOf(`/proc/${pid}/exe`), fresh);
      assert.deepEqual(zombiesOf(s.pid), []);
    }
  });
  await assertKept(desk, result);
  assert.deepEqual(load.failures, []);
  assert.match(await s.ctl('status'), new RegExp(`pid ${s.pid}\\b`));
});

test('H02: a program that does not run, or does not like the configuration, takes no place', async () => {
  const good = path.join(programs, 'deskd.good');
  copyFileSync(path.join(programs, 'deskd'), good);
  const before = inodeOf(`/proc/${s.pid}/exe`);
  const bad = [
    (file) => writeFileSync(file, 'no program', { mode: 0o755 }),
    (file) => writeFileSync(file, '#!/bin/sh\nexit 1\n', { mode: 0o755 }),
    (file) => writeFileSync(file, readFileSync(good).subarray(0, 5000), { mode: 0o755 }),
  ];
  for (const write of bad) {
    const refused = logged('upgrade.refused');
    install(write);
    process.kill(s.pid, 'SIGUSR2');
    await waitFor('the refusal', () => logged('upgrade.refused') > refused);
    assert.equal(inodeOf(`/proc/${s.pid}/exe`), before);
    assert.ok(await answers());
  }
  install((file) => copyFileSync(good, file));
  await withConf(['web_workers = many'], async () => {
    const refused = logged('upgrade.refused');
    process.kill(s.pid, 'SIGUSR2');
    await waitFor('the refusal', () => logged('upgrade.refused') > refused);
  });
  assert.ok(await answers());
});

test('deskctl status tells of the children', async () => {
  const text = await s.ctl('status');
  for (const role of ['web', 'jobs', 'lmtp']) assert.match(text, new RegExp(role));
});

test('SIGTERM ends the master and its children', async () => {
  const all = living();
  process.kill(s.pid, 'SIGTERM');
  await waitFor('the master to end', () => !isAlive(s.pid));
  assert.deepEqual(all.filter(isAlive), []);
});
