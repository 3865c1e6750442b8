// tests/security/tokens.test.mjs - what opens a door: sessions, one-time links, passwords, links to tickets
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { leafText } from '../support/eml.mjs';
import { raw } from '../support/raw.mjs';
import { PASSWORD, openStack, waitFor } from '../support/stack.mjs';

let s;
let desk;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  await desk.person('Ann');
});
after(() => s?.close());

/** All that the database holds of this tenant, as one text; bytes also in hex. */
async function dump(d = desk) {
  const columns = await s.sql(
    'SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name IN ' +
      "(SELECT table_name FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'tenant_id')",
  );
  const each = columns.map(
    ([table, column]) => `SELECT '${table}.${column}', HEX(\`${column}\`) FROM \`${table}\` WHERE tenant_id = ${d.id}`,
  );
  const rows = await s.sql(each.join(' UNION ALL '));
  return rows.map(([where, hex]) => ({ where, hex: (hex ?? '').toLowerCase() }));
}

/** Where a secret stands in the database: as it is, or as the bytes that it spells. */
function findIn(rows, secret) {
  const forms = [Buffer.from(secret), Buffer.from(secret, 'base64url')].map((b) => b.toString('hex'));
  return rows.filter((r) => forms.some((f) => r.hex.includes(f))).map((r) => r.where);
}

function redis(...args) {
  return execFileSync('redis-cli', ['-s', s.env.DESKD_REDIS_SOCKET, ...args], { encoding: 'utf8' });
}

function redisText() {
  const keys = redis('KEYS', '*').split('\n').filter(Boolean);
  return keys.map((k) => `${k}\n${Buffer.from(redis('DUMP', k), 'latin1')}`).join('\n');
}

/** The desk's sum, but for the tokens of forms that were used. */
async function sumOf(d) {
  const { post_token: used, ...sum } = await d.fingerprint();
  assert.ok(used);
  return sum;
}

/** Holds all mail to a domain back for a while: as if one were on its way there. */
async function holdMail(domain, work) {
  const id = 1;
  await s.sql(
    'INSERT INTO outbox (tenant_id, id, kind, state, sender, recipient, destination, payload, next_at, lease_until, created_at) ' +
      `VALUES (${desk.id}, ${id}, 5, 2, '', 'x@${domain}', '${domain}', '{}', 0, UNIX_TIMESTAMP() * 1000 + 86400000, 0)`,
  );
  try {
    return await work();
  } finally {
    await s.sql(`DELETE FROM outbox WHERE tenant_id = ${desk.id} AND id = ${id}`);
  }
}

const passwordPath = (letter) => /https?:\/\/[^/\s]+(\/password\/\S+)/.exec(leafText(letter, 'text/plain'))[1];

async function askReset(email, client = s.client(desk), headers = {}) {
  const token = await tokenOf(client, '/forgot');
  return client.post('/forgot', { token, email }, headers);
}

test('S07: a link that waits to be mailed stands nowhere: not in the outbox, not beside it', async () => {
  const email = desk.emails.get('Ann');
  let rows;
  await holdMail(email.split('@')[1], async () => {
    assert.equal((await askReset(email)).status, 200);
    assert.equal((await desk.rows('id', 'outbox', "kind = 4 AND state = 1")).length, 1, 'it waits');
    rows = await dump();
  });
  const path = passwordPath(await desk.automaticTo(email));
  const token = path.split('/').pop();
  assert.ok(Buffer.from(token, 'base64url').length >= 16, 'at least 128 bits');
  assert.ok(rows.length > 100, 'the dump holds something');
  assert.deepEqual(findIn(rows, token), []);
  assert.deepEqual(findIn(rows, createHash('sha256').update(Buffer.from(token, 'base64url')).digest('base64url')), [
    'access_link.token_hash',
  ]);
  const [, seed] = /"link_seed":"([^"]+)"/.exec(
    Buffer.from(rows.find((r) => r.where === 'outbox.payload' && r.hex.includes(Buffer.from('link_seed').toString('hex'))).hex, 'hex'),
  );
  assert.equal((await s.client(desk).get(`/password/${seed}`)).status, 404, 'the seed is no token');
  assert.equal((await s.client(desk).get(path)).status, 200);
});

test('S07: nothing, an array, another case and another help desk are no token', async () => {
  await desk.person('Sven');
  const email = desk.emails.get('Sven');
  await askReset(email);
  const path = passwordPath(await desk.automaticTo(email));
  const key = path.split('/').pop();
  const swap = key.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));
  await desk.quiet();
  const old = await sumOf(desk);
  for (const wrong of ['', '%00', 'NULL', 'null', '0', '[]', `${key}%00`, `${key}/`, `%20${key}`, swap, key.slice(1), `${key}=`]) {
    const client = s.client(desk);
    const rs = await client.post(`/password/${wrong}`, {
      token: await tokenOf(client, '/contact'),
      password: 'a-password-of-mallory-9',
    });
    assert.ok([400, 404, 405].includes(rs.status), `${wrong}: ${rs.status}`);
  }
  const client = s.client(desk);
  const token = await tokenOf(client, '/contact');
  const twice = await client.send('POST', path, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: `token=${token}&password=one-good-password&password=another-good-password`,
  });
  assert.ok([400, 422].includes(twice.status), `a password that came twice: ${twice.status}`);
  assert.deepEqual(await sumOf(desk), old);
  const neighbour = await Desk.open(s);
  assert.equal((await s.client(neighbour).get(path)).status, 404);
  assert.equal((await s.client(desk).get(path)).status, 200, 'and it is still good');
});

