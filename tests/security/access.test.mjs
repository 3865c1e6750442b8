// tests/security/access.test.mjs - who gets what by which address, spelling, method, header or extra field
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { raw } from '../support/raw.mjs';
import { allRoutes } from '../support/routes.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const SECRET = 'qanat';
const FROM = `carla-${SECRET}@customers.example`;

let s;
let a; // the help desk that is looked at
let b; // its neighbour: nobody ever wrote to it
let number;
let key;
before(async () => {
  s = openStack();
  [a, b] = await Promise.all([Desk.open(s, { title: 'Looked at' }), Desk.open(s, { title: 'Neighbour' })]);
  await Promise.all([a, b].map((d) => Promise.all([d.person('Ann'), d.person('Adam', { role: 'admin' })])));
  await a.department('Billing');
  const parts = ['--b', 'Content-Type: text/html', '', `<p>${SECRET}</p><img src="https://images.example/a.png">`, '--b',
    'Content-Type: text/plain', `Content-Disposition: attachment; filename=${SECRET}.txt`, '', SECRET, '--b--'];
  const letter = { from: FROM, text: parts.join('\n'), headers: { 'Content-Type': 'multipart/mixed; boundary=b' } };
  for (let i = 0; i < 3; i++) number = await a.write({ ...letter, subject: `${SECRET} ${i}` });
  await a.do('Ann', number, 'answer', { text: SECRET });
  const rule = { name: SECRET, event: 'ticket.created', do0: 'note', what0: SECRET };
  assert.equal((await (await a.as('owner')).submit('/config/rules/new', '/config/rules/new', rule)).status, 303);
  assert.equal((await (await a.as('owner')).submit('/config/calendars/new', '/config/calendars/new', { name: SECRET })).status, 303);
  assert.equal((await (await a.as('owner')).submit('/answers/new', '/answers/new', { name: SECRET, text: SECRET, whose: 'all' })).status, 303);
  key = await a.followKeyOf(number, FROM);
  await a.quiet();
});
after(() => s?.close());

const visible = (rs) => `${rs.body}${JSON.stringify(rs.headers)}`;

