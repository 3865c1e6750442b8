// tests/faults/faults.mjs - what the tests of faults share: long or short, processes, a run under load
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compare, Ledger, worked } from '../support/ledger.mjs';
import { Load } from '../support/load.mjs';

export const isLong = process.env.DESKD_LONG === '1';

/** The value for this run: short forms run on every change, long ones give the figures. */
export const either = (short, long) => (isLong ? long : short);

function statusOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

const stateOf = (pid) => /^State:\s+(\w)/m.exec(statusOf(pid))?.[1];

export const isAlive = (pid) => existsSync(`/proc/${pid}`) && stateOf(pid) !== 'Z' && stateOf(pid) !== undefined;

/** Process ids whose parent is pid, the dead that nobody has asked for included. */
export function childrenOf(pid) {
  const all = readdirSync('/proc').filter((n) => /^\d+$/.test(n));
  return all.filter((p) => new RegExp(`^PPid:\\s+${pid}$`, 'm').test(statusOf(p))).map(Number);
}

export const zombiesOf = (pid) => childrenOf(pid).filter((p) => stateOf(p) === 'Z');

/** deskd's children of a role: web, jobs or lmtp. */
export async function pidsOf(s, role) {
  const lines = (await s.ctl('status')).split('\n').filter((l) => new RegExp(`\\b${role}\\b`).test(l));
  return lines.map((l) => Number(/\b\d{2,}\b/.exec(l)?.[0])).filter(isAlive);
}

/** Memory of a process that is its own or shared, in MB: now and at its peak. */
export function memoryOf(pid) {
  const text = statusOf(pid);
  const mb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { now: mb('VmRSS'), peak: mb('VmHWM') };
}

/** Runs work(load) while clients and mails are at it (fewer in short runs, which share their machine); then lets all be worked off and compares. Figures are printed. */
export async function underLoad(t, desk, work, { clients = either(12, 32), mails = either(10, 20) } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'deskd-ledger-'));
  const ledger = await Ledger.open(path.join(folder, 'ledger'));
  try {
    const load = await Load.start(desk, ledger, { clients, mails });
    await work(load).catch(async (e) => {
      await load.cut(); // deskd may never answer again
      throw e;
    });
    await load.stop();
    const parked = await worked(desk, 120);
    const result = await compare(desk, ledger, load);
    t.diagnostic(`${load.summary()}; ${result.checked} acknowledged, ${result.lost.length} lost, ` +
      `${result.doubled.length} doubled, ${result.unsent.length} not sent, ${parked} mails parked and retried`);
    return { load, result };
  } finally {
    await ledger.close();
    rmSync(folder, { recursive: true });
  }
}

/** Nothing lost, nothing twice, nothing else than what was sent; counters are what they count. */
export async function assertKept(desk, result) {
  const { checked, ...wrong } = result;
  assert.ok(checked > 0, 'nothing was acknowledged');
  assert.deepEqual(wrong, { lost: [], doubled: [], changed: [], unsent: [], unknown: [] });
  const { kept, truth } = await desk.counters();
  assert.deepEqual(kept, truth);
}
