// tests/e2e/roles.test.mjs - roles of one's own (plugins/roles): made, given, taken away; what they let people see and do
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk, tokenOf } from '../support/desk.mjs';
import { leafText } from '../support/eml.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { install } from '../support/plugins.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const ROLES = '/plugins/roles';

let s;
let acme;
let globex;
let sales;
const ids = {};
const tickets = {};

before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 3'] });
  [acme, globex] = [await Desk.open(s), await Desk.open(s)];
  await install(s, 'roles');
  for (const desk of [acme, globex]) await turn('enable', desk);
  sales = await acme.department('Sales');
  ids.Adam = await acme.person('Adam', { role: 'admin' });
  for (const name of ['Mia', 'Ned', 'Tom']) ids[name] = await acme.person(name);
  ids.Sue = await acme.person('Sue', { department: sales });
  await acme.person('Gus').catch(() => {});
  ids.Gus = await acme.one(`SELECT id FROM user WHERE tenant_id = ${acme.id} AND name = 'Gus'`);
  tickets.free = await acme.open('owner', { subject: 'Zebra free' });
  tickets.mine = await acme.open('owner', { subject: 'Zebra mine', agent: ids.Mia });
  tickets.sales = await acme.open('owner', { subject: 'Zebra sales', department: sales });
});
after(() => s?.close());

/** Switches the plugin on or off as an admin does. */
async function turn(verb, desk = acme) {
  const rs = await (await desk.as()).submit('/config/plugins/roles', `/config/plugins/roles/${verb}`);
  assert.equal(rs.status, 303, textOf(rs.body));
}

const postForm = (page, action) => formsOf(page.body).find((f) => f.method === 'POST' && f.action === action);

/** Sends the POST form of a page of the plugin. */
async function send(by, path, fields, desk = acme) {
  const client = await desk.as(by);
  const page = await client.get(path);
  assert.equal(page.status, 200, `${path} for ${by}: ${textOf(page.body)}`);
  return client.sendForm(path, postForm(page, path), fields);
}

const roleId = (name, desk = acme) =>
  desk.one(`SELECT id FROM p_roles_role WHERE tenant_id = ${desk.id} AND name = '${name}'`);

/** { permission: key } of the boxes on a role's page; ticked: only those. */
function boxes(body, onlyTicked = false) {
  const all = [...body.matchAll(/<label class="check" title="([\w.]+)">(.*?)<\/label>/gs)].map(([, name, inside]) => {
    const [, key, more] = /name="permissions" value="(\d+)"([^>]*)>/.exec(inside);
    return { name, key, ticked: /checked/.test(more), off: /disabled/.test(more) };
  });
  return onlyTicked ? all.filter((b) => b.ticked).map((b) => b.name) : all;
}

/** Ticks exactly these; other fields as given. */
async function ticked(by, id, permissions, fields = {}, desk = acme) {
  const path = `${ROLES}/edit/${id}`;
  const all = boxes((await (await desk.as(by)).get(path)).body);
  const keys = permissions.map((name) => all.find((b) => b.name === name)?.key ?? assert.fail(name));
  return send(by, path, { permissions: keys, ...fields }, desk);
}

/** A role with these permissions: its id. reach: 1 all, 2 own, 3 assigned. */
async function role(name, reach, permissions, { by = 'owner', desk = acme, ...fields } = {}) {
  const rs = await send(by, `${ROLES}/new`, { name, copy: 1 }, desk);
  assert.equal(rs.status, 303, textOf(rs.body));
  const id = await roleId(name, desk);
  assert.equal(rs.headers.location, `${ROLES}/edit/${id}`);
  const saved = await ticked(by, id, permissions, { reach, ...fields }, desk);
  assert.equal(saved.status, 303, textOf(saved.body));
  return id;
}

/** Gives a person a role everywhere (0: the built-in one), and others in departments: { id: role }. */
async function give(name, id, places = {}, by = 'owner') {
  const path = `${ROLES}/person/${ids[name]}`;
  const form = postForm(await (await acme.as(by)).get(path), path);
  const departments = form.fields.getAll('departments');
  return (await acme.as(by)).sendForm(path, form, { role: id, roles: departments.map((d) => places[d] ?? 1) });
}
async function given(...args) {
  const rs = await give(...args);
  assert.equal(rs.status, 303, textOf(rs.body));
}

