// tests/e2e/isolation.test.mjs - every route against another tenant, another department, nobody, the wrong
// role and a foreign form. The routes are read from the sources: a new one fails until it is described here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { allRoutes } from '../support/routes.mjs';
import { openStack } from '../support/stack.mjs';

const SECRET = 'zyzzyva'; // in everything that the first help desk calls its own
const CUSTOMER = `${SECRET}@customers.example`;

let s;
let a; // the help desk that is looked at
let b; // its neighbour, whose owner is curious
let real; // ids of objects of a
before(async () => {
  s = openStack();
  [a, b] = await Promise.all([
    Desk.open(s, { title: `Desk ${SECRET}` }),
    Desk.open(s, { title: 'Neighbour' }),
  ]);
  await b.write({ subject: 'Number one of the neighbour' });
  await fill();
});
after(() => s?.close());

/** People, departments, and a ticket with everything in it. */
async function fill() {
  const billing = await a.department('Billing');
  const ann = await a.person(`Ann-${SECRET}`);
  await a.person(`Dee-${SECRET}`, { department: billing });
  const from = `Carla ${SECRET} <${CUSTOMER}>`;
  const letters = Array.from({ length: 3 }, (_, i) => ({ from, subject: `Secret ${SECRET} ${i}` }));
  let number;
  for (const letter of letters) number = await a.write({ ...letter, ...htmlWithFile() });
  const inBilling = await a.write({ from, to: billing.address, subject: 'Invoice' });
  await (
    await a.as()
  ).submit('/config/agents/new', '/config/agents/new', {
    name: `Ida ${SECRET}`,
    email: `ida@${a.name}.example`,
    role: 'agent',
    departments: [a.home.id],
  });
  const invitation = await a.automaticTo(`ida@${a.name}.example`);
  await (await a.as()).submit('/config/rules/new', '/config/rules/new', { name: `Rule of ${SECRET}`, event: 'ticket.status', do0: 'note', what0: SECRET });
  await (await a.as()).submit('/config/calendars/new', '/config/calendars/new', { name: `Calendar of ${SECRET}` });
  await (await a.as()).submit('/answers/new', '/answers/new', { name: `Answer of ${SECRET}`, text: SECRET, whose: a.home.id });
  const t = await a.ticket(number);
  const of = `ticket_id = ${t.id}`;
  real = {
    number,
    inBilling,
    billing,
    ann,
    message: (await a.rows('id', 'message', of))[0][0],
    file: (await a.rows('id', 'attachment', of))[0][0],
    mail: (await a.rows('id', 'mail_in', of))[0][0],
    rule: (await a.rows('id', 'rule'))[0][0],
    canned: (await a.rows('id', 'canned'))[0][0],
    calendar: (await a.rows('id', 'calendar'))[0][0],
    key: await a.followKeyOf(number, CUSTOMER),
    invitation: /\/password\/([\w.~-]+)/.exec(invitation.raw.replace(/=\r?\n/g, ''))[1],
  };
  await a.quiet();
}

function htmlWithFile() {
  const lines = [
    '--b',
    'Content-Type: text/html',
    '',
    `<p>Hello ${SECRET}</p>`,
    '--b',
    'Content-Type: text/plain',
    `Content-Disposition: attachment; filename=${SECRET}.txt`,
    '',
    `file of ${SECRET}`,
    '--b--',
  ];
  return { text: lines.join('\n'), headers: { 'Content-Type': 'multipart/mixed; boundary=b' } };
}

/** Objects that are nowhere. */
const missing = {
  number: 987654321,
  message: '987654321987',
  file: '987654321987',
  mail: '987654321987',
  rule: '987654321987',
  ann: '987654321987',
  billing: { id: '987654321987' },
  key: 'AAAAAAAAAAAAAAAAAAAAAAAA',
  invitation: 'A'.repeat(43),
};

