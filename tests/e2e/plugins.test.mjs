// tests/e2e/plugins.test.mjs - the run time of plugins: the probe (tests/plugin/probe) uses everything once, for
// one of two tenants
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { leafText } from '../support/eml.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { enable, install } from '../support/plugins.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

let s;
let acme;
let globex;

before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 3'] });
  [acme, globex] = [await Desk.open(s), await Desk.open(s)];
  await install(s, 'probe');
  await enable(s, acme.id, 'probe', { greeting: 'Ahoy' });
});
after(() => s?.close());

const notes = (kind) => acme.rows('text', 'p_probe_note', `kind = '${kind}' ORDER BY id`).then((r) => r.flat());

test('a page of the plugin is there for the tenant that has it, and for no other', async () => {
  const [here, there] = [await acme.as(), await globex.as()];
  const page = await here.get('/plugins/probe');
  assert.equal(page.status, 200, textOf(page.body));
  assert.match(page.body, /Ahoy, Olga Owner\. Have a good day\./);
  assert.match(page.body, /<nav/, 'the frame of our pages is around it');
  for (const path of ['/plugins/probe', '/plugins/probe/open', '/plugins/probe/manage', '/plugins/nothing'])
    assert.equal((await there.get(path)).status, 404, path);
  assert.equal((await here.get('/plugins/probe/nothing')).status, 404);
});

test('menu entries stand where the plugin is on, for whom they are meant', async () => {
  await acme.person('Anna');
  const [owner, anna, other] = [await acme.as(), await acme.as('Anna'), await globex.as()];
  const nav = async (c) => (await c.get('/profile')).body.split('<nav')[1].split('</nav>')[0];
  assert.match(await nav(owner), /href="\/plugins\/probe"/);
  assert.match(await nav(owner), /href="\/plugins\/probe\/manage"/);
  assert.match(await nav(anna), /href="\/plugins\/probe"/);
  assert.doesNotMatch(await nav(anna), /probe\/manage/);
  assert.doesNotMatch(await nav(other), /probe/);
});

test('routes are checked as ours are: permission, login, fields, token', async () => {
  const [owner, anna] = [await acme.as(), await acme.as('Anna')];
  const manage = await owner.get('/plugins/probe/manage');
  assert.equal(manage.status, 200);
  assert.match(manage.body, /probe\.manage: Manage probes in Probe; grants 1; may 1/);
  assert.equal((await anna.get('/plugins/probe/manage')).status, 403);
  assert.equal((await anna.get('/plugins/probe/agents')).status, 403);
  const nobody = s.client(acme);
  assert.equal((await nobody.get('/plugins/probe')).status, 303);
  assert.equal((await nobody.get('/plugins/probe/open')).body, 'unknown\n');
  assert.equal((await owner.get('/plugins/probe/echo/Hej/7?i=5&b=1&n=4&n=6&other=1')).body, 'Hej 7 5 1 2 4\n');
  assert.equal((await owner.get('/plugins/probe/echo/Hej/7?i=51')).status, 400);
  assert.equal((await owner.post('/plugins/probe', { text: 'without' })).status, 403);
  assert.equal((await owner.post('/plugins/probe/open', {})).status, 405);
});

test('a form changes the plugin’s rows once, with a line in the audit log', async () => {
  const owner = await acme.as();
  const page = await owner.get('/plugins/probe');
  const form = formsOf(page.body).find((f) => f.action === '/plugins/probe');
  const rs = await owner.sendForm('/plugins/probe', form, { text: 'a <b> note' });
  assert.equal(rs.status, 303, textOf(rs.body));
  const after_ = await owner.follow(rs);
  assert.match(after_.body, /<li>a &lt;b&gt; note<\/li>/);
  assert.match(after_.body, /note-bar[^>]*>Have a good day/);
  assert.equal((await owner.sendForm('/plugins/probe', form, { text: 'a <b> note' })).status, 303);
  assert.deepEqual(await notes('page'), ['a <b> note'], 'the same form again changes nothing');
  assert.deepEqual(await acme.rows('action, detail', 'audit', "action LIKE 'probe.%'"), [['probe.added', 'a <b> note']]);
  assert.equal((await owner.post('/plugins/probe', { token: await tokenOf(owner), text: 'x'.repeat(41) })).status, 400);
});