const LOOK = ['ticket.read'];
const WORK = ['ticket.read', 'ticket.create', 'ticket.answer', 'ticket.note', 'ticket.status', 'ticket.assign', 'ticket.transfer', 'ticket.spam'];

/** Numbers of the tickets that a page lists. */
const numbers = (body) => [...new Set([...body.matchAll(/href="\/tickets\/(\d+)"/g)].map((m) => Number(m[1])))].sort((a, b) => a - b);
const listed = async (name, query = 'view=all') => numbers((await (await acme.as(name)).get(`/tickets?${query}`)).body);
const found = async (name) => numbers((await (await acme.as(name)).get('/search?q=zebra')).body);
const badge = async (name, view) =>
  Number(new RegExp(`view=${view}"[^>]*>.*?<b data-n="(\\d+)"`).exec((await (await acme.as(name)).get('/profile')).body)[1]);
const statusOf = async (name, path) => (await (await acme.as(name)).get(path)).status;
const attachmentless = (number) => [`/tickets/${number}`, `/tickets/${number}/print`];

test('a role is made as a copy, named, changed, filtered, and says who has it', async () => {
  const id = await role('Readers', 1, LOOK);
  const owner = await acme.as();
  assert.deepEqual(boxes((await owner.get(`${ROLES}/edit/${id}`)).body, true), LOOK);
  const filtered = await owner.get(`${ROLES}/edit/${id}?q=SPAM`);
  assert.deepEqual(boxes(filtered.body).map((b) => b.name), ['ticket.spam']);
  const rs = await owner.sendForm(`${ROLES}/edit/${id}`, postForm(filtered, `${ROLES}/edit/${id}`), { name: 'Readers' });
  assert.equal(rs.status, 303);
  assert.deepEqual(boxes((await owner.get(`${ROLES}/edit/${id}`)).body, true), LOOK, 'what was not shown stays');
  assert.match((await owner.get(`${ROLES}/edit/${id}?q=xyzzy`)).body, /No permission has this text/);
  const list = textOf((await owner.get(ROLES)).body);
  for (const name of ['Readers', 'Agent', 'Admin', 'Owner']) assert.match(list, new RegExp(name));
  const copy = await send('owner', `${ROLES}/new`, { name: 'Copy', copy: id });
  assert.equal(copy.status, 303);
  const copied = await owner.get(copy.headers.location);
  assert.deepEqual(boxes(copied.body, true), LOOK);
  assert.match(copied.body, /name="reach" value="1" checked/);
  assert.deepEqual(
    (await acme.rows('action, detail', 'audit', "action LIKE 'roles.%' ORDER BY id")).slice(-1),
    [['roles.create', 'Copy']],
  );
});

test('forms that cannot be so are refused, and change nothing', async () => {
  const id = await roleId('Readers');
  const before_ = await acme.fingerprint();
  assert.equal((await send('owner', `${ROLES}/new`, { name: '  ', copy: 1 })).status, 422);
  assert.equal((await send('owner', `${ROLES}/new`, { name: 'readers', copy: 1 })).status, 422, 'the name is taken');
  assert.equal((await send('owner', `${ROLES}/new`, { name: 'x'.repeat(401), copy: 1 })).status, 422);
  assert.equal((await send('owner', `${ROLES}/edit/${id}`, { reach: 4 })).status, 400);
  assert.equal((await send('owner', `${ROLES}/edit/${id}`, { version: 99 })).status, 409);
  assert.equal((await send('owner', `${ROLES}/delete/${id}`, { heir: 12345 })).status, 422);
  assert.equal((await send('owner', `${ROLES}/delete/${id}`, { heir: id })).status, 422);
  assert.equal((await give('Mia', 12345)).status, 422);
  assert.equal((await give('Mia', 0, { [acme.home.id]: 12345 })).status, 400);
  assert.equal((await send('owner', `${ROLES}/person/${ids.Mia}`, { roles: [1], departments: [sales.id, acme.home.id] })).status, 400);
  for (const path of ['edit', 'delete', 'person', 'why']) assert.equal(await statusOf('owner', `${ROLES}/${path}/12345`), 404, path);
  assert.deepEqual(await acme.fingerprint(), before_);
});