test("S02: a session's token is in no table, log, key, address or page; S01: what one brings along is not taken", async () => {
  const client = s.client(desk);
  const brought = Buffer.alloc(32, 7).toString('base64url');
  client.cookies.set('__Host-deskd', brought);
  await client.login(desk.emails.get('Ann'), PASSWORD);
  const token = client.cookies.get('__Host-deskd');
  assert.notEqual(token, brought);
  const pages = [];
  for (const path of ['/tickets', '/profile', '/tickets/new', '/nowhere']) pages.push(await client.get(path));
  for (const rs of pages) assert.ok(!`${rs.body}${JSON.stringify(rs.headers)}`.includes(token));
  assert.deepEqual(findIn(await dump(), token), []);
  await waitFor('the log of it', () => s.log().some((l) => l.route === '/tickets/new'));
  assert.ok(!readFileSync(s.logFile, 'utf8').includes(token));
  assert.ok(!redisText().includes(token));
  const stranger = s.client(desk);
  stranger.cookies.set('__Host-deskd', brought);
  assert.equal((await stranger.get('/profile')).status, 303, 'the fixed cookie opens nothing');
  for (const wrong of ['', '0', 'A'.repeat(43), token.toLowerCase(), token.slice(0, -1), `${token}=`, `${token}"`]) {
    stranger.cookies.set('__Host-deskd', wrong);
    assert.equal((await stranger.get('/profile')).status, 303, wrong);
  }
  for (const path of [`/profile?__Host-deskd=${token}`, `/profile?session=${token}`])
    assert.equal((await s.client(desk).get(path)).status, 303, 'not from an address');
});

test('S06: links in mails name the host of the help desk; a request for another host is refused', async () => {
  await desk.person('Hans');
  const email = desk.emails.get('Hans');
  const evil = 'evil.example';
  const headers = { 'X-Forwarded-Host': evil, Forwarded: `host=${evil}`, 'X-Host': evil, 'X-Original-Host': evil, 'X-HTTP-Host-Override': evil };
  assert.equal((await askReset(email, s.client(desk), headers)).status, 200);
  const letter = await desk.automaticTo(email);
  assert.ok(!letter.raw.includes(evil) && !leafText(letter, 'text/html').includes(evil));
  assert.ok(leafText(letter, 'text/plain').includes(`//${desk.host}:`));
  const body = `email=${encodeURIComponent(email)}`;
  const post = (target, ...hosts) =>
    raw(s.port, [`POST ${target} HTTP/1.1`, ...hosts.map((h) => `Host: ${h}`), 'Connection: close',
      'Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`, '', body].join('\r\n'));
  for (const [target, ...hosts] of [
    ['/forgot', evil],
    ['/forgot', `${desk.host}@${evil}`],
    ['/forgot', `${evil}:${s.port}`],
    ['/forgot', desk.host, evil],
    ['/forgot', `${desk.host} ${evil}`],
    [`http://${evil}/forgot`, desk.host],
    ['/forgot', ''],
  ]) {
    const said = await post(target, ...hosts);
    assert.match(said, /^HTTP\/1\.1 (400|403|404|421) /, `${target} ${hosts}: ${said.slice(0, 80)}`);
  }
  await desk.quiet();
  assert.equal(desk.outbox(email).length, 1);
});

test('S10: ten megabytes of password are refused; long ones and other scripts are taken; only argon2id is kept', async () => {
  const client = s.client(desk);
  const token = await tokenOf(client, '/login');
  const rs = await client.post('/login', { token, email: desk.owner, password: 'x'.repeat(10 << 20) });
  assert.equal(rs.status, 422);
  await desk.person('Petra');
  const email = desk.emails.get('Petra');
  const long = `zażółć-ギガ-🔑-${'pa ss'.repeat(20)}`;
  const me = await desk.as('Petra');
  const set = await me.submit('/profile', '/profile/password', { current_password: PASSWORD, new_password: long });
  assert.equal(set.status, 303);
  await s.login(desk, email, long);
  await assert.rejects(s.login(desk, email, long.slice(0, -1)), 'the end counts too');
  const [[hash]] = await desk.rows('password_hash', 'user', `email = '${email}'`);
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const rows = await dump();
  assert.deepEqual([...new Set(findIn(rows, long).concat(findIn(rows, PASSWORD)))], []);
  const owner = await desk.as();
  const [[id]] = await desk.rows('id', 'user', `email = '${email}'`);
  for (const path of [`/config/agents/${id}`, '/config/agents', '/profile'])
    assert.doesNotMatch((await owner.get(path)).body, /\$argon2/);
  assert.doesNotMatch(readFileSync(s.logFile, 'utf8'), /\$argon2|correct-horse-7/);
});

test('S11: number and address of a ticket open nothing; a link opens its own ticket only', async () => {
  const from = 'sue@customers.example';
  const [one, two] = [await desk.write({ from, subject: 'One' }), await desk.write({ from, subject: 'Two' })];
  const key = await desk.followKeyOf(one, from);
  const other = await desk.followKeyOf(two, from);
  const guest = s.client(desk);
  const [[message]] = await desk.rows('id', 'message', `ticket_id = ${(await desk.ticket(two)).id}`);
  assert.equal((await guest.get(`/t/${key}`)).status, 200);
  assert.equal((await guest.get(`/t/${key}/messages/${message}/frame`)).status, 404);
  const mixed = `${key.split('-')[0]}-${other.split('-')[1]}`;
  for (const path of [`/t/${one}`, `/t/${one}?email=${from}`, `/t/${mixed}`, `/tickets/${one}?email=${from}`, `/t/${key.split('-')[0]}`])
    assert.ok([303, 404].includes((await guest.get(path)).status), path);
  const mac = () => createHash('md5').update(String(Math.random())).digest('hex');
  for (let i = 0; i < 200; i++)
    assert.equal((await guest.get(`/t/${key.split('-')[0]}-${mac()}`)).status, 404);
});
