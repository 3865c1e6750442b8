// tests/faults/web_server.test.mjs - nginx that reloads, visitors that dawdle, garbage on the socket behind it (N01-N03)
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk } from '../support/desk.mjs';
import { openStack, waitFor } from '../support/stack.mjs';
import { assertKept, childrenOf, either, isAlive, pidsOf, underLoad } from './faults.mjs';

let s;
let desk;
before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 4'] });
  desk = await Desk.open(s);
});
after(() => s?.close());

test('N01: nginx reloads again and again: no request fails', async (t) => {
  const { load, result } = await underLoad(t, desk, async () => {
    for (let i = 0; i < either(15, 100); i++) {
      process.kill(s.pidOf('nginx'), 'SIGHUP');
      await sleep(150);
    }
  });
  assert.deepEqual(load.failures, []);
  await assertKept(desk, result);
});

test('N01: nginx starts anew: who comes meanwhile finds nobody, nothing else happens', async (t) => {
  const { load, result } = await underLoad(t, desk, async () => {
    await sleep(500);
    const pid = s.pidOf('nginx');
    process.kill(pid, 'SIGQUIT');
    await waitFor('nginx to end', () => !isAlive(pid));
    await s.start('nginx');
  });
  assert.deepEqual(load.failures.filter((f) => f.status !== 0 || !/ECONNREFUSED/.test(f.why)), []);
  await assertKept(desk, result);
});

const open = (n, say) => Promise.all(Array.from({ length: n }, () => new Promise((done) => {
  const socket = net.connect(s.port, '127.0.0.1', () => {
    say(socket);
    done(socket);
  });
  socket.on('error', () => done(socket));
})));

const webLines = async () => (await s.ctl('status')).split('\n').filter((l) => /^\s+web\b/.test(l));

/** nginx takes so many visitors at once, as an administrator would have it. */
async function allowVisitors(n) {
  const conf = path.join(s.folder, 'nginx', 'nginx.conf');
  writeFileSync(conf, readFileSync(conf, 'utf8').replace(/worker_connections \d+/, `worker_connections ${n}`));
  const old = childrenOf(s.pidOf('nginx'));
  process.kill(s.pidOf('nginx'), 'SIGHUP');
  await waitFor('nginx to reload', () => !old.some(isAlive));
}

test('N02: two thousand visitors that never come to the point hold no worker', async (t) => {
  await allowVisitors(8192);
  const host = `Host: ${desk.host}\r\n`;
  const slow = [
    ...(await open(1000, (c) => c.write(`GET /login HTTP/1.1\r\n${host}X-`))),
    ...(await open(900, (c) => c.write(`POST /login HTTP/1.1\r\n${host}Content-Type: application/x-www-form-urlencoded\r\n` +
      'Content-Length: 1000000\r\n\r\nemail='))),
    ...(await open(100, (c) => c.pause() && c.write(`GET /login HTTP/1.1\r\n${host}\r\n`.repeat(9)))),
  ];
  try {
    assert.ok(slow.filter((c) => c.readyState === 'open').length >= 1900, 'they are there');
    await waitFor('the pages that nobody reads to be made', async () => (await webLines()).every((l) => /idle/.test(l)));
    for (let i = 0; i < 5; i++) {
      await sleep(100);
      assert.deepEqual((await webLines()).filter((l) => !/idle/.test(l)), []);
    }
    const drip = setInterval(() => slow.slice(0, 1900).forEach((c) => c.writable && c.write('a')), 500);
    const { load, result } = await underLoad(t, desk, () => sleep(either(2, 30) * 1000));
    clearInterval(drip);
    assert.deepEqual(load.failures, []);
    await assertKept(desk, result);
  } finally {
    for (const c of slow) c.destroy();
  }
});