test('only who manages roles comes here; another help desk has others', async () => {
  const id = await roleId('Readers');
  const paths = ['', '/new', `/edit/${id}`, `/delete/${id}`, '/people', `/person/${ids.Mia}`, `/why/${ids.Mia}`, `/ticket/${tickets.free}`];
  for (const path of paths) {
    assert.equal(await statusOf('Mia', ROLES + path), 403, path);
    assert.equal(await statusOf('Adam', ROLES + path), 200, path);
  }
  const other = await globex.as();
  for (const path of paths.slice(2)) if (path !== '/people') assert.equal((await other.get(ROLES + path)).status, 404, path);
  assert.doesNotMatch((await other.get(ROLES)).body, /Readers/);
  const token = await tokenOf(other);
  assert.equal((await other.post(`${ROLES}/edit/${id}`, { token, version: 1, name: 'Mine', reach: 1 })).status, 404);
  assert.equal((await other.post(`${ROLES}/delete/${id}`, { token: await tokenOf(other), heir: 0 })).status, 404);
  assert.equal((await other.post(`${ROLES}/for-new`, { token: await tokenOf(other), role: id })).status, 404);
  assert.equal(await roleId('Readers'), id);
  await role('Readers', 2, WORK, { desk: globex });
});

test('reading only: everything is seen, nothing is done', async () => {
  const id = await role('Watchers', 1, WORK, { read_only: 1 });
  await given('Ned', id);
  assert.deepEqual(await listed('Ned'), [tickets.free, tickets.mine, tickets.sales]);
  const page = await (await acme.as('Ned')).get(`/tickets/${tickets.free}`);
  assert.equal(page.status, 200);
  assert.deepEqual(formsOf(page.body).filter((f) => f.action.startsWith('/tickets/')), [], 'no form is shown');
  assert.doesNotMatch(page.body, /href="\/tickets\/new"/);
  const before_ = await acme.ticket(tickets.free);
  for (const [verb, fields] of Object.entries({
    answer: { text: 'No.' },
    note: { text: 'No.' },
    resolve: {},
    answered: {},
    postpone: { until: '2037-01-01T10:00' },
    spam: {},
    delete: {},
    assign: { agent: 'me' },
    transfer: { department: sales.id },
  }))
    assert.equal((await acme.act('Ned', tickets.free, verb, fields)).status, 403, verb);
  assert.equal(await statusOf('Ned', '/tickets/new'), 403);
  assert.deepEqual(await acme.ticket(tickets.free), before_);
  assert.equal((await acme.act('owner', tickets.free, 'assign', { agent: ids.Ned })).status, 400, 'who only looks gets nothing');
});

test('only assigned ones: list, search, address, badges', async () => {
  await given('Mia', await role('Team', 3, ['ticket.read', 'ticket.note']));
  assert.deepEqual(await listed('Mia'), [tickets.mine]);
  assert.deepEqual(await listed('Mia', 'view=open'), [tickets.mine]);
  assert.deepEqual(await listed('Mia', 'view=unassigned'), []);
  assert.deepEqual(await listed('Mia', `view=open&department=${acme.home.id}`), [tickets.mine]);
  assert.deepEqual(await found('Mia'), [tickets.mine]);
  assert.equal(await badge('Mia', 'open'), 1);
  assert.equal(await badge('Mia', 'unassigned'), 0);
  for (const path of attachmentless(tickets.mine)) assert.equal(await statusOf('Mia', path), 200, path);
  for (const path of [...attachmentless(tickets.free), ...attachmentless(tickets.sales)])
    assert.equal(await statusOf('Mia', path), 404, path);
  assert.equal((await acme.act('Mia', tickets.free, 'note', { text: 'Hm.' })).status, 404);
  await acme.do('Mia', tickets.mine, 'note', { text: 'Hm.' });
  assert.equal((await acme.act('Mia', tickets.mine, 'answer', { text: 'Hm.' })).status, 403);
  await acme.do('owner', tickets.sales, 'assign', { agent: ids.Mia });
  assert.deepEqual(await listed('Mia'), [tickets.mine, tickets.sales], 'wherever it is');
  await acme.do('owner', tickets.sales, 'assign', { agent: 0 });
  assert.equal(await statusOf('Mia', `/tickets/${tickets.sales}`), 404);
});

