// tests/e2e/people.test.mjs - coming in, going out, being invited, demoted, switched off
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { leafText, leavesOf } from '../support/eml.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { PASSWORD, openStack } from '../support/stack.mjs';

const NEW_PASSWORD = 'another-fine-password-8';

let s;
let desk;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  await desk.person('Ann');
  await desk.person('Adam', { role: 'admin' });
});
after(() => s?.close());

const tryLogin = (email, password, client = s.client(desk)) =>
  client.submit('/login', '/login', { email, password });
const idOf = async (email) => (await desk.rows('id', 'user', `email = '${email}'`))[0][0];
const userRow = async (email) => (await desk.rows('role, status', 'user', `email = '${email}'`))[0];

async function edit(by, email, fields) {
  const path = `/config/agents/${await idOf(email)}`;
  return (await desk.as(by)).submit(path, path, fields);
}

/** The way to a one-time link in the n-th automatic mail to somebody. */
async function linkTo(email, n = 1) {
  const text = leafText(await desk.automaticTo(email, n), 'text/plain');
  const [, host, path] = /https?:\/\/([^/\s]+)(\/password\/\S+)/.exec(text);
  assert.equal(host.split(':')[0], desk.host);
  return path;
}

const choosePassword = (path, password, client = s.client(desk)) => client.submit(path, path, { password });

async function invite(name, fields = {}) {
  const email = `${name.toLowerCase()}@${desk.name}.example`;
  const rs = await (
    await desk.as()
  ).submit('/config/agents/new', '/config/agents/new', {
    name,
    email,
    role: 'agent',
    departments: [desk.home.id],
    ...fields,
  });
  assert.equal(rs.status, 303, textOf(rs.body));
  return email;
}

test('who is invited gets a link, chooses a password, is in; the link works once', async () => {
  const email = await invite('Ida');
  assert.deepEqual(await userRow(email), ['1', '2']);
  const letter = await desk.automaticTo(email);
  assert.doesNotMatch(
    leavesOf(letter.raw)
      .map((l) => l.bytes.toString())
      .join(),
    /password: /i,
    'no password in a mail',
  );
  const path = await linkTo(email);
  const client = s.client(desk);
  const rs = await choosePassword(path, NEW_PASSWORD, client);
  assert.equal(rs.status, 303, textOf(rs.body));
  assert.equal((await client.get('/tickets')).status, 200);
  assert.equal((await s.client(desk).get(path)).status, 404);
  const again = await s
    .client(desk)
    .post(path, { token: await tokenOf(s.client(desk), '/contact'), password: PASSWORD });
  assert.ok([403, 404].includes(again.status));
  assert.equal((await tryLogin(email, NEW_PASSWORD)).status, 303);
});

test('a link that was touched, cut or of another help desk opens nothing', async () => {
  const path = await linkTo(await invite('Ivo'));
  const neighbour = await Desk.open(s);
  assert.equal((await s.client(neighbour).get(path)).status, 404);
  for (const wrong of [
    path.slice(0, -1),
    `${path}A`,
    path.replace(/.$/, (c) => (c === 'A' ? 'Q' : 'A')),
    '/password/x',
    `${path.toUpperCase().replace('/PASSWORD', '/password')}`,
  ])
    assert.equal((await s.client(desk).get(wrong)).status, 404, wrong);
  assert.equal((await s.client(desk).get(path)).status, 200);
});

test('an invitation that is sent again replaces the first', async () => {
  const email = await invite('Iris');
  const first = await linkTo(email);
  const id = await idOf(email);
  assert.equal(
    (await (await desk.as()).submit(`/config/agents/${id}`, `/config/agents/${id}/invite`)).status,
    303,
  );
  const second = await linkTo(email, 2);
  assert.notEqual(second, first);
  assert.equal((await s.client(desk).get(first)).status, 404);
  assert.equal((await choosePassword(second, NEW_PASSWORD)).status, 303);
});

test('a weak password is not taken, and the link stays good', async () => {
  const path = await linkTo(await invite('Ines'));
  for (const weak of ['short', 'a'.repeat(7)]) {
    const rs = await choosePassword(path, weak);
    assert.equal(rs.status, 422, weak);
    assert.match(rs.body, /class="error"/);
  }
  assert.equal((await choosePassword(path, `long and with żółć ${'x'.repeat(64)}`)).status, 303);
});