/** Addresses within the host that a page leads to. */
function linksOf(rs) {
  const all = [...rs.body.matchAll(/(?:href|src|action)="(\/(?!\/)[^"#]*)/g)].map(([, link]) => link.replaceAll('&amp;', '&'));
  return [...all, rs.headers.location].filter((l) => l && !/^\/(static\/|logout)/.test(l));
}

/** All addresses that a client can reach by links, from these. */
async function crawl(client, ...start) {
  const seen = new Map();
  const queue = [...start];
  for (const path of queue) {
    const rs = await client.get(path);
    seen.set(path, rs);
    for (const link of linksOf(rs)) if (!queue.includes(link)) queue.push(link);
    assert.ok(queue.length < 400, 'the crawl does not end');
  }
  return seen;
}

let crawled;
/** Everything that somebody of a can reach: Map of address to answer. */
async function everything() {
  if (crawled) return crawled;
  const home = ['/tickets?view=all', '/tickets', '/profile'];
  const walks = [await a.as('owner'), await a.as('Adam'), await a.as('Ann')].map((client) => crawl(client, ...home));
  walks.push(crawl(s.client(a), '/login', '/contact', `/t/${key}`));
  crawled = new Map((await Promise.all(walks)).flatMap((walk) => [...walk]));
  return crawled;
}

/** The address of the same kind of object, of one that is nowhere; itself, where it names none. */
function nowhere(path) {
  return path
    .replace(/\/t\/[0-9a-f]+-[0-9a-f]{32}/, `/t/${'0'.repeat(15)}-${'0'.repeat(32)}`)
    .replace(/(?<=[/=])\d{15,}/g, '987654321987654321')
    .replace(/^\/tickets\/\d+/, '/tickets/987654321');
}

/** An answer without what no two answers have in common. */
function face(rs, path) {
  const ids = [...path.matchAll(/[0-9a-f]+-[0-9a-f]{32}|\d{15,}|^\/tickets\/\d+/g)].map(([id]) => id);
  const clean = (text) => ids.reduce((t, id) => t.replaceAll(id, 'ID'), text)
    .replace(/Request [\w-]+/g, 'Request').replace(/(name="token" value=")[^"]*/g, '$1');
  const { date, 'x-request-id': id, 'server-timing': times, 'content-length': length, 'set-cookie': cookies, ...rest } = rs.headers;
  assert.ok(date && id && times && (length || rs.status === 303));
  const names = (cookies ?? []).map((c) => c.split('=')[0]);
  return { status: rs.status, headers: { ...rest, location: clean(rest.location ?? '') }, names, body: clean(rs.body) };
}

test('A01 A05: whatever A can reach, B gets answered like an address that does not exist', async (t) => {
  const all = await everything();
  const told = [...all.values()].filter((rs) => visible(rs).includes(SECRET)).length;
  assert.ok(all.size > 60 && told > 30, `${all.size} addresses, ${told} with the secret: the test sees too little`);
  const clients = { owner: await b.as('owner'), agent: await b.as('Ann'), nobody: s.client(b) };
  let objects = 0;
  for (const path of all.keys()) {
    const other = nowhere(path);
    objects += other !== path;
    for (const [who, client] of Object.entries(clients)) {
      const there = await client.get(path);
      assert.ok(!visible(there).includes(SECRET) && !visible(there).includes(a.name), `${path} by ${who}`);
      if (other !== path) assert.deepEqual(face(there, path), face(await client.get(other), other), `${path} by ${who}`);
    }
  }
  t.diagnostic(`${all.size} addresses of A, ${objects} of them name an object, each asked by 3 of B`);
  assert.ok(objects > 40, `${objects} addresses name an object`);
});

test('A01: every GET route is among what was crawled', async () => {
  const paths = [...(await everything()).keys()].map((p) => p.split('?')[0]);
  const matches = (route) => paths.some((p) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`).test(p));
  const missing = allRoutes().filter((r) => r.method === 'GET' && !matches(r.path)).map((r) => r.path);
  // no page leads to these
  const apart = ['/events', '/notices/new', // scripts do: tests/e2e/events.test.mjs
    '/', '/healthz', '/readyz', '/styleguide', '/contact/sent', '/password/{key}', '/forgot',
    '/safe', '/safe/end', '/config/plugins/{plugin}', '/config/plugins/{plugin}/erase']; // where none is installed
  assert.deepEqual(missing.filter((p) => !apart.includes(p)), []);
});

test('Q07: what somebody who is logged in gets is stored by nobody, whatever the address looks like', async () => {
  for (const [path, rs] of await everything()) assert.match(rs.headers['cache-control'] ?? '', /no-store/, path);
  const owner = await a.as();
  const style = /\/static\/app-[0-9a-f]+\.css/.exec((await owner.get('/tickets')).body)[0];
  for (const path of [`/tickets/${number}/x.css`, `/tickets/${number}.css`, `/tickets/${number}%2f..%2f..%2fstatic%2fx.css`, '/profile/x.css',
    '/profile.css', `${style}/../../profile`, '/static/..%2fprofile', `/static/%2e%2e/tickets/${number}`, '/profile;x.css', '/profile%00.css', '/profile%0a.css']) {
    const rs = await owner.get(path);
    const isPrivate = visible(rs).includes(SECRET) || /name="token"/.test(rs.body);
    assert.ok(!isPrivate || /no-store/.test(rs.headers['cache-control'] ?? ''), path);
  }
  for (const name of ['X-Forwarded-Host', 'X-Forwarded-Scheme', 'X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix', 'Forwarded']) {
    const rs = await s.client(a).get('/login', { [name]: '/canary.example' });
    assert.equal(rs.status, 200, name);
    assert.ok(!visible(rs).includes('canary.example'), name);
  }
});

test('A02: another method, spelling or ending of an address decides nothing else', async () => {
  const owner = await a.as();
  const stranger = await b.as();
  const path = `/tickets/${number}`;
  const spelt = ['.json', '.xml', '/', '.', ';x', ';jsessionid=1', '%20', '%00', '%2e', '%2f', '?_method=DELETE', '?format=json', '#x', '//', '/..', '/../..', '/%2e%2e/1']
    .map((end) => path + end)
    .concat(`/TICKETS/${number}`, `//tickets/${number}`, `/./tickets/${number}`, `/x/../tickets/${number}`, `/tickets/%3${number % 10}`,
      `/tickets/0${number}`, `/tickets/+${number}`, `/tickets/${number}e0`, `/tickets/0x${number.toString(16)}`, `/tickets%2f${number}`, `/%74ickets/${number}`,
      `/tickets\\${number}`, '/tickets/-1', '/tickets/9223372036854775808', '/tickets/18446744073709551617', `/;/tickets/${number}`);
  for (const address of spelt) {
    const mine = await owner.get(address);
    assert.ok([200, 303, 400, 404].includes(mine.status), `${address}: ${mine.status}`);
    for (const [who, client] of [['stranger', stranger], ['nobody', s.client(a)]]) {
      const rs = await client.get(address);
      assert.ok([303, 400, 404].includes(rs.status), `${address} by ${who}: ${rs.status}`);
      assert.ok(!visible(rs).includes(SECRET), `${address} by ${who}`);
    }
  }
  const old = await a.fingerprint();
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'LOCK', 'FOO'])
    assert.ok([400, 405].includes((await owner.send(method, path)).status), method);
  for (const verb of ['resolve', 'spam', 'delete', 'assign', 'answer'])
    for (const send of [() => owner.get(`${path}/${verb}`), () => owner.send('PUT', `${path}/${verb}`), () => owner.send('HEAD', `${path}/${verb}`),
      () => owner.get(`${path}/${verb}?token=x&version=1`, { 'X-HTTP-Method-Override': 'POST', 'X-Method-Override': 'POST' })])
      assert.equal((await send()).status, 405, verb);
  const head = await owner.send('HEAD', path);
  assert.deepEqual([head.status, head.body], [200, '']);
  assert.equal((await stranger.send('HEAD', path)).status, 404);
  assert.deepEqual(await a.fingerprint(), old);
});