test('another role in one department', async () => {
  const lead = await role('Leads', 2, [...WORK, 'ticket.delete']);
  await given('Tom', 0, { [sales.id]: lead });
  assert.deepEqual(await listed('Tom'), [tickets.free, tickets.mine, tickets.sales], 'it lets in');
  assert.equal((await acme.act('Tom', tickets.free, 'delete')).status, 403);
  await acme.do('Tom', tickets.sales, 'delete');
  assert.deepEqual(await listed('Tom', 'view=deleted'), [tickets.sales]);
  await acme.do('Tom', tickets.sales, 'restore');
  await given('Tom', 0);
  assert.equal(await statusOf('Tom', `/tickets/${tickets.sales}`), 404);
});

test('a change binds on the next request of every process, whatever session is open', async () => {
  const boss = await role('Bosses', 1, [...WORK, 'config.agents', 'mail.log']);
  const sue = await acme.as('Sue');
  assert.equal((await sue.get('/config/agents')).status, 403);
  await given('Sue', boss);
  for (let i = 0; i < 6; i++) assert.equal((await sue.get('/config/agents')).status, 200);
  assert.match((await sue.get('/tickets')).body, /href="\/config\/mail"/);
  assert.equal((await sue.get('/config/departments')).status, 403);
  assert.doesNotMatch((await sue.get('/tickets')).body, /href="\/config\/departments"/);
  await ticked('owner', boss, [...WORK, 'mail.log'], { reach: 2 });
  for (let i = 0; i < 6; i++) assert.equal((await sue.get('/config/agents')).status, 403);
  assert.deepEqual(await listed('Sue'), [tickets.sales]);
  const rs = await send('owner', `${ROLES}/delete/${boss}`, { heir: 0 });
  assert.equal(rs.status, 303);
  for (let i = 0; i < 6; i++) assert.equal((await sue.get('/config/mail')).status, 403);
  assert.equal((await sue.get('/tickets')).status, 200, 'the built-in role is left');
});

test('nobody gives what they do not have', async () => {
  const small = await role('Helpers', 1, [...WORK, 'roles.manage', 'roles.inspect', 'config.agents']);
  const big = await role('Big', 1, [...WORK, 'ticket.delete', 'config.plugins']);
  await given('Gus', small);
  const gus = await acme.as('Gus');
  const page = await gus.get(`${ROLES}/edit/${small}`);
  const before_ = await acme.fingerprint();
  assert.ok(boxes(page.body).find((b) => b.name === 'ticket.delete').off, 'the box cannot be ticked');
  const key = boxes(page.body).find((b) => b.name === 'ticket.delete').key;
  const form = () => gus.get(`${ROLES}/edit/${small}`).then((p) => postForm(p, `${ROLES}/edit/${small}`));
  const keys = (await form()).fields.getAll('permissions');
  assert.equal((await gus.sendForm('/', await form(), { permissions: [...keys, key] })).status, 403, 'a forged tick');
  assert.equal((await give('Gus', big, {}, 'Gus')).status, 403, 'to oneself');
  assert.equal((await give('Tom', big, {}, 'Gus')).status, 403);
  assert.equal((await give('Tom', 0, { [sales.id]: big }, 'Gus')).status, 403);
  const edit = { token: await tokenOf(gus), version: 2, name: 'Big', reach: 1 };
  assert.equal((await gus.post(`${ROLES}/edit/${big}`, edit)).status, 403, 'nor take it away');
  assert.equal((await gus.post(`${ROLES}/delete/${big}`, { token: await tokenOf(gus), heir: 0 })).status, 403);
  assert.equal((await gus.post(`${ROLES}/for-new`, { token: await tokenOf(gus), role: big })).status, 403);
  for (const who of [ids.Adam, await acme.one(`SELECT id FROM user WHERE tenant_id = ${acme.id} AND role = 3`)]) {
    const [[version] = [0]] = await acme.rows('version', 'p_roles_person', `user_id = ${who}`);
    const forged = { token: await tokenOf(gus), version, role: small };
    assert.equal((await gus.post(`${ROLES}/person/${who}`, forged)).status, 403, 'admins and owners');
    assert.equal(await statusOf('Gus', `/config/agents/${who}`), 403);
  }
  const path = `/config/agents/${ids.Tom}`;
  assert.doesNotMatch((await gus.get(path)).body, /value="admin"/);
  for (const wanted of ['admin', 'owner'])
    assert.equal((await gus.submit(path, path, { role: wanted, departments: [acme.home.id] })).status, 403, wanted);
  assert.equal((await send('Gus', `${ROLES}/new`, { name: 'As admin', copy: 2 })).status, 403);
  assert.deepEqual(await acme.fingerprint(), before_);
  await given('Tom', small, {}, 'Gus');
  assert.equal((await gus.submit(path, path, { name: 'Thomas', departments: [acme.home.id] })).status, 303);
  await given('Tom', 0, {}, 'Gus');
});

