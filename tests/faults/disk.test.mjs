// tests/faults/disk.test.mjs - K01, K02, O01: a disk that is full or read-only, few descriptors, a log that cannot
// be written
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { deliver } from '../support/lmtp.mjs';
import { waitFor } from '../support/stack.mjs';
import { answer, letter, sending } from './operations.mjs';
import { Shim, kind, mode, operation } from './shim.mjs';
import { children, imported, tidied, wrongs } from './whole.mjs';

let shim;
let s;
let desk;
let number;
let disk;
let isMounted = false;
const mount = (...args) => execFileSync('mount', args, { stdio: 'pipe' });

before(async () => {
  shim = new Shim({ limits: 'ulimit -n 64' });
  disk = mkdtempSync(path.join(tmpdir(), 'deskd-disk-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', disk);
    isMounted = true;
  } catch {
    // who may not mount has the shim say that the disk is full
  }
  s = shim.openStack({ conf: ['web_workers = 2', 'jobs_workers = 1', 'lmtp_workers = 1', `data_dir = ${disk}`] });
  s.dataFolder = disk;
  desk = await Desk.open(s);
  number = await desk.write();
});
after(() => {
  s?.close();
  shim?.close();
  if (isMounted) execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** Without a byte of room until freed. */
function fill() {
  if (!isMounted) return () => {};
  const file = path.join(disk, 'filler');
  for (let size = 1 << 20; size >= 1; size >>= 1)
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch (e) {
      assert.equal(e.code, 'ENOSPC');
    }
  return () => rmSync(file);
}

/** The operation meets a full disk. */
async function onFullDisk(what, act) {
  const free = fill();
  if (!isMounted) shim.arm(what, mode.failOn, 1, kind.files);
  const result = await act();
  if (!isMounted) await shim.over();
  free();
  return result;
}

async function mailCode(name) {
  const message = letter(name, desk.home.address);
  return (await deliver(s.lmtpSocket, { from: `carla@${name}.example`, to: desk.home.address, message }))[0].code;
}

const allIsWell = async () => {
  await imported(s);
  await desk.quiet();
  await tidied(desk);
  assert.deepEqual(await wrongs(desk), []);
};

test('an upload to a full disk is 507, and works when there is room again (K01)', async () => {
  const send = await answer(desk, number, 'full');
  const rs = await onFullDisk(operation.request, send);
  assert.equal(rs.status, isMounted ? 507 : 503); // the first call that fails is not the one for room
  assert.match(rs.body, new RegExp(rs.headers['x-request-id']));
  assert.deepEqual(await desk.rows('id', 'message', "body = 'text of full'"), []);
  assert.deepEqual(readdirSync(path.join(disk, 'pending')), []);
  assert.equal((await send()).status, 303);
  await allIsWell();
});

test('a mail for a full disk is 452, and half of it is nowhere (K01)', async () => {
  assert.equal(await onFullDisk(operation.lmtp, () => mailCode('late')), 452);
  assert.deepEqual(readdirSync(path.join(disk, 'spool/tmp')), []);
  assert.equal(await mailCode('late'), 250);
  await allIsWell();
  assert.equal((await desk.rows('id', 'message', "body = 'text of late'")).length, 1);
});

test('a mail that cannot be imported waits in the spool (K01)', async () => {
  shim.arm(operation.import, mode.failOn, 1, kind.files);
  await sending(desk, 'waits')();
  await shim.over();
  await allIsWell();
  assert.equal((await desk.rows('id', 'message', "body = 'text of waits'")).length, 1);
});

test('on a read-only disk nothing is taken, and everything is read (K01)', async () => {
  const send = await answer(desk, number, 'readonly');
  if (isMounted) mount('-o', 'remount,ro', disk);
  else shim.arm(operation.request, mode.failOn, 1, kind.files);
  const rs = await send();
  assert.ok([503, 507].includes(rs.status), `${rs.status}`);
  assert.match(rs.body, new RegExp(rs.headers['x-request-id']));
  if (isMounted) assert.equal(await mailCode('refused'), 452);
  assert.equal((await (await desk.as()).get(`/tickets/${number}`)).status, 200);
  if (isMounted) mount('-o', 'remount,rw', disk);
  else await shim.over();
  assert.equal((await send()).status, 303);
  await allIsWell();
});

test('64 descriptors, all of them in use: others are served, and so is everybody afterwards (K02)', async () => {
  const before = [...(await children(s, 'web')), ...(await children(s, 'lmtp'))];
  const calls = Array.from({ length: 90 }, () => net.connect(s.lmtpSocket).on('error', () => {}));
  await waitFor('the mail server to be full', () => calls.filter((c) => c.bytesRead > 0).length > 40);
  const send = await answer(desk, number, 'crowded');
  assert.equal((await send()).status, 303);
  for (const c of calls) c.destroy();
  await sending(desk, 'afterwards')();
  await allIsWell();
  assert.deepEqual([...(await children(s, 'web')), ...(await children(s, 'lmtp'))].sort(), before.sort());
});

test('a log that cannot be written stops nobody, and what is lost is counted (O01)', async () => {
  s.restart('web_workers = 2', 'jobs_workers = 1', `data_dir = ${disk}`, 'log_file = /dev/full');
  desk.clients.clear();
  const send = await answer(desk, number, 'unlogged');
  assert.equal((await send()).status, 303);
  await sending(desk, 'unheard')();
  await allIsWell();
  const [, lines] = /^log +(\d+) lines could not be written$/m.exec(await s.ctl('status'));
  assert.ok(Number(lines) > 5, lines);
});