test('I01: the address of a client is the one that nginx saw, whatever headers say', async () => {
  const spoofs = ['203.0.113.7', '10.0.0.1, 203.0.113.7', '::ffff:203.0.113.7', 'fe80::1%eth0', '0xcb.0.0x71.7', '<script>', '203.0.113.7:80', Array(50).fill('203.0.113.7').join(', ')];
  const names = ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'CF-Connecting-IP', 'True-Client-IP', 'X-Client-IP', 'Client-IP', 'X-Cluster-Client-IP', 'Fastly-Client-IP', 'Remote-Addr', 'Remote_Addr'];
  const before = s.log().length;
  for (const spoof of spoofs) {
    const client = s.client(a);
    const form = formsOf((await client.get('/login')).body).find((f) => f.action === '/login');
    const body = new URLSearchParams(form.fields);
    body.set('email', a.owner);
    body.set('password', a.password);
    const headers = Object.fromEntries(names.map((n) => [n, n === 'Forwarded' ? `for="${spoof}"` : spoof]));
    assert.equal((await client.post('/login', body, headers)).status, 303, spoof);
  }
  assert.deepEqual([...new Set((await a.rows('remote', 'session')).flat())], ['127.0.0.1']);
  const lines = s.log().slice(before).filter((l) => l.tenant && String(l.remote ?? '') !== '' && l.event === 'request');
  assert.ok(lines.length >= spoofs.length);
  assert.deepEqual([...new Set(lines.map((l) => l.remote))], ['127.0.0.1']);
});