test('the last owner stays, whatever roles say', async () => {
  const owner = await acme.one(`SELECT id FROM user WHERE tenant_id = ${acme.id} AND role = 3`);
  const everything = await send('owner', `${ROLES}/new`, { name: 'Everything', copy: 2 });
  const id = await roleId('Everything');
  assert.equal(everything.status, 303);
  assert.doesNotMatch((await (await acme.as()).get(`${ROLES}/edit/${id}`)).body, /title="owner"/);
  await given('Gus', id);
  assert.equal(await statusOf('Gus', `/config/agents/${owner}`), 403);
  assert.equal(await statusOf('Adam', `/config/agents/${owner}`), 403);
  const gus = await acme.as('Gus');
  assert.equal((await gus.get('/config/departments')).status, 200);
  assert.equal((await gus.post(`/config/agents/${owner}/delete`, { token: await tokenOf(gus) })).status, 403);
  assert.deepEqual(await acme.rows('role, status', 'user', `id = ${owner}`), [['3', '1']]);
  await given('Gus', 0);
});

test('who is new begins with the role for new people', async () => {
  const id = await roleId('Readers');
  assert.equal((await (await acme.as()).submit(ROLES, `${ROLES}/for-new`, { role: id })).status, 303);
  const rs = await (await acme.as()).submit('/config/agents/new', '/config/agents/new', {
    name: 'Nina',
    email: `nina@${acme.name}.example`,
    role: 'agent',
    departments: [acme.home.id],
  });
  assert.equal(rs.status, 303, textOf(rs.body));
  const nina = await acme.one(`SELECT id FROM user WHERE tenant_id = ${acme.id} AND name = 'Nina'`);
  assert.deepEqual(await acme.rows('role_id', 'p_roles_person', `user_id = ${nina}`), [[id]]);
  assert.match(textOf((await (await acme.as()).get(`/config/agents/${nina}`)).body), /Readers/);
  assert.equal((await (await acme.as()).submit(ROLES, `${ROLES}/for-new`, { role: 0 })).status, 303);
});