test('an address that somebody has cannot be invited; a role is required', async () => {
  const owner = await desk.as();
  const send = (fields) =>
    owner.submit('/config/agents/new', '/config/agents/new', {
      name: 'Twin',
      email: 'twin@mail.example',
      departments: [desk.home.id],
      ...fields,
    });
  const twin = await send({ role: 'agent', email: desk.emails.get('Ann').toUpperCase() });
  assert.equal(twin.status, 422);
  assert.match(textOf(twin.body), /Somebody here has this address already/);
  for (const role of [null, 'king', ''])
    assert.ok([400, 422].includes((await send({ role })).status), `role ${role}`);
  assert.deepEqual(await desk.rows('id', 'user', "email = 'twin@mail.example'"), []);
});

test('the cookie of a session is host-bound, secure, hidden from scripts; a login makes a new one', async () => {
  const client = s.client(desk);
  const before = await tryLogin(desk.emails.get('Ann'), 'wrong', client);
  assert.ok(
    !before.cookies.some((c) => c.startsWith('__Host-deskd=')),
    'no session before the password is right',
  );
  client.cookies.set('__Host-deskd', 'A'.repeat(43));
  const rs = await tryLogin(desk.emails.get('Ann'), PASSWORD, client);
  const [cookie] = rs.cookies.filter((c) => c.startsWith('__Host-deskd='));
  for (const flag of [/; *Secure/i, /; *HttpOnly/i, /; *SameSite=Lax/i, /; *Path=\/(;|$)/i])
    assert.match(cookie, flag);
  assert.doesNotMatch(cookie, /Domain=/i);
  const token = /=([^;]*)/.exec(cookie)[1];
  assert.notEqual(token, 'A'.repeat(43));
  const [[stored]] = await desk.rows(
    'COUNT(*)',
    'session',
    `token_hash = '${token}' OR HEX(token_hash) = HEX('${token}')`,
  );
  assert.equal(stored, '0', 'the database knows a hash only');
});

test('a wrong password, an unknown address and a person switched off are answered alike', async () => {
  await desk.person('Otto');
  await edit('owner', desk.emails.get('Otto'), { status: 'inactive' });
  const face = (rs, email) => [
    rs.status,
    rs.body.replaceAll(email, 'EMAIL').replace(/name="token" value="[^"]*"/g, ''),
  ];
  const faces = [];
  for (const [email, password] of [
    [desk.emails.get('Ann'), 'wrong'],
    ['nobody@mail.example', 'wrong'],
    [desk.emails.get('Otto'), PASSWORD],
  ])
    faces.push(face(await tryLogin(email, password), email));
  assert.equal(faces[0][0], 422);
  assert.deepEqual(faces[1], faces[0]);
  assert.deepEqual(faces[2], faces[0]);
});

test('ten wrong passwords, and the account rests: the right one does not help strangers', async () => {
  const own = await Desk.open(s);
  await own.person('Ben');
  const email = own.emails.get('Ben');
  for (let i = 0; i < 10; i++)
    assert.equal((await tryLogin(email, `wrong ${i}`, s.client(own))).status, 422, `try ${i}`);
  assert.equal((await tryLogin(email, 'wrong', s.client(own))).status, 429);
  assert.equal((await tryLogin(email, PASSWORD, s.client(own))).status, 429);
  assert.equal((await tryLogin(own.owner, PASSWORD, s.client(own))).status, 303, 'others are not locked out');
});

test('after the login one is where one wanted to go, within this host', async () => {
  const rs = await s.client(desk).get('/tickets?view=mine');
  assert.match(rs.headers.location, /^\/login\?next=/);
  const back = await s
    .client(desk)
    .submit(rs.headers.location, '/login', { email: desk.emails.get('Ann'), password: PASSWORD });
  assert.equal(back.headers.location, '/tickets?view=mine');
  for (const evil of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    const client = s.client(desk);
    const form = formsOf((await client.get(`/login?next=${encodeURIComponent(evil)}`)).body).find(
      (f) => f.action === '/login',
    );
    const to = await client.sendForm('/login', form, {
      email: desk.emails.get('Ann'),
      password: PASSWORD,
      next: evil,
    });
    assert.match(to.headers.location, /^\/(?![/\\])/, evil);
    assert.doesNotMatch(to.headers.location, /evil/);
  }
});