/** A FastCGI record. */
function record(type, content, { id = 1, length = content.length, padding = 0 } = {}) {
  const head = Buffer.from([1, type, id >> 8, id & 255, length >> 8, length & 255, padding, 0]);
  return Buffer.concat([head, content, Buffer.alloc(padding)]);
}

const sized = (n) => (n < 128 ? Buffer.from([n]) : Buffer.from([0x80 | (n >>> 24), (n >>> 16) & 255, (n >>> 8) & 255, n & 255]));
const pair = (name, value, bytes = value.length) =>
  Buffer.concat([sized(name.length), sized(bytes), Buffer.from(name), Buffer.from(value)]);

const begin = record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]));

/** A whole request; more: other or further parameters. */
function whole(more = {}, body = '') {
  const params = { REQUEST_METHOD: 'GET', REQUEST_URI: '/login', HTTP_HOST: `${desk.host}:${s.port}`, REMOTE_ADDR: '127.0.0.1',
    CONTENT_LENGTH: '', ...more };
  const pairs = Buffer.concat(Object.entries(params).map(([name, value]) => pair(name, value)));
  return Buffer.concat([begin, record(4, pairs), record(4, Buffer.alloc(0)),
    ...(body ? [record(5, Buffer.from(body))] : []), record(5, Buffer.alloc(0))]);
}

const damaged = (bytes) => {
  const copy = Buffer.from(bytes);
  for (let i = randomInt(1, 6); i > 0; i--) copy[randomInt(copy.length)] = randomInt(256);
  return copy;
};

const huge = '2147483648';
/** Each gives the bytes of a connection. */
const kinds = [
  () => randomBytes(randomInt(1, 400)),
  () => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  () => damaged(whole()),
  () => damaged(whole({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: '5', CONTENT_TYPE: 'application/x-www-form-urlencoded' }, 'a=b&c')),
  () => whole().subarray(0, randomInt(1, whole().length)),
  () => whole({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: huge, CONTENT_TYPE: 'application/x-www-form-urlencoded' }, 'a=b'),
  () => whole({ REQUEST_METHOD: 'POST', CONTENT_LENGTH: `-${huge}` }, 'a=b'),
  () => Buffer.concat([begin, record(4, pair('HTTP_X', 'x', 2 ** 31 - 1))]),
  () => Buffer.concat([begin, record(4, Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 65]))]),
  () => Buffer.concat([begin, record(4, Buffer.from('x'), { length: 65535, padding: 255 })]),
  () => Buffer.concat([begin, begin, record(9, randomBytes(8)), record(11, Buffer.alloc(300))]),
];

/** Sends bytes, and nothing more; resolves when the other side has closed. */
function throwAt(bytes, { isHalfClosed = true } = {}) {
  return new Promise((done) => {
    const socket = net.connect(path.join(s.env.DESKD_RUN, 'fcgi.sock'));
    socket.on('error', () => {});
    socket.on('close', done);
    socket.resume();
    if (isHalfClosed) socket.end(bytes);
    else socket.write(bytes);
  });
}

test('N03: whatever comes in over the FastCGI socket ends its connection, and no worker', async (t) => {
  const before = await pidsOf(s, 'web');
  const n = either(3000, 1000000);
  const start = Date.now();
  let i = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (i++ < n) await throwAt(kinds[i % kinds.length]());
  }));
  t.diagnostic(`${n} connections in ${((Date.now() - start) / 1000).toFixed(0)} s`);
  const waits = Date.now();
  await Promise.all(kinds.map((make) => throwAt(make(), { isHalfClosed: false }))); // these would send more, one day
  t.diagnostic(`those that stay open are closed after ${Date.now() - waits} ms`);
  const now = await pidsOf(s, 'web');
  const crashes = s.log().filter((l) => l.event === 'child.lost');
  assert.deepEqual(crashes, []);
  if (n < 10000) assert.deepEqual(now, before); // later, workers are renewed for their number of requests
  assert.equal((await (await desk.as()).get('/tickets')).status, 200);
});