test('D01: nothing but the program answers, and it says no version', async () => {
  const hidden = ['.git/config', '.git/HEAD', '.svn/entries', '.env', '.htaccess', '.DS_Store', 'phpinfo.php', 'info.php', 'wp-login.php', 'admin', 'admin.php', 'administrator/',
    'server-status', 'server-info', 'nginx_status', 'status', 'metrics', 'actuator', 'actuator/env', 'debug', 'debug/pprof', 'trace', 'console', 'install', 'installer', 'install.php', 'setup', 'setup.php',
    'config', 'config.php', 'config.json', 'deskd.conf', 'master.key', 'data/master.key', 'db-password', 'backup', 'backup.sql', 'dump.sql', 'deskd.sql', 'database.sql', 'test', 'tests', 'tmp', 'var/log', 'log/deskd.log',
    'api', 'api/v1', 'graphql', 'swagger.json', 'openapi.json', 'robots.txt.bak', 'static/', 'static', 'static/app.js.map', 'static/app.css.map', 'static/../deskd.conf', 'static/..%2f..%2fdeskd.conf', 'static/%2e%2e/%2e%2e/deskd.conf',
    '-/', '-/data/', '-/data/master.key', '-/data/../master.key', 'data/', 'templates/login.html', 'templates/', 'sql/0001_create_directory.sql', 'cgi-bin/', 'fcgi.sock', 'Makefile', 'README.md', 'package.json', 'node_modules/',
    'index.php', 'index.html', 'index', 'default.aspx', 'web.config', 'crossdomain.xml', 'vendor/', '.well-known/', 'xmlrpc.php', 'cron.php', 'upload', 'uploads/', 'files/', 'attachments/', 'shell.php', 'id_rsa', '.ssh/id_rsa', '.bash_history'];
  for (const client of [s.client(a), await a.as()])
    for (const path of hidden) {
      const rs = await client.get(`/${path}`);
      assert.ok([303, 400, 403, 404, 405].includes(rs.status), `/${path}: ${rs.status}`);
      if (rs.status === 303) assert.match(rs.headers.location, /^\/(login|tickets|config)/, path);
      assert.doesNotMatch(visible(rs), /nginx\/\d|deskd[/ ]\d|mariadb|\/work\/|\.c:\d+|stack trace|master\.key\b.{0,3}[\0-\x08]/i, path);
    }
  for (const rs of [await s.client(a).send('TRACE', '/login'), await s.client(a).send('OPTIONS', '/login'), await s.client(a).send('OPTIONS', '*')])
    assert.ok([400, 404, 405].includes(rs.status), `${rs.status}`);
  for (const rs of (await everything()).values()) assert.equal(rs.headers.server ?? 'nginx', 'nginx');
});

test('Q08: a request within a request is none', async () => {
  const inner = `GET /forgot HTTP/1.1\r\nHost: ${a.host}\r\n\r\n`;
  const asked = () => s.log().filter((l) => l.event === 'request' && l.route === '/forgot').length;
  const lines = (...more) => [`POST /login HTTP/1.1`, `Host: ${a.host}`, 'Content-Type: application/x-www-form-urlencoded', ...more, '', ''].join('\r\n');
  const old = asked();
  const cases = {
    'length and chunks': lines('Content-Length: 4', 'Transfer-Encoding: chunked') + `0\r\n\r\n${inner}`,
    'chunks and length': lines('Transfer-Encoding: chunked', `Content-Length: ${inner.length + 5}`) + `0\r\n\r\n${inner}`,
    'two lengths': lines('Content-Length: 0', `Content-Length: ${inner.length}`) + inner,
    'a signed length': lines(`Content-Length: +${inner.length}`) + inner,
    'a length with a tail': lines(`Content-Length: ${inner.length}, 0`) + inner,
    'a spaced name': lines(`Content-Length : ${inner.length}`) + inner,
    'an unknown encoding': lines('Transfer-Encoding: xchunked', `Content-Length: ${inner.length}`) + inner,
    'a folded line': lines('X-Fold: a', ' Transfer-Encoding: chunked', `Content-Length: ${inner.length}`) + inner,
    'two encodings': lines('Transfer-Encoding: chunked', 'Transfer-Encoding: identity') + `0\r\n\r\n`,
    'a chunk with extensions': lines('Transfer-Encoding: chunked', 'Connection: close') + `3;a=b\r\nabc\r\n0\r\n\r\n`,
    'a chunk of an endless length': lines('Transfer-Encoding: chunked') + `ffffffffffffffff1\r\nabc\r\n0\r\n\r\n`,
    'a bare line feed': `POST /login HTTP/1.1\nHost: ${a.host}\nContent-Length: ${inner.length}\nConnection: close\n\n${inner}`,
  };
  for (const [what, bytes] of Object.entries(cases)) {
    const said = await raw(s.port, bytes.replace('\r\n', '\r\nConnection: close\r\n'));
    const statuses = [...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, n]) => Number(n));
    assert.ok(statuses.length <= 1 && statuses.every((n) => n >= 400), `${what}: ${statuses}`);
  }
  await s.client(a).get('/login?after=smuggling');
  assert.equal(asked(), old, 'nothing was asked for by what was inside');
});