test('who logs out is out, also with a kept cookie', async () => {
  const client = await s.login(desk, desk.emails.get('Ann'));
  const kept = new Map(client.cookies);
  assert.equal((await client.submit('/tickets', '/logout')).headers.location, '/login');
  client.cookies = kept;
  assert.match((await client.get('/tickets')).headers.location, /^\/login/);
});

test('a forgotten password: the same page for everybody, a link for who exists, all sessions end', async () => {
  await desk.person('Fay');
  const email = desk.emails.get('Fay');
  const inside = await s.login(desk, email);
  const ask = async (who) =>
    textOf((await s.client(desk).submit('/forgot', '/forgot', { email: who })).body).replaceAll(who, 'EMAIL');
  assert.equal(await ask('nobody@mail.example'), await ask(email));
  const path = await linkTo(email);
  assert.equal((await choosePassword(path, NEW_PASSWORD)).status, 303);
  assert.match((await inside.get('/tickets')).headers.location, /^\/login/);
  assert.equal((await tryLogin(email, PASSWORD)).status, 422);
  assert.equal((await tryLogin(email, NEW_PASSWORD)).status, 303);
  await desk.quiet();
  assert.deepEqual(await desk.rows('id', 'outbox', "recipient = 'nobody@mail.example'"), []);
});