test('what somebody may do, and why', async () => {
  const lead = await roleId('Leads');
  await given('Tom', await roleId('Team'), { [sales.id]: lead });
  const why = await (await acme.as('Adam')).get(`${ROLES}/why/${ids.Tom}`);
  const rows = (from) => [...from.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map((m) => textOf(m[1]).replace(/\s+/g, ' ').trim());
  const all = rows(why.body);
  assert.ok(all.includes(`${acme.home.name} only assigned ones The role Team reaches only assigned tickets.`), all.join('\n'));
  assert.ok(all.includes('Sales all tickets Has the role Leads in this department.'), all.join('\n'));
  assert.ok(all.some((r) => /^Delete and restore tickets yes Sales By the role Leads\.$/.test(r)), all.join('\n'));
  assert.ok(all.some((r) => /^Write notes yes By the role (Leads, Team|Team, Leads)\.$/.test(r)), all.join('\n'));
  assert.ok(all.some((r) => /^Manage agents no No role gives it\.$/.test(r)), all.join('\n'));
  const admin = rows((await (await acme.as()).get(`${ROLES}/why/${ids.Adam}`)).body);
  assert.ok(admin.includes('Sales all tickets Admins see all tickets.'), admin.join('\n'));
  await given('Tom', 0);
});

test('who may see a ticket, and why: exactly those who can', async () => {
  await acme.do('owner', tickets.sales, 'assign', { agent: ids.Mia });
  const page = await (await acme.as()).get(`/tickets/${tickets.sales}`);
  assert.match(page.body, new RegExp(`href="${ROLES}/ticket/${tickets.sales}"`));
  assert.doesNotMatch((await (await acme.as('Mia')).get(`/tickets/${tickets.sales}`)).body, new RegExp(`${ROLES}/ticket`));
  const who = await (await acme.as()).get(`${ROLES}/ticket/${tickets.sales}`);
  const named = [...who.body.matchAll(/href="\/plugins\/roles\/why\/\d+">([^<]+)</g)].map((m) => m[1]);
  assert.match(textOf(who.body), /It is assigned to this person\./);
  for (const name of ['owner', 'Adam', 'Mia', 'Ned', 'Sue', 'Tom', 'Gus']) {
    const shown = await acme.one(`SELECT name FROM user WHERE tenant_id = ${acme.id} AND email = '${acme.emails.get(name)}'`);
    const sees = (await statusOf(name, `/tickets/${tickets.sales}`)) === 200;
    assert.equal(named.includes(shown), sees, `${name}: ${named}`);
  }
  assert.equal(await statusOf('owner', `${ROLES}/ticket/99999`), 404);
  await acme.do('owner', tickets.sales, 'assign', { agent: 0 });
});

test('switched off, the built-in roles are what counts; on again, nothing was lost', async () => {
  assert.deepEqual(await listed('Mia'), [tickets.mine]);
  await turn('disable');
  assert.deepEqual(await listed('Mia'), [tickets.free, tickets.mine]);
  assert.equal((await (await acme.as()).get(ROLES)).status, 404);
  await turn('enable');
  assert.deepEqual(await listed('Mia'), [tickets.mine]);
});

test('row 92: people are told of the tickets that their role lets them see, and not of others', async () => {
  const told = async (name) => {
    await waitFor('people to be told', async () => (await acme.rows('1', 'job', "kind = 'notice.tell'")).length === 0);
    return numbers((await (await acme.as(name)).get('/notices')).body);
  };
  const ofTwo = async (name) => {
    const fresh = [await acme.open('owner', { subject: 'Told' }), await acme.open('owner', { subject: 'Given', agent: ids[name] })];
    const all = await told(name);
    return fresh.map((number) => all.includes(number));
  };
  await given('Ned', await roleId('Team'));
  assert.deepEqual(await ofTwo('Ned'), [false, true], 'only assigned tickets');
  await given('Ned', 0);
  assert.deepEqual(await ofTwo('Ned'), [true, true], 'all of the department');
  const all = await told('Ned');
  await given('Ned', await roleId('Team'));
  const mine = await told('Ned');
  assert.ok(mine.length > 0 && mine.length < all.length, 'what is told already is seen no longer');
  const [[waiting]] = await acme.rows('COUNT(*)', 'notice', `user_id = ${ids.Ned} AND mail = 1`);
  assert.ok(Number(waiting) > 0);
  await acme.s.sql(`UPDATE notice SET mail = 1 WHERE tenant_id = ${acme.id} AND user_id = ${ids.Ned}; UPDATE job SET due_at = 1 WHERE tenant_id = ${acme.id} AND kind = 'notice.mail'`);
  const letter = await waitFor('the mail', () => acme.outbox(acme.emails.get('Ned'))[0]);
  const mailed = [...letter.raw.replace(/=\r?\n/g, '').matchAll(/tickets\/(\d+)\r?\n/g)].map((m) => Number(m[1])).sort((x, y) => x - y);
  assert.deepEqual(mailed, mine);
  await given('Ned', 0);
});

test('who may work less gives tickets back: counted first, then each with one event', async () => {
  const work = ['ticket.read', 'ticket.answer', 'ticket.note', 'ticket.status'];
  const id = await role('Worker', 2, work);
  ids.Rita = await acme.person('Rita');
  const give = (to) => send('owner', `${ROLES}/person/${ids.Rita}`, { role: to });
  assert.equal((await give(id)).status, 303);
  const held = [await acme.open('owner', { agent: ids.Rita }), await acme.open('owner', { agent: ids.Rita })];
  const done = await acme.open('owner', { agent: ids.Rita });
  await acme.do('Rita', done, 'resolve');
  const agents = async () => [(await acme.ticket(held[0])).agent_id, (await acme.ticket(held[1])).agent_id];
  const events = async () => (await acme.events(held[0], 'assigned')).length;
  const n = await events();
  const owner = await acme.as();
  const tried = await ticked('owner', id, work, { read_only: '1' });
  assert.equal(tried.status, 422);
  assert.match(textOf(tried.body), /2 tickets go back to their departments\. It concerns 1 person\./);
  assert.deepEqual(await agents(), [ids.Rita, ids.Rita], 'nothing has happened yet');
  assert.equal((await owner.sendForm(`${ROLES}/edit/${id}`, postForm(tried, `${ROLES}/edit/${id}`))).status, 303);
  assert.deepEqual(await agents(), [null, null]);
  assert.equal((await acme.ticket(done)).agent_id, ids.Rita, 'what is done stays theirs');
  assert.equal(await events(), n + 1);
  const last = (await acme.events(held[0], 'assigned')).at(-1);
  assert.deepEqual([last.reason, Number(last.actor)], ['the role changed', 1]);
  await waitFor('the department to be told', () => acme.outbox(acme.emails.get('Ned')).some((m) => /Rita/.test(leafText(m, 'text/plain'))));
  assert.equal((await ticked('owner', id, work, { read_only: [] })).status, 303, 'more is not asked about');
});

test('another role for a person, and the end of a role, give tickets back as well', async () => {
  const worker = await roleId('Worker');
  const idle = await role('Idle', 2, ['ticket.read']);
  const number = await acme.open('owner', { agent: ids.Rita });
  const agent = async () => (await acme.ticket(number)).agent_id;
  const owner = await acme.as();
  const tried = await send('owner', `${ROLES}/person/${ids.Rita}`, { role: idle });
  assert.equal(tried.status, 422);
  assert.match(textOf(tried.body), /1 ticket goes back to its department\./);
  assert.equal(await agent(), ids.Rita);
  const path = `${ROLES}/delete/${worker}`;
  const end = await send('owner', path, { heir: idle });
  assert.equal(end.status, 422);
  const page = await owner.sendForm(path, postForm(end, path));
  assert.equal(page.status, 303, textOf(page.body));
  assert.equal(await agent(), null);
  assert.equal(await acme.one(`SELECT role_id FROM p_roles_person WHERE tenant_id = ${acme.id} AND user_id = ${ids.Rita}`), idle);
  assert.match((await owner.get('/config/agents')).body, /data-label="Custom role">\s*Idle/, 'the list of people says so');
});

test('parked, it leaves agents only what is theirs in any case, until an admin decides', async () => {
  const park = (state) => s.sql(`UPDATE plugin_tenant SET state = ${state}, reason = 'crashed: signal 11' WHERE tenant_id = ${acme.id} AND plugin = 'roles'; UPDATE roster SET plugin_revision = plugin_revision + 1 WHERE tenant_id = ${acme.id}`);
  await acme.open('owner', { agent: ids.Tom, subject: 'Zebra of Tom' });
  const before_ = await listed('Tom');
  assert.ok(before_.includes(tickets.free), 'the built-in role sees its department');
  await park(3);
  await sleep(1100);
  const now = await listed('Tom');
  assert.equal(now.length, 1, 'the one that is assigned to Tom');
  assert.deepEqual(await listed('Mia'), [tickets.mine]);
  assert.equal(await statusOf('Tom', `/tickets/${tickets.free}`), 404);
  assert.equal(await statusOf('owner', `/tickets/${tickets.free}`), 200);
  assert.equal(await statusOf('Adam', `/tickets/${tickets.sales}`), 200);
  const page = await (await acme.as()).get('/config/plugins/roles');
  assert.match(textOf(page.body), /Until you switch it on again, or off for good, agents see only tickets that are assigned to them/);
  await turn('disable');
  assert.ok((await listed('Tom')).includes(tickets.free), 'off on purpose is off');
  await turn('enable');
  assert.deepEqual(await listed('Tom'), before_);
});