const odd = ['', '-1', '0', '1e9', 'NaN', '-0', '1.5', '0x10', ' 1', '1 ', '9223372036854775807', '9223372036854775808', '99999999999999999999', '[]', '{}', 'true', 'null', '١', '1\u00001', "1' OR '1'='1", '%31'];

test('Q09: a field that came twice, as a list, or as what it is not, does not exist', async () => {
  const ann = await a.as('Ann');
  const old = async () => {
    const { post_token: used, throttle, ...sum } = await a.fingerprint();
    assert.ok(used);
    return sum;
  };
  const before = await old();
  const version = (await a.ticket(number)).version;
  const send = async (verb, pairs) =>
    ann.send('POST', `/tickets/${number}/${verb}`, {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: [['token', await tokenOf(ann)], ...pairs].map((p) => p.map(encodeURIComponent).join('=')).join('&'),
    });
  const refused = (rs, what) => assert.ok([400, 403, 404, 409, 422].includes(rs.status), `${what}: ${rs.status} ${textOf(rs.body).slice(0, 200)}`);
  for (const value of odd) {
    // 0 and nothing: the form does not say what it was filled in on
    if (!/^0?$/.test(value)) refused(await send('answer', [['text', 'x'], ['version', value]]), `version=${value}`);
    if (!/^ ?[-+]?0?$/.test(value)) refused(await send('transfer', [['department', value], ['agent', '0'], ['version', version]]), `department=${value}`);
    for (const path of [`/tickets?department=${encodeURIComponent(value)}`, `/tickets/${number}?images=${encodeURIComponent(value)}&all=${encodeURIComponent(value)}`,
      `/tickets?view=${encodeURIComponent(value)}`, `/contact/sent?number=${encodeURIComponent(value)}`])
      assert.ok([200, 303, 400, 404].includes((await ann.get(path)).status), path);
  }
  refused(await send('answer', [['text', 'a'], ['text', 'b'], ['version', version]]), 'two texts');
  refused(await send('answer', [['text[]', 'a'], ['version', version]]), 'a list of texts');
  refused(await send('answer', [['text', 'a'], ['version', version], ['version', version]]), 'two versions');
  refused(await send('answer', [['text', 'a'], ['version', version], ['token', 'x']]), 'two tokens');
  const json = await ann.send('POST', `/tickets/${number}/answer`, { headers: { 'Content-Type': 'application/json' }, body: `{"text":"x","version":${version}}` });
  refused(json, 'JSON');
  const plain = await ann.send('POST', `/tickets/${number}/answer`, { headers: { 'Content-Type': 'text/plain' }, body: `text=x&version=${version}&token=${await tokenOf(ann)}` });
  refused(plain, 'text/plain');
  assert.deepEqual(await old(), before);
});

/** Does the same in a desk, form by form; extra(form) is added to each. */
async function sequence(d, extra) {
  const owner = await d.as();
  const submit = async (page, action, fields, statuses = [303]) => {
    const form = formsOf((await owner.get(page)).body).find((f) => (action instanceof RegExp ? action.test(f.action) : f.action.split('?')[0] === action));
    assert.ok(form, `no form ${action} on ${page}`);
    const rs = await owner.sendForm(page, form, { ...extra(form, fields), ...fields });
    assert.ok(statuses.includes(rs.status), `${action}: ${rs.status} ${textOf(rs.body).slice(0, 300)}`);
  };
  const first = await d.open('owner', { subject: 'First' });
  const [[ann]] = await d.rows('id', 'user', "name = 'Ann'");
  await submit('/profile', '/profile', { name: 'Olga New' });
  await submit('/profile', '/profile/theme', { theme: 'dark' });
  await submit('/config/departments/new', '/config/departments/new', { name: 'Sales', addresses: `sales@${d.host}` });
  const [[sales]] = await d.rows('id', 'department', "name = 'Sales'");
  await submit(`/config/departments/${sales}`, `/config/departments/${sales}`, { name: 'Sales Two' });
  await submit('/config/agents/new', '/config/agents/new', { name: 'Ida', email: `ida@${d.name}.example`, role: 'agent', departments: [d.home.id] });
  await submit(`/config/agents/${ann}`, `/config/agents/${ann}`, { name: 'Ann Two' });
  await submit('/tickets/new', '/tickets/new', { customer_email: 'x@customers.example', subject: 'Second', text: 'Text', send: 'request' });
  await submit('/contact', '/contact', { name: 'Kim', email: 'kim@customers.example', subject: 'Third', text: 'Text' });
  const page = `/tickets/${first}`;
  for (const [verb, fields] of [['note', { text: 'Note' }], ['answer', { text: 'Answer' }], ['postpone', { until: '2031-01-01T09:00' }], ['reopen', {}], ['resolve', {}], ['reopen', {}], ['spam', {}], ['notspam', {}], ['transfer', { to: `${sales}:0` }]]) {
    const where = verb === 'transfer' ? `${page}/transfer` : page;
    const form = formsOf((await owner.get(where)).body).find((f) => f.action.endsWith(`/${verb}`));
    await (form ? submit(where, `${page}/${verb}`, fields) : d.do('owner', first, verb, { ...extra({ names: [] }, { ...fields, version: 1, token: 1 }), ...fields }));
  }
  await d.quiet();
}