/** Which object an {id} or {key} of a path is. */
const places = [
  [/^\/files\/|\/files\/\{id\}/, { id: (o) => o.file }],
  [/\/messages\/\{id\}/, { id: (o) => o.message }],
  [/^\/config\/agents\//, { id: (o) => o.ann }],
  [/^\/config\/departments\//, { id: (o) => o.billing.id }],
  [/^\/config\/mail\//, { id: (o) => o.mail }],
  [/^\/config\/rules\//, { id: (o) => o.rule }],
  [/^\/answers\//, { id: (o) => o.canned }],
  [/^\/config\/calendars\//, { id: (o) => o.calendar }],
  [/^\/config\/plugins\//, { plugin: () => 'absent' }], // tests/e2e/plugins_config.test.mjs has one that is there
  [/^\/t\//, { key: (o) => o.key }],
  [/^\/password\//, { key: (o) => o.invitation }],
  [/^\/tickets\/\{number\}/, { number: (o) => o.number }],
];

function address(path, objects) {
  return path.replace(/\{(\w+)\}/g, (_, name) => {
    const place = places.find(([where, values]) => where.test(path) && values[name]);
    assert.ok(place, `which object is {${name}} of ${path}? Say so in places.`);
    return place[1][name](objects);
  });
}

/** What each POST route needs to succeed; d: the help desk of who sends it. A new one must be added. */
const department = { addresses: `new@${SECRET}.example`, reopen: 'always', reopen_days: 7, version: 1 };
const person = { name: 'Mallory', role: 'agent', version: 1 };
const rule = { name: 'Mallory', event: 'ticket.created', do0: 'resolve' };
const forms = {
  '/config/agents/new': (d) => ({ ...person, email: 'mallory@mail.example', departments: d.home.id }),
  '/config/agents/{id}': (d) => ({ ...person, departments: d.home.id }),
  '/config/agents/{id}/delete': () => ({ version: 1 }),
  '/config/agents/{id}/invite': () => ({}),
  '/config/agents/{id}/reset': () => ({}),
  '/config/agents/{id}/notices': () => ({ tell: 1 }),
  '/config/departments/new': () => ({ name: 'Mallory', ...department }),
  '/config/departments/{id}': () => ({ name: 'Mallory', ...department }),
  '/config/departments/{id}/delete': (d) => ({ version: 1, target: d.home.id }),
  '/config/mail/{id}/retry': () => ({}),
  '/config/rules/new': () => rule,
  '/config/rules/{id}': () => ({ ...rule, version: 1 }),
  '/config/rules/{id}/move': () => ({ to: 'up' }),
  '/config/rules/{id}/delete': () => ({}),
  '/answers/new': () => ({ name: 'Mallory', text: 'x', whose: 'me' }),
  '/answers/{id}': () => ({ version: 1, name: 'Mallory', text: 'x', whose: 'all' }),
  '/answers/{id}/delete': () => ({}),
  '/config/calendars/new': () => ({ name: 'Mallory', zone: 'UTC' }),
  '/config/calendars/{id}': () => ({ version: 1, name: 'Mallory', zone: 'UTC' }),
  '/config/calendars/{id}/delete': () => ({}),
  '/config/calendars/{id}/days': () => ({ version: 1, on: '2030-01-01' }),
  '/config/calendars/{id}/days/remove': () => ({ version: 1, on: '2030-01-01' }),
  '/config/calendars/{id}/import': () => ({ version: 1 }),
  '/config/calendars/{id}/import/save': () => ({ version: 1, text: '2030-01-01 Mallory', keep: 1 }),
  '/config/plugins/{plugin}/enable': () => ({}),
  '/config/plugins/{plugin}/disable': () => ({}),
  '/config/plugins/{plugin}/settings': () => ({ version: '1.0.0' }),
  '/config/plugins/{plugin}/erase': () => ({ name: 'absent' }),
  '/contact': () => ({ name: 'Mallory', email: 'mallory@mail.example', subject: 'Hi', text: 'Hi' }),
  '/t/{key}': () => ({ text: 'Mallory was here' }),
  '/login': (d) => ({ email: d.owner, password: 'wrong' }),
  '/logout': () => ({}),
  '/forgot': (d) => ({ email: d.owner }),
  '/password/{key}': () => ({ password: 'a-new-password-of-mallory' }),
  '/profile': () => ({ name: 'Mallory' }),
  '/profile/password': (d) => ({ current_password: d.password, new_password: 'another-password-7' }),
  '/profile/theme': () => ({ theme: 'dark' }),
  '/profile/notices': () => ({ tell: 1 }),
  '/notices/read': () => ({}),
  '/tickets/{number}/answer': () => ({ text: 'Mallory was here' }),
  '/tickets/{number}/note': () => ({ text: 'Mallory was here' }),
  '/tickets/{number}/resolve': () => ({}),
  '/tickets/{number}/answered': () => ({}),
  '/tickets/{number}/reopen': () => ({}),
  '/tickets/{number}/postpone': () => ({ until: '2031-01-01T09:00' }),
  '/tickets/{number}/spam': () => ({}),
  '/tickets/{number}/notspam': () => ({}),
  '/tickets/{number}/delete': () => ({}),
  '/tickets/{number}/restore': () => ({}),
  '/tickets/{number}/assign': () => ({ agent: 'me' }),
  '/tickets/{number}/transfer': (d) => ({ department: d.home.id, agent: 0 }),
  '/tickets/{number}/merge': () => ({ into: 1 }),
  '/tickets/{number}/unmerge': () => ({ ticket: 1 }),
  '/tickets/{number}/split': () => ({ messages: 1, subject: 'Mallory' }),
  '/tickets/new': (d) => ({
    customer_email: 'm@mail.example',
    department: d.home.id,
    subject: 'Hi',
    text: 'Hi',
    send: 'request',
  }),
};

const forAgents = ['CAP_PUBLIC', 'CAP_LOGIN', 'CAP_TICKET_READ', 'CAP_TICKET_CREATE', 'CAP_TICKET_ANSWER', 'CAP_TICKET_NOTE',
  'CAP_TICKET_STATUS', 'CAP_TICKET_ASSIGN', 'CAP_TICKET_TRANSFER', 'CAP_TICKET_SPAM', 'CAP_TICKET_MERGE'];
const forAdmins = ['CAP_TICKET_DELETE', 'CAP_TICKET_RAW', 'CAP_MAIL_LOG', 'CAP_AGENTS', 'CAP_DEPARTMENTS', 'CAP_PLUGINS', 'CAP_RULES'];

const routes = allRoutes();
const isForm = (r) => r.method === 'POST';
const hasObject = (r) => r.path.includes('{');
const isPublic = (r) => r.needs === 'CAP_PUBLIC';

/** An answer without what differs from one request to the next. */
function face(rs, objects) {
  const own = Object.values(objects)
    .flatMap((o) => (o.id ? [o.id] : [o]))
    .filter((o) => String(o).length > 5);
  const body = own
    .reduce((text, id) => text.replaceAll(String(id), 'ID'), rs.body)
    .replace(/Request [\w-]+/g, 'Request')
    .replace(/(name="token" value=")[^"]*/g, '$1');
  return { status: rs.status, location: rs.headers.location, type: rs.headers['content-type'], body };
}

/** Asks for a route about objects, as client, with a token of its own. */
async function ask(client, route, objects, desk, fields = {}) {
  const path = address(route.path, objects);
  if (!isForm(route)) return client.get(path);
  const token = await tokenOf(client, isPublic(route) ? '/contact' : '/profile');
  return client.post(path, { ...forms[route.path](desk), ...fields, token });
}

async function sameAsMissing(client, route, desk) {
  const there = await ask(client, route, real, desk);
  const nowhere = await ask(client, route, missing, desk);
  assert.equal(there.status, 404, `${route.key}: ${textOf(there.body).slice(0, 200)}`);
  assert.deepEqual(face(there, real), face(nowhere, missing), route.key);
}

async function unchanged(desk, work) {
  const old = await desk.fingerprint();
  await work();
  assert.deepEqual(await desk.fingerprint(), old);
}

test('every route of the sources is described here, and nothing else', () => {
  assert.ok(routes.length > 50, `only ${routes.length} routes found`);
  for (const r of routes) {
    assert.ok([...forAgents, ...forAdmins].includes(r.needs), `who may ${r.key}? ${r.needs} is unknown here`);
    address(r.path, missing);
  }
  assert.deepEqual(
    routes
      .filter(isForm)
      .map((r) => r.path)
      .sort(),
    Object.keys(forms).sort(),
  );
});

test('what belongs to another tenant is answered like what does not exist', async (t) => {
  const curious = await b.as();
  await unchanged(a, async () => {
    for (const route of routes.filter((r) => hasObject(r)))
      await t.test(route.key, () => sameAsMissing(curious, route, b));
  });
});

test("a ticket of one's own opens no message of another tenant", async () => {
  const curious = await b.as();
  for (const what of ['frame', 'raw', 'eml'])
    assert.equal((await curious.get(`/tickets/1/messages/${real.message}/${what}`)).status, 404, what);
});

/** Addresses of all pages of a help desk that its owner can reach by links. */
async function crawl(desk) {
  const client = await desk.as();
  const seen = new Set(['/tickets?view=all', '/profile', '/contact', `/t/${real.key}`]);
  const bodies = new Map();
  for (const path of seen) {
    const rs = await client.get(path);
    bodies.set(path, rs.body);
    for (const [, link] of rs.body.matchAll(/(?:href|src)="(\/(?!-\/)[^"#]*)/g))
      if (!/\.(css|js|svg)$/.test(link)) seen.add(link.replaceAll('&amp;', '&'));
    assert.ok(seen.size < 400, 'the crawl does not end');
  }
  return bodies;
}

test('no page of a tenant tells anything of its neighbour', async () => {
  const pages = await crawl(a);
  const told = [...pages.values()].filter((body) => body.includes(SECRET)).length;
  assert.ok(
    pages.size > 40 && told > 30,
    `${pages.size} pages, ${told} with the secret: the test sees too little`,
  );
  const curious = await b.as();
  for (const path of pages.keys()) {
    const { body, headers } = await curious.get(path);
    assert.ok(!`${body}${JSON.stringify(headers)}`.includes(SECRET), path);
    assert.ok(!body.includes(a.name), path);
  }
});

test('forms take no department or person of another tenant', async () => {
  const curious = await b.as();
  const token = () => tokenOf(curious);
  const version = async () => (await b.ticket(1)).version;
  const foreign = { department: a.home.id, person: real.ann };
  const post = async (path, fields) => curious.post(path, { token: await token(), ...fields });
  const same = async (path, fields, objects) => {
    const results = [];
    for (const [id, nowhere] of objects) {
      results.push(await post(path, fields(id)), await post(path, fields(nowhere)));
      const [there, none] = results.slice(-2);
      assert.equal(there.status, none.status, `${path}: ${textOf(there.body).slice(0, 300)}`);
      assert.ok(!there.body.includes(SECRET), path);
    }
  };
  const [owner] = (await b.rows('id', 'user'))[0];
  const pairs = [
    [foreign.department, missing.ann],
    [foreign.person, missing.ann],
  ];
  await unchanged(a, async () => {
    const v = await version();
    await same('/tickets/1/transfer', (department) => ({ department, agent: 0, version: v }), pairs);
    await same('/tickets/1/transfer', (agent) => ({ department: b.home.id, agent, version: v }), pairs);
    await same('/tickets/1/assign', (agent) => ({ agent, version: v }), pairs);
    await same('/tickets/new', (department) => ({ ...forms['/tickets/new'](b), department }), pairs);
    await same('/tickets/new', (agent) => ({ ...forms['/tickets/new'](b), agent }), pairs);
    await same('/profile', (takes) => ({ name: 'Olga Owner', has_takes: 1, takes }), pairs);
  });
  assert.deepEqual(await b.rows('COUNT(*)', 'ticket'), [['1']]);
  assert.deepEqual(await b.rows('department_id', 'department_member', `user_id = ${owner}`), [[b.home.id]]);
});

test('what belongs to another department is answered like what does not exist', async (t) => {
  const dee = await a.as(`Dee-${SECRET}`);
  const ofTickets = (r) => hasObject(r) && !isPublic(r) && forAgents.includes(r.needs);
  await unchanged(a, async () => {
    for (const route of routes.filter(ofTickets)) await t.test(route.key, () => sameAsMissing(dee, route, a));
  });
});

test("lists, counters and the customer card show one's own departments only", async () => {
  const dee = await a.as(`Dee-${SECRET}`);
  for (const view of ['open', 'mine', 'unassigned', 'all', 'answered', 'postponed', 'resolved', 'spam']) {
    const { status, body } = await dee.get(`/tickets?view=${view}`);
    assert.equal(status, 200, view);
    assert.ok(!body.includes('Secret'), view);
    assert.ok(!body.includes(`department=${a.home.id}`), view);
  }
  const { body } = await dee.get('/tickets?view=all');
  assert.match(body, /data-n="1">1</);
  assert.doesNotMatch(body, /data-n="[2-9]/);
  const ticket = await dee.get(`/tickets/${real.inBilling}`);
  assert.equal(ticket.status, 200);
  assert.ok(!ticket.body.includes('Secret'));
  const owners = await (await a.as()).get(`/tickets/${real.inBilling}`);
  assert.ok(owners.body.includes(`Secret ${SECRET} 2`), "the owner sees the customer's other tickets");
});

test('a department that one is not in cannot be listed or written to', async () => {
  const dee = await a.as(`Dee-${SECRET}`);
  const list = (id) => dee.get(`/tickets?department=${id}`);
  assert.deepEqual(face(await list(a.home.id), { x: a.home.id }), face(await list('987654321987'), missing));
  assert.equal((await list(a.home.id)).status, 404);
  await unchanged(a, async () => {
    const rs = await ask(dee, { method: 'POST', path: '/tickets/new' }, real, a);
    assert.equal(rs.status, 400, textOf(rs.body));
  });
});

test('nobody is sent to the login', async (t) => {
  await unchanged(a, async () => {
    for (const route of routes.filter((r) => !isPublic(r)))
      await t.test(route.key, async () => {
        const client = s.client(a);
        const token = await tokenOf(client, '/contact');
        const path = address(route.path, real);
        const rs = isForm(route)
          ? await client.post(path, { ...forms[route.path](a), token })
          : await client.get(path);
        assert.equal(rs.status, 303);
        assert.match(rs.headers.location, /^\/login(\?|$)/);
        assert.ok(!rs.body.includes(SECRET));
      });
  });
});

test('an agent may not configure, delete or read raw mails', async (t) => {
  const ann = await a.as(`Ann-${SECRET}`);
  await unchanged(a, async () => {
    for (const route of routes.filter((r) => forAdmins.includes(r.needs)))
      await t.test(route.key, async () => {
        const rs = await ask(ann, route, real, a);
        assert.equal(rs.status, 403);
        assert.ok(!rs.body.includes(`${SECRET}.txt`));
      });
  });
  assert.equal((await ann.get('/tickets?view=deleted')).status, 404);
});

/** Tokens that must not be good for a form of client. */
async function foreignTokens(client, route) {
  const page = isPublic(route) ? '/contact' : '/profile';
  const good = await tokenOf(client, page);
  return {
    none: null,
    empty: '',
    invented: good.replace(/^.{4}/, 'AAAA'),
    'of a colleague': await tokenOf(await a.as(`Ann-${SECRET}`)),
    'of another browser': await tokenOf(s.client(a), '/contact'),
    'of another tenant': await tokenOf(await b.as()),
    "of another tenant's browser": await tokenOf(s.client(b), '/contact'),
  };
}

async function refusesTokens(client, route) {
  const path = address(route.path, real);
  for (const [what, token] of Object.entries(await foreignTokens(client, route))) {
    const rs = await client.post(path, { ...forms[route.path](a), ...(token === null ? {} : { token }) });
    assert.equal(rs.status, 403, `${route.key}, token: ${what}`);
  }
}

async function refusesSites(client, route) {
  const path = address(route.path, real);
  const foreign = [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: `http://${b.host}:${s.port}` },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
  ];
  const token = await tokenOf(client, isPublic(route) ? '/contact' : '/profile');
  for (const headers of foreign) {
    const rs = await client.post(path, { ...forms[route.path](a), token }, headers);
    assert.equal(rs.status, 403, `${route.key} ${JSON.stringify(headers)}`);
  }
}

test('a form that is not of this session and site changes nothing', async (t) => {
  await unchanged(a, async () => {
    for (const route of routes.filter(isForm))
      await t.test(route.key, async () => {
        const client = isPublic(route) ? s.client(a) : await a.as();
        await refusesTokens(client, route);
        await refusesSites(client, route);
      });
  });
  assert.equal((await (await a.as()).get('/profile')).status, 200, 'the owner is still logged in');
});

test('a route takes its own method only', async (t) => {
  const owner = await a.as();
  const has = (method, path) => routes.some((r) => r.method === method && r.path === path);
  const answer = (method, path) => (method === 'POST' ? owner.post(path, {}) : owner.send(method, path));
  await unchanged(a, async () => {
    for (const path of new Set(routes.map((r) => r.path)))
      await t.test(path, async () => {
        for (const method of ['GET', 'POST', 'PUT', 'DELETE'].filter((m) => !has(m, path)))
          assert.equal((await answer(method, address(path, real))).status, 405, method);
      });
  });
});

/** How many statements an answer took, as its Server-Timing says. */
function statementsOf(rs, path) {
  const found = /\bdb;[^,]*desc="(\d+) statements"/.exec(rs.headers['server-timing'] ?? '');
  assert.ok(found, `${path} does not say how many statements it took`);
  return Number(found[1]);
}

/** What a page needs by itself: each worker asks once a second whose a host name is, and anew who works where once that
 * changed, so that one of the first answers may have taken more. */
async function statementsNeeded(asker, path) {
  let least = Infinity;
  for (let i = 0; i < 6 && least > 6; i++) least = Math.min(least, statementsOf(await asker.get(path), path));
  return least;
}

test('no page needs more than six statements', async (t) => {
  const askers = [await a.as(), await a.as('Ann'), s.client(a)];
  const isPage = (r) => r.method === 'GET' && !r.path.includes('/files/') && r.path !== '/events'; // nginx's own answers
  const readable = routes.filter(isPage).map((r) => address(r.path, real));
  for (const path of [...readable, '/tickets?view=all', '/tickets?view=mine', '/tickets?view=unassigned'])
    await t.test(path, async () => {
      for (const asker of askers) {
        const n = await statementsNeeded(asker, path);
        assert.ok(n <= 6, `${path} took ${n} statements`);
      }
    });
});

test('files of the disk have no address', async () => {
  const owner = await a.as();
  const [[file]] = await a.rows('file', 'attachment');
  for (const path of [`/-/data/${a.id}/${file}`, `/-/data/../data/${file}`, `/files/${file}`, '/-/data/'])
    assert.notEqual((await owner.get(path)).status, 200, path);
});

test('every form that changes something carries a token', async () => {
  const rs = await (await a.as()).get('/profile');
  assert.ok(
    formsOf(rs.body)
      .filter((f) => f.method === 'POST')
      .every((f) => f.fields.get('token')),
    'a POST form without token',
  );
});