test('places in our pages show what the plugin puts there', async () => {
  const owner = await acme.as();
  const number = await acme.open('owner');
  const slots = (body) => [...body.matchAll(/class="probe-slot">([^<]*)</g)].map((m) => m[1]);
  assert.deepEqual(slots((await owner.get(`/tickets/${number}`)).body), [`Ahoy ${number} 0`, `Ahoy ${number} 0`]);
  assert.match(slots((await owner.get('/profile')).body)[0], /^Ahoy 0 \d+$/);
  const anna = await acme.one("SELECT id FROM user WHERE name = 'Anna'");
  assert.deepEqual(slots((await owner.get(`/config/agents/${anna}`)).body), [`Ahoy 0 ${anna}`]);
  const list = (await owner.get('/tickets?view=open')).body;
  const id = await acme.one(`SELECT id FROM ticket WHERE tenant_id = ${acme.id} AND number = ${number}`);
  assert.match(list, /<th class="c-plugin" scope="col">Probes<\/th>/);
  assert.ok(list.includes(`<td class="c-plugin" data-label="Probes"><b class="probe-cell">${id}</b>`), 'its cell');
  assert.deepEqual(slots((await owner.get('/config/plugins/probe')).body), ['Ahoy 0 0']);
  const people = (await owner.get('/config/agents')).body;
  assert.match(people, /<th class="c-plugin" scope="col">Probes<\/th>/);
  assert.ok(people.includes(`<td class="c-plugin" data-label="Probes"><b class="probe-cell">${anna}</b>`), 'the cell of a person');
  assert.doesNotMatch((await (await globex.as()).get('/config/agents')).body, /c-plugin/);
  const other = await globex.open('owner');
  assert.doesNotMatch((await (await globex.as()).get('/tickets?view=open')).body, /probe/);
  assert.deepEqual(slots((await (await globex.as()).get(`/tickets/${other}`)).body), []);
});

test('a static file has an address for ever', async () => {
  const owner = await acme.as();
  const [, address] = /href="(\/plugins\/probe\/static\/probe-[0-9a-f]{12}\.css)"/.exec((await owner.get('/plugins/probe')).body);
  const css = await s.client(acme).get(address);
  assert.equal(css.status, 200);
  assert.match(css.headers['content-type'], /^text\/css/);
  assert.match(css.headers['cache-control'], /immutable/);
  assert.match(css.body, /probe-slot/);
  assert.equal((await owner.get('/plugins/probe/static/probe.css')).status, 404);
  assert.equal((await (await globex.as()).get(address)).status, 404);
});

test('its words are in the reader’s language, then ours', async () => {
  await acme.person('Pola');
  const pola = await acme.as('Pola');
  const page = await pola.get('/profile');
  const form = formsOf(page.body).find((f) => f.action === '/profile');
  assert.equal((await pola.sendForm('/profile', form, { locale: 'pl' })).status, 303);
  const front = await pola.get('/plugins/probe');
  assert.match(front.body, /<h1>Sonda<\/h1>/);
  assert.match(front.body, /Miłego dnia/);
  assert.match(front.body, /<button class="btn" type="submit">Zapisz<\/button>/, 'what it does not say itself');
  const number = await acme.open('Pola', { subject: 'Mapa' });
  assert.match((await pola.get(`/tickets/${number}`)).body, /Sonda widziała Mapa, skąd: nowhere/);
});

test('settings bind on the next request, and a rest of the time nothing is asked for them', async () => {
  const owner = await acme.as();
  await enable(s, acme.id, 'probe', { greeting: 'Servus' });
  for (let i = 0; i < 6; i++) assert.match((await owner.get('/plugins/probe')).body, /Servus/);
  await enable(s, acme.id, 'probe', { greeting: 'Ahoy' });
  for (let i = 0; i < 6; i++) assert.match((await owner.get('/plugins/probe')).body, /Ahoy/);
});

test('a change of a person is recorded', async () => {
  const anna = await acme.one(`SELECT id FROM user WHERE tenant_id = ${acme.id} AND name = 'Anna'`);
  const owner = await acme.as();
  assert.equal((await owner.submit(`/config/agents/${anna}`, `/config/agents/${anna}`, { name: 'Anna' })).status, 303);
  assert.deepEqual((await notes('person')).filter((id) => id === anna), [anna]);
});

test('a change of a ticket is recorded in its transaction, as one', async () => {
  const from = (await notes('change')).length;
  const number = await acme.open('Anna', { subject: 'Tell me' });
  await acme.do('Anna', number, 'answer', { text: 'Done.', then: 'resolve' });
  await acme.reply(number, { text: 'Not done at all.' });
  const seen = (await notes('change')).slice(from).filter((t) => t.startsWith(`${number} `));
  assert.deepEqual(seen[0], `${number} what 5 actor 1 message 1 ->N`);
  assert.match(seen[1], new RegExp(`^${number} what 14 actor 1 message 2 N>[AR]$`));
  assert.match(seen[2], new RegExp(`^${number} what (6|22) actor 2 message 1 [AR]>C$`));
  assert.equal(seen.length, 3);
  const before_ = await acme.one(`SELECT MAX(number) FROM ticket WHERE tenant_id = ${acme.id}`);
  const anna = await acme.as('Anna');
  const rs = await anna.post('/tickets/new', {
    token: await tokenOf(anna), customer_email: 'c@customers.example', department: acme.home.id, agent: 0,
    subject: 'refuse this', text: 'x', send: 'request',
  });
  assert.ok(rs.status >= 400, `refused: ${rs.status}`);
  assert.equal(await acme.one(`SELECT MAX(number) FROM ticket WHERE tenant_id = ${acme.id}`), before_);
  assert.deepEqual((await notes('change')).filter((t) => t.includes('refuse')), []);
});

