// tests/faults/shim.mjs - a stack whose deskd carries the shim, and the hand on the shim
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { openStack, waitFor } from '../support/stack.mjs';

const SIZE = 1024;
const OFF = 0, ARMED = 1, RUNNING = 2, DONE = 3;
export const mode = { count: 0, kill: 1, fail: 2, failOn: 3, interrupt: 4, shorten: 5 };
export const kind = { memory: 1, files: 2, net: 4, db: 8, redis: 16, all: 31, noMemory: 30, libfcgi: 32 };

/** Operations: what begins one, and what ends it. */
const triggers = { accept: 1, open: 2, statement: 3, start: 4 };
const endings = { wait: 1, close: 2, exit: 3 };
export const operation = {
  request: { on: 'accept', text: 'fcgi.sock', until: 'wait' },
  lmtp: { on: 'accept', text: 'lmtp.sock', until: 'close' },
  import: { on: 'open', text: '/spool/new/', until: 'wait' },
  delivery: { on: 'statement', text: 'UPDATE outbox SET state = 2', until: 'wait' },
  command: { on: 'start', text: '', until: 'exit' },
};

const builds = process.env.DESKD_BUILD ?? path.resolve('var/test/gcc');

export class Shim {
  /** limits: what a shell says before it starts deskd. */
  constructor({ limits = ':' } = {}) {
    this.limits = limits;
    this.folder = mkdtempSync('/dev/shm/deskd-faults-');
    this.file = path.join(this.folder, 'control');
    this.fd = openSync(this.file, 'w+');
    ftruncateSync(this.fd, SIZE);
    this.env = { LD_PRELOAD: path.join(builds, 'faults.so'), DESKD_FAULTS: this.file };
    this.#makeBuild();
  }

  /** The folder is a build folder too, whose deskd loads the shim. */
  #makeBuild() {
    const lines = Object.entries(this.env).map(([k, v]) => `export ${k}='${v}'`);
    const text = ['#!/bin/sh', this.limits, ...lines, `exec '${builds}/deskd' "$@"`, ''].join('\n');
    writeFileSync(path.join(this.folder, 'deskd'), text, { mode: 0o755 });
    for (const name of ['deskctl', 'build']) symlinkSync(path.join(builds, name), path.join(this.folder, name));
  }

  /** A stack of its own whose deskd this shim can strike. */
  openStack(options = {}) {
    process.env.DESKD_BUILD = this.folder;
    return openStack({ isOwn: true, ...options });
  }

  #write(at, bytes) {
    writeSync(this.fd, bytes, 0, bytes.length, at);
  }

  #number(at, value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.#write(at, bytes);
  }

  /** The next such operation is struck at its n-th call of these kinds. */
  arm(what, how, n = 0, kinds = kind.all) {
    const bytes = Buffer.alloc(SIZE);
    bytes.writeUInt32LE(how, 4);
    bytes.writeUInt32LE(kinds, 8);
    bytes.writeBigInt64LE(BigInt(n), 16);
    bytes.writeUInt32LE(triggers[what.on], 48);
    bytes.writeUInt32LE(endings[what.until], 52);
    bytes.write(what.text, 56, 'latin1');
    this.#write(0, bytes);
    this.#number(0, ARMED);
  }

  disarm() {
    this.#number(0, OFF);
  }

  read() {
    const b = Buffer.alloc(SIZE);
    readSync(this.fd, b, 0, SIZE, 0);
    const text = (from, to) => b.toString('latin1', from, to).replace(/\0[^]*$/, '');
    return {
      state: b.readUInt32LE(0),
      pid: b.readUInt32LE(12),
      count: Number(b.readBigInt64LE(24)),
      hits: Number(b.readBigInt64LE(32)),
      live: Number(b.readBigInt64LE(40)),
      call: text(128, 160),
      where: text(160, SIZE),
    };
  }

  /** What was struck, once the operation is over or its process gone: see read; isAlive, too. */
  async over(seconds = 30) {
    const report = await waitFor('an operation to end', () => {
      const { state, pid } = this.read();
      const isAlive = pid !== 0 && isRunning(pid);
      const isOver = state === DONE || (state === RUNNING && !isAlive);
      return isOver && { ...this.read(), isAlive }; // read again: it may have been killed in between
    }, seconds);
    this.disarm();
    return report;
  }

  close() {
    closeSync(this.fd);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** False for a process that is gone, or dead and not yet reaped. */
export function isRunning(pid) {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;