test('links name the host of the help desk, whatever the request says', async () => {
  await desk.person('Host');
  const client = s.client(desk);
  const token = await tokenOf(client, '/forgot');
  const rs = await client.post(
    '/forgot',
    { token, email: desk.emails.get('Host') },
    { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' },
  );
  assert.equal(rs.status, 200);
  await linkTo(desk.emails.get('Host')); // looks at the host itself
});

test("one's own password: the old one is asked for, other browsers are out, this one stays", async () => {
  await desk.person('Pia');
  const email = desk.emails.get('Pia');
  const [here, there] = [await s.login(desk, email), await s.login(desk, email)];
  const change = (current) =>
    here.submit('/profile', '/profile/password', { current_password: current, new_password: NEW_PASSWORD });
  assert.equal((await change('wrong')).status, 422);
  assert.equal((await change(PASSWORD)).status, 303);
  assert.equal((await here.get('/profile')).status, 200);
  assert.match((await there.get('/profile')).headers.location, /^\/login/);
});

test('a demoted admin has no configuration on the very next request, a promoted agent has', async () => {
  await desk.person('Mia', { role: 'admin' });
  const email = desk.emails.get('Mia');
  const mia = await desk.as('Mia');
  assert.equal((await mia.get('/config/agents')).status, 200);
  await edit('owner', email, { role: 'agent', departments: [] });
  const now = await mia.get('/config/agents');
  assert.ok([303, 403].includes(now.status), `${now.status}`);
  const ticket = await desk.open('owner');
  const client = await s.login(desk, email);
  assert.equal((await client.get('/config/agents')).status, 403);
  assert.equal((await client.get(`/tickets/${ticket}`)).status, 404, 'of no department any more');
  await edit('owner', email, { role: 'admin' });
  const again = now.status === 303 ? await s.login(desk, email) : client;
  assert.equal((await again.get('/config/agents')).status, 200);
  assert.equal((await again.get(`/tickets/${ticket}`)).status, 200);
});

test('a renamed department is so in every worker on the very next request', async () => {
  const desk = await Desk.open(s);
  const renamed = await desk.department('Before');
  const owner = await desk.as();
  const ask = () => Promise.all(Array.from({ length: 12 }, () => owner.get('/tickets')));
  for (const rs of await ask()) assert.match(rs.body, /Before/);
  const path = `/config/departments/${renamed.id}`;
  const rs = await owner.submit(path, path, { name: 'Afterwards' });
  assert.equal(rs.status, 303);
  for (const page of await ask()) {
    assert.match(page.body, /Afterwards/);
    assert.doesNotMatch(page.body, /Before/);
  }
});

test('who is switched off or deleted is out on the very next request', async () => {
  for (const [name, leave] of [
    ['Ula', (email) => edit('owner', email, { status: 'inactive' })],
    [
      'Una',
      async (email) => (await desk.as()).submit(`/config/agents/${await idOf(email)}/delete`, /\/delete$/),
    ],
  ]) {
    await desk.person(name);
    const client = await desk.as(name);
    assert.equal((await client.get('/tickets')).status, 200);
    assert.equal((await leave(desk.emails.get(name))).status, 303);
    assert.match((await client.get('/tickets')).headers.location ?? '', /^\/login/, name);
    assert.equal((await tryLogin(desk.emails.get(name), PASSWORD)).status, 422);
  }
});

test('the last owner stays owner, active and there', async () => {
  const id = await idOf(desk.owner);
  const owner = await desk.as();
  const version = async () => (await desk.rows('version', 'user', `id = ${id}`))[0][0];
  const post = async (path, fields) =>
    owner.post(path, { token: await tokenOf(owner), version: await version(), ...fields });
  for (const fields of [{ role: 'agent' }, { role: 'admin' }, { status: 'inactive' }])
    assert.notEqual(
      (await post(`/config/agents/${id}`, { name: 'Olga Owner', departments: desk.home.id, ...fields }))
        .status,
      303,
      JSON.stringify(fields),
    );
  assert.notEqual((await post(`/config/agents/${id}/delete`, {})).status, 303);
  assert.deepEqual(await userRow(desk.owner), ['3', '1']);
});

test('an admin cannot touch or make an owner', async () => {
  const adam = await desk.as('Adam');
  const id = await idOf(desk.owner);
  const old = await desk.fingerprint();
  assert.equal((await adam.get(`/config/agents/${id}`)).status, 403);
  for (const [path, fields] of [
    [`/config/agents/${id}`, { name: 'Hacked', role: 'owner', version: 1 }],
    [`/config/agents/${id}/delete`, { version: 1 }],
    [`/config/agents/${id}/reset`, {}],
    [`/config/agents/${id}/invite`, {}],
  ])
    assert.equal((await adam.post(path, { token: await tokenOf(adam), ...fields })).status, 403, path);
  const ann = await idOf(desk.emails.get('Ann'));
  const made = await adam.submit(`/config/agents/${ann}`, `/config/agents/${ann}`, { role: 'owner' });
  assert.ok([403, 422].includes(made.status), `${made.status}`);
  const invited = await adam.submit('/config/agents/new', '/config/agents/new', {
    name: 'New',
    email: 'new@mail.example',
    role: 'owner',
  });
  assert.ok([403, 422].includes(invited.status), `${invited.status}`);
  assert.deepEqual(await desk.fingerprint(), old);
  assert.doesNotMatch((await adam.get('/config/agents/new')).body, /value="owner"/);
});

test('two admins who edit one person: the second is told and sees what was typed', async () => {
  await desk.person('Eva');
  const path = `/config/agents/${await idOf(desk.emails.get('Eva'))}`;
  const form = formsOf((await (await desk.as('Adam')).get(path)).body).find((f) => f.action === path);
  assert.equal((await edit('owner', desk.emails.get('Eva'), { name: 'Eva First' })).status, 303);
  const rs = await (await desk.as('Adam')).sendForm(path, form, { name: 'Eva Second' });
  assert.equal(rs.status, 409);
  assert.ok(rs.body.includes('value="Eva Second"'));
  assert.equal((await desk.rows('name', 'user', `email = '${desk.emails.get('Eva')}'`))[0][0], 'Eva First');
});

test('what a form does not declare does not exist', async () => {
  const ann = await desk.as('Ann');
  const rs = await ann.submit('/profile', '/profile', {
    role: 'owner',
    tenant_id: '1',
    email: 'x@mail.example',
    status: '3',
    is_admin: '1',
    password_hash: 'x',
  });
  assert.equal(rs.status, 303);
  assert.deepEqual(await userRow(desk.emails.get('Ann')), ['1', '1']);
});

test('changes of people are in the audit log', async () => {
  const email = await invite('Log');
  await edit('owner', email, { name: 'Logged' });
  const [[who]] = await desk.rows('id', 'user', `email = '${desk.owner}'`);
  const actions = await desk.rows('action, user_id', 'audit', `object_id = ${await idOf(email)} ORDER BY id`);
  assert.ok(actions.length >= 2, JSON.stringify(actions));
  assert.ok(actions.every(([, user]) => user === who));
});
