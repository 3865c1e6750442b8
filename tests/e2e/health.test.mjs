// tests/e2e/health.test.mjs - liveness, readiness, unknown hosts, headers of every answer
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { openStack } from '../support/stack.mjs';

let s;
let acme;
before(async () => {
  s = openStack();
  acme = await s.tenant();
});
after(() => s?.close());

test('healthz answers on any host', async () => {
  const rs = await s.request({ host: 'nobody.example', path: '/healthz' });
  assert.equal(rs.status, 200);
  assert.equal(rs.body, 'ok\n');
});

test('readyz names database and cache', async () => {
  const rs = await s.request({ host: 'nobody.example', path: '/readyz' });
  assert.equal(rs.status, 200);
  assert.match(rs.body, /database ok/);
  assert.match(rs.body, /redis ok/);
});

test('a host that no tenant has is misdirected', async () => {
  const rs = await s.request({ host: 'nobody.example', path: '/login' });
  assert.equal(rs.status, 421);
  assert.doesNotMatch(rs.body, new RegExp(acme.name));
});

test('a tenant answers under its host, whatever the letters\' case', async () => {
  for (const host of [acme.host, acme.host.toUpperCase()])
    assert.equal((await s.request({ host, path: '/login' })).status, 200, host);
});

test('every answer carries the security headers', async () => {
  for (const path of ['/login', '/no-such-page', '/tickets']) {
    const { headers } = await s.request({ host: acme.host, path });
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.ok(headers['referrer-policy'], path);
    const csp = headers['content-security-policy'] ?? '';
    assert.match(csp, /default-src 'none'|default-src 'self'/, path);
    assert.match(csp, /frame-ancestors 'none'|frame-ancestors 'self'/, path);
    assert.match(csp, /base-uri 'none'|base-uri 'self'/, path);
    assert.doesNotMatch(csp, /unsafe-inline|unsafe-eval/, path);
  }
});

test('every page says how long its parts took', async () => {
  const { headers } = await s.request({ host: acme.host, path: '/login' });
  for (const part of ['app', 'db', 'render'])
    assert.match(headers['server-timing'] ?? '', new RegExp(`\\b${part};dur=[\\d.]+`));
});

test('a page is not kept by caches', async () => {
  const { headers } = await s.request({ host: acme.host, path: '/login' });
  assert.match(headers['cache-control'] ?? '', /no-store/);
});

test('a path that nobody knows is 404, another method 405', async () => {
  assert.equal((await s.request({ host: acme.host, path: '/no/such/page' })).status, 404);
  const rs = await s.request({ host: acme.host, method: 'DELETE', path: '/login' });
  assert.equal(rs.status, 405);
  assert.match(rs.headers.allow ?? '', /GET/);
});

/** Raw bytes to nginx; returns the status. */
function raw(bytes) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(s.port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setTimeout(40000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (d) => (text += d.toString('latin1')));
    socket.on('close', () => resolve(Number(text.split(' ')[1])));
    socket.on('error', reject);
  });
}

test('a body beyond the limit is 413', async () => {
  const head = `POST /login HTTP/1.1\r\nHost: ${acme.host}\r\nConnection: close\r\n`;
  assert.equal(await raw(`${head}Content-Length: 900000000\r\n\r\n`), 413);
});

test('an endless address is 414, endless headers 431', async () => {
  const end = `HTTP/1.1\r\nHost: ${acme.host}\r\nConnection: close\r\n`;
  assert.equal(await raw(`GET /login?q=${'a'.repeat(20000)} ${end}\r\n`), 414);
  const status = await raw(`GET /login ${end}X-Long: ${'a'.repeat(70000)}\r\n\r\n`);
  assert.equal(status, 431);
});

test('the log has a line for each request', async () => {
  await s.request({ host: acme.host, path: '/login?marker=1' });
  const line = s.log().findLast((l) => l.route === '/login');
  assert.ok(line, 'no log line of /login');
  for (const key of ['request', 'tenant', 'ms', 'sql']) assert.ok(key in line, `${key} in ${JSON.stringify(line)}`);
});