/* Values that say what something is, not who, when or where it is. */
const shape = (d) => s.sql(
  'SELECT table_name, GROUP_CONCAT(column_name ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name IN ' +
    "('user','department','department_address','department_member','contact','ticket','ticket_counter','message','participant','follower','attachment','event','outbox','job') " +
    "AND column_name NOT REGEXP '(^|_)(id|at|since|until|hash|seed|token|payload|file|sha256|email|address|addresses|recipient|recipients|destination|sender|text|values?)$' GROUP BY table_name",
).then((tables) => Promise.all(tables.map(async ([table, columns]) => [table, (await d.rows(columns, table)).map((row) => row.join('|').replaceAll(d.name, 'NAME')).sort()])));

test('A04: every column of the database as an extra field of every form changes nothing', async (t) => {
  const [plain, stuffed] = await Promise.all([Desk.open(s), Desk.open(s)]);
  await Promise.all([plain.person('Ann'), stuffed.person('Ann')]);
  const columns = (await s.sql('SELECT DISTINCT column_name FROM information_schema.columns WHERE table_schema = DATABASE()')).flat();
  const names = [...columns, 'is_admin', 'admin', 'owner', 'owner_id', '_method', 'isAdmin', 'user[role]', 'role[]', '__proto__'];
  let added = 0;
  const neighbour = await a.fingerprint();
  await sequence(plain, () => ({}));
  await sequence(stuffed, (form, fields) => {
    // what the page offers may of course be changed by it
    const offered = new Set([...form.names, ...Object.keys(fields)]);
    const extras = names.filter((n) => !offered.has(n)).map((n) => [n, n === 'tenant_id' ? a.id : '3']);
    added += extras.length;
    return Object.fromEntries(extras);
  });
  t.diagnostic(`${added} extra fields in ${names.length} names`);
  assert.deepEqual(await shape(stuffed), await shape(plain));
  assert.deepEqual(await a.fingerprint(), neighbour);
});

test('A03: who left a department gets nothing of it any more: page, frame, file, list, mail', async () => {
  await a.person('Lea');
  const lea = await a.as('Lea');
  const of = `ticket_id = ${(await a.ticket(number)).id}`;
  const [[message]] = await a.rows('id', 'message', `${of} AND kind = 1`);
  const [[file]] = await a.rows('id', 'attachment', of);
  const paths = [`/tickets/${number}`, `/tickets/${number}/print`, `/tickets/${number}/messages/${message}/frame`, `/files/${file}`];
  for (const path of paths) assert.equal((await lea.get(path)).status, 200, path);
  const form = { token: await tokenOf(lea), version: (await a.ticket(number)).version, text: 'too late' };
  const [[id]] = await a.rows('id', 'user', "name = 'Lea'");
  const edit = `/config/agents/${id}`;
  assert.equal((await (await a.as()).submit(edit, edit, { departments: [] })).status, 303);
  for (const path of paths) assert.equal((await lea.get(path)).status, 404, path);
  assert.ok(!(await lea.get('/tickets?view=all')).body.includes(`${SECRET} 2`));
  assert.equal((await lea.post(`/tickets/${number}/answer`, form)).status, 404);
  await waitFor('nothing to be on its way', async () => (await a.rows('id', 'outbox', 'state IN (1, 2)')).length === 0);
  assert.equal(a.outbox(a.emails.get('Lea')).length, 0);
});