test('a mail that comes in is recorded, a job runs later and writes a mail', async () => {
  await enable(s, acme.id, 'probe', { push: 1 });
  const number = await acme.write({ subject: 'By mail' });
  await waitFor('the job', async () => (await notes('job')).includes(String(number)));
  const ticket = await acme.ticket(number);
  assert.notEqual(ticket.agent_id, null, 'the plugin chose somebody');
  const [assigned] = await acme.events(number, 'assigned');
  assert.deepEqual([assigned.reason, Number(assigned.actor)], ['the first by name', 4]);
  const email = await acme.one(`SELECT email FROM user WHERE id = ${ticket.agent_id}`);
  const letter = await waitFor('the mail', () => acme.outbox(email).find((m) => m.headers.subject === `Probe of ticket ${number}`));
  assert.match(leafText(letter, 'text/plain'), /The probe says: By mail/);
  await enable(s, acme.id, 'probe', { push: 0 });
});

test('the plugin decides: who comes in, what a person may, what is done to a ticket', async () => {
  const anna = await acme.as('Anna');
  const number = await acme.open('Anna');
  await enable(s, acme.id, 'probe', { forbid: 1 });
  assert.equal((await acme.act('Anna', number, 'note', { text: 'No' })).status, 403);
  await enable(s, acme.id, 'probe', { forbid: 0, readonly: 1 });
  assert.equal((await acme.act('Anna', number, 'answer', { text: 'No' })).status, 403);
  assert.equal((await acme.act('owner', number, 'answer', { text: 'Yes' })).status, 303);
  await enable(s, acme.id, 'probe', { readonly: 0, closed: 1 });
  assert.equal((await anna.get('/tickets')).status, 403);
  assert.equal((await s.client(acme).get('/login')).status, 403);
  assert.equal((await s.client(globex).get('/login')).status, 200);
  await enable(s, acme.id, 'probe', { closed: 0 });
  assert.equal((await anna.get('/tickets')).status, 200);
});

const statements = (rs) => Number(/desc="(\d+) statements"/.exec(rs.headers['server-timing'])[1]);

test('a plugin that has nothing to ask costs no statement', async () => {
  const [here, there] = [await acme.as(), await globex.as()];
  for (const path of ['/tickets', '/profile', '/tickets/new']) {
    const least = async (c) => {
      const all = [];
      for (let i = 0; i < 8; i++) all.push(statements(await c.get(path)));
      return Math.min(...all);
    };
    assert.equal(await least(here), await least(there), path);
  }
});

test('jobs of a plugin that is off end with a line in its log; one that is parked has them kept', async () => {
  const put = (kind, id) => s.sql(`INSERT INTO job (tenant_id, id, kind, object_id, due_at) VALUES (${acme.id}, ${id}, '${kind}', ${id}, 1)`);
  const left = () => acme.rows('kind', 'job', "kind LIKE 'probe:%'").then((r) => r.flat());
  const dropped = () => acme.rows('detail', 'plugin_log', "event = 'dropped' ORDER BY id").then((r) => r.flat());
  await waitFor('the jobs before', async () => (await left()).length === 0);
  await put('probe:never', 11);
  await waitFor('the kind that is not there', async () => (await dropped()).includes('the plugin does not have it any more: job never 11'));
  await enable(s, acme.id, 'probe', {}, 3, { wait: 0 });
  await put('probe:late', 12);
  await waitFor('it to be looked at', async () => (await acme.one(`SELECT due_at FROM job WHERE tenant_id = ${acme.id} AND object_id = 12`)) !== '1');
  assert.deepEqual(await left(), ['probe:late']);
  await enable(s, acme.id, 'probe', {}, 2, { wait: 0 });
  await s.sql(`UPDATE job SET due_at = 1 WHERE tenant_id = ${acme.id} AND object_id = 12`);
  await waitFor('the job to end', async () => (await left()).length === 0);
  assert.equal((await dropped()).at(-1), 'the plugin is off: job late 12');
  await enable(s, acme.id, 'probe');
});

test('switched off, it is gone at once and its rows are kept', async () => {
  const owner = await acme.as();
  const rows = (await notes('page')).length;
  await enable(s, acme.id, 'probe', {}, 2);
  assert.equal((await owner.get('/plugins/probe')).status, 404);
  assert.doesNotMatch((await owner.get('/profile')).body, /probe/);
  await acme.open('owner');
  await enable(s, acme.id, 'probe');
  assert.equal((await owner.get('/plugins/probe')).status, 200);
  assert.equal((await notes('page')).length, rows);
});
