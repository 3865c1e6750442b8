// tests/support/stack.mjs - the running deskd that a test talks to, and what tests do with it
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, request } from './http.mjs';
import { deliver } from './lmtp.mjs';

const tool = fileURLToPath(new URL('./stack', import.meta.url));

export const PASSWORD = 'correct-horse-7-battery';

/** Polls fn until it returns something truthy, and returns that. */
export async function waitFor(what, fn, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await fn();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await sleep(50);
  }
}

function readEnv(file) {
  const found = {};
  for (const [, name, value] of readFileSync(file, 'utf8').matchAll(/^(\w+)='([^']*)'$/gm)) found[name] = value;
  return found;
}

function run(command, args, input, env = process.env) {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { maxBuffer: 64 << 20, encoding: 'utf8', env },
      (error, stdout, stderr) => resolve({ status: child.exitCode ?? error?.code ?? 0, stdout, stderr }),
    );
    child.stdin.on('error', () => {}); // a command that reads no input may end before it is written
    child.stdin.end(input ?? '');
  });
}

let tenants = 0;

class Stack {
  constructor(folder, env, isOwn) {
    Object.assign(this, { folder, env, isOwn });
    this.port = Number(env.DESKD_URL_PORT);
    this.outboxFolder = env.DESKD_OUTBOX;
    this.lmtpSocket = env.DESKD_LMTP;
    this.logFile = env.DESKD_LOG;
    this.pid = Number(env.DESKD_PID);
  }

  /** deskctl; input goes to its standard input. Returns { status, stdout, stderr }. */
  async tryCtl(args, input, env) {
    const [command, ...first] = this.env.DESKD_CTL.split(' ');
    return run(command, [...first, ...args], input, env);
  }

  /** deskctl that has to succeed; returns what it printed. */
  async ctl(...args) {
    const done = await this.tryCtl(args);
    if (done.status !== 0) throw new Error(`deskctl ${args.join(' ')}: ${done.status} ${done.stderr}`);
    return done.stdout;
  }

  async ctlJson(...args) {
    return JSON.parse(await this.ctl(...args, '--json'));
  }

  /** Rows of a query, each an array of texts (NULL is null). */
  async sql(query, tries = 5) {
    const done = await run('mariadb', ['--no-defaults', `--socket=${this.env.DESKD_DB_SOCKET}`, '--user=deskd',
      '--default-character-set=utf8mb4', '--batch', '--skip-column-names', 'deskd'], query, {
      ...process.env, MYSQL_PWD: readFileSync(this.env.DESKD_DB_PASSWORD_FILE, 'utf8').trim() });
    if (tries > 1 && done.stderr.includes('ERROR 1213')) return this.sql(query, tries - 1); // deadlock: as it asks for
    if (done.status !== 0) throw new Error(`${done.stderr} in ${query}`);
    const plain = { n: '\n', t: '\t', 0: '\0' };
    const value = (v) => (v === 'NULL' ? null : v.replace(/\\(.)/g, (_, c) => plain[c] ?? c));
    return done.stdout.split('\n').slice(0, -1).map((line) => line.split('\t').map(value));
  }

  /** A new tenant of a name of its own: { name, host, owner, password }. */
  async tenant({ title = 'Test help desk', locale = 'en', timezone = 'UTC' } = {}) {
    const name = `t${process.pid}x${Date.now().toString(36)}x${++tenants}`;
    const host = `${name}.localhost`;
    const owner = `owner@${name}.example`;
    await this.ctl('tenant', 'create', name, '--title', title, '--host', host, '--locale', locale,
      '--timezone', timezone, '--owner', owner, '--owner-name', 'Olga Owner', '--password', PASSWORD);
    return { name, host, owner, password: PASSWORD };
  }

  client(host) {
    return new Client(this.port, host.host ?? host);
  }

  /** A client that is logged in, as the tenant's owner unless told otherwise. */
  login(tenant, email = tenant.owner, password = PASSWORD) {
    return this.client(tenant).login(email, password);
  }

  request(options) {
    return request(this.port, options);
  }

  deliver(letter) {
    return deliver(this.lmtpSocket, letter);
  }

  /** Mails that left for address, oldest first: { file, raw, headers (lower-case names), body }. */
  outbox(address) {
    return readdirSync(this.outboxFolder)
      .filter((f) => /^[^.].*\.eml$/.test(f)) // those with a dot are being written
      .sort()
      .map((file) => {
        const raw = readFileSync(path.join(this.outboxFolder, file), 'utf8');
        const [head, ...rest] = raw.split(/\r?\n\r?\n/);
        const headers = {};
        for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
          const at = line.indexOf(':');
          headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
        }
        return { file, raw, headers, body: rest.join('\n\n') };
      })
      .filter((m) => !address || m.headers.to?.includes(address));
  }

  /** Lines of the log, those that are JSON, as objects. */
  log() {
    return readFileSync(this.logFile, 'utf8')
      .split('\n')
      .filter((l) => l.startsWith('{'))
      .map((l) => JSON.parse(l));
  }

  /** Starts deskd anew (own stacks only), with these lines in deskd.conf. */
  restart(...lines) {
    execFileSync(tool, ['restart', this.folder, ...lines], { stdio: ['ignore', 'inherit', 'inherit'] });
    this.env = readEnv(path.join(this.folder, 'stack.env'));
    this.pid = Number(this.env.DESKD_PID);
  }

  /** Process id of mariadb, redis, nginx or deskd, as it was started last. */
  pidOf(name) {
    return Number(readFileSync(path.join(this.env.DESKD_RUN, `${name}.proc`), 'utf8').split(' ')[0]);
  }

  /** Starts daemons that a test has ended (own stacks only); resolves when they answer. */
  async start(...names) {
    const done = await run(tool, ['start', this.folder, ...names]);
    if (done.status !== 0) throw new Error(`stack start ${names}: ${done.stderr}`);
    this.env = readEnv(path.join(this.folder, 'stack.env'));
    this.pid = Number(this.env.DESKD_PID);
  }

  /** What only MariaDB's administrator may do. */
  async admin(query) {
    const done = await run('mariadb', ['--no-defaults', `--socket=${this.env.DESKD_DB_SOCKET}`,
      `--user=${userInfo().username}`, '--batch', '--skip-column-names', 'deskd'], query);
    if (done.status !== 0) throw new Error(`${done.stderr} in ${query}`);
    return done.stdout.split('\n').slice(0, -1).map((line) => line.split('\t'));
  }

  close() {
    if (!this.isOwn) return;
    execFileSync(tool, ['down', this.folder], { stdio: ['ignore', 'inherit', 'inherit'] });
    rmdirSync(path.dirname(this.folder));
  }
}

/** The stack named by DESKD_STACK_ENV, shared with other test files; without it, or with isOwn, a new
 * one. Close it in after(). */
export function openStack({ isOwn = false, conf = [] } = {}) {
  const given = process.env.DESKD_STACK_ENV;
  if (given && !isOwn && conf.length === 0) return new Stack(path.dirname(given), readEnv(given), false);
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'deskd-test-')), 's');
  execFileSync(tool, ['up', folder, ...conf], { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Stack(folder, readEnv(path.join(folder, 'stack.env')), true);
}
