// tests/e2e/rules.test.mjs - Configuration > Rules, and what rules do to tickets
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { openStack } from '../support/stack.mjs';

let s;
let desk;
let other;
let marketing;
let people;
before(async () => {
  s = openStack();
  [desk, other] = [await Desk.open(s), await Desk.open(s)];
  marketing = await desk.department('Marketing');
  people = { Ann: await desk.person('Ann', { department: marketing }), Bob: await desk.person('Bob') };
});
after(() => s?.close());

const row = (i, [field, op, value = ''], join = 'and') =>
  ({ ...(i > 0 && { [`join${i}`]: join }), [`field${i}`]: field, [`op${i}`]: op, [`value${i}`]: value });
const deed = (i, [name, what = '', whom = '']) => ({ [`do${i}`]: name, [`what${i}`]: what, [`whom${i}`]: whom });

/** if: conditions; those behind an "or" begin a new group. then: actions. */
function fields({ name, event = 'ticket.created', if: conditions = [], then = [], active = true, stops = false }) {
  const rows = conditions.filter((c) => c !== 'or').map((c, i) => {
    const at = conditions.indexOf(c);
    return row(i, c, conditions[at - 1] === 'or' ? 'or' : 'and');
  });
  return Object.assign({ name, event }, active && { is_active: '1' }, stops && { stops: '1' }, ...rows, ...then.map((d, i) => deed(i, d)));
}

async function post(where, path, all) {
  const owner = await where.as();
  const token = formsOf((await owner.get('/profile')).body).find((f) => f.fields.has('token')).fields.get('token');
  return owner.post(path, { token, ...all });
}

/** The id of a new rule. */
async function rule(all, where = desk) {
  const rs = await post(where, '/config/rules/new', fields(all));
  assert.equal(rs.status, 303, textOf(rs.body).slice(0, 500));
  return (await where.rows('MAX(id)', 'rule'))[0][0];
}

/** Runs with only these rules, and leaves none. */
async function withRules(list, run) {
  for (const all of list) await rule(all);
  try {
    return await run();
  } finally {
    await desk.removeRules();
  }
}

const where = async (number) => {
  const t = await desk.ticket(number);
  return [t.department_id === marketing.id ? 'Marketing' : 'Support', Object.keys(people).find((n) => people[n] === t.agent_id) ?? null];
};
const told = async (number, name = 'owner') => textOf((await (await desk.as(name)).get(`/tickets/${number}/rules`)).body);

const press = {
  name: 'Press',
  event: 'ticket.created_mail',
  if: [['message.to', 'contains', 'press@']],
  then: [['transfer', 'Marketing', 'Ann']],
};

test('rows 64, 96 to 100: mail to press@ goes to Marketing and to Ann, and the ticket says which rule did it', () =>
  withRules([press], async () => {
    const number = await desk.write({ headers: { To: `"Press desk" <PRESS@${desk.host}>` } });
    assert.deepEqual(await where(number), ['Marketing', 'Ann']);
    const page = textOf((await (await desk.as('Ann')).get(`/tickets/${number}`)).body);
    assert.match(page, /deskd moved the ticket from Support to Marketing rule: Press .* deskd assigned the ticket to Ann rule: Press/);
    assert.match(await told(number, 'Ann'), /A ticket is created from a mail .* Press applied Transfer: Marketing, Ann/);
    assert.deepEqual((await desk.counters()).kept, (await desk.counters()).truth);
  }));

test('row 65: a rule that did not apply says which condition decided, and what it saw', () =>
  withRules([press], async () => {
    const number = await desk.write();
    assert.deepEqual(await where(number), ['Support', null]);
    assert.match(await told(number), new RegExp(`Press did not apply To contains press@: no, it was support@${desk.host}`));
  }));

test('row 93: an inactive rule is not asked', () =>
  withRules([{ ...press, active: false }], async () => {
    const number = await desk.write({ headers: { To: `press@${desk.host}` } });
    assert.deepEqual(await where(number), ['Support', null]);
    assert.match(await told(number), /No rule was asked about this ticket/);
  }));

test('row 97: within a group all conditions must hold, of groups one suffices', () =>
  withRules([{
    name: 'Groups',
    if: [['ticket.subject', 'contains', 'alpha'], ['ticket.subject', 'contains', 'beta'], 'or', ['ticket.source', 'is', 'Agent']],
    then: [['transfer', 'Marketing']],
  }], async () => {
    assert.equal((await where(await desk.write({ subject: 'Alpha' })))[0], 'Support');
    assert.equal((await where(await desk.write({ subject: 'BETA and alpha' })))[0], 'Marketing');
    assert.equal((await where(await desk.open('owner', { subject: 'call' })))[0], 'Marketing');
  }));

test('rules are asked in their order, each sees what the one before did, and one may end it', () =>
  withRules([
    { name: 'First', then: [['transfer', 'Marketing']] },
    { name: 'Second', if: [['ticket.department', 'is', 'Marketing']], then: [['assign', '', 'Ann']], stops: true },
    { name: 'Third', then: [['resolve']] },
  ], async () => {
    const number = await desk.write();
    assert.deepEqual(await where(number), ['Marketing', 'Ann']);
    assert.equal(await desk.status(number), 'N');
    assert.doesNotMatch(await told(number), /Third/);
    const [third] = (await desk.rows('id', 'rule', "name = 'Third'"))[0];
    for (let i = 0; i < 2; i++) assert.equal((await post(desk, `/config/rules/${third}/move`, { to: 'up' })).status, 303);
    assert.deepEqual((await desk.rows('name', 'rule', '1 ORDER BY position')).flat(), ['Third', 'First', 'Second']);
    const next = await desk.write();
    assert.equal(await desk.status(next), 'R');
    assert.deepEqual(await where(next), ['Marketing', 'Ann']);
  }));

test('what a rule does is an event for other rules, and each rule acts once', () =>
  withRules([
    { name: 'Spam of evil', if: [['contact.domain', 'is', 'evil.example']], then: [['spam']] },
    { name: 'Spam is deleted', event: 'ticket.status', if: [['ticket.status', 'is', 'Spam']], then: [['delete']] },
    { name: 'Ping', event: 'ticket.status', if: [['ticket.status', 'is', 'Resolved']], then: [['reopen']] },
    { name: 'Pong', event: 'ticket.status', if: [['ticket.status', 'is', 'Open']], then: [['resolve']] },
  ], async () => {
    assert.equal(await desk.status(await desk.write({ from: 'mallory@evil.example' })), 'X');
    const number = await desk.write();
    await desk.do('owner', number, 'resolve');
    assert.equal(await desk.status(number), 'R');
    assert.deepEqual((await desk.events(number, 'status')).map((e) => e.reason), ['', 'rule: Ping', 'rule: Pong']);
  }));

test('an action that does not fit is told, and the others are done', () =>
  withRules([{ name: 'Odd', then: [['not_spam'], ['note', 'Look at this.'], ['follower', '', 'Bob']] }], async () => {
    const number = await desk.write();
    const t = await desk.ticket(number);
    assert.equal(t.status, 'N');
    assert.deepEqual(await desk.rows('body', 'message', `ticket_id = ${t.id} AND kind = 3`), [['Look at this.']]);
    assert.deepEqual(await desk.rows('user_id', 'follower', `ticket_id = ${t.id}`), [[people.Bob]]);
    assert.match(await told(number), /Not spam not done: /);
  }));

test('a person who has left by then is told as well, and the mail is not lost', () =>
  withRules([{ name: 'Gone', then: [['assign', '', 'Bob']] }], async () => {
    const path = `/config/agents/${people.Bob}`;
    const edit = async (status) => (await desk.as()).submit(path, path, { status });
    assert.equal((await edit('inactive')).status, 303);
    const number = await desk.write();
    assert.equal((await where(number))[1], null);
    assert.match(await told(number), /Assign: Bob not done: /);
    assert.equal((await edit('active')).status, 303);
  }));

test('a wrong rule is not saved; what was typed is there again, with a sentence', async () => {
  const bad = [
    [{ name: '', then: [['resolve']] }, /the rule needs a name/],
    [{ name: 'x' }, /the rule needs something to do/],
    [{ name: 'x', event: 'nothing', then: [['resolve']] }, /needs an event/],
    [{ name: 'x', if: [['ticket.subject', 'matches', '(']], then: [['resolve']] }, /Condition 1: the expression is wrong/],
    [{ name: 'x', if: [['ticket.subject', 'more', '1']], then: [['resolve']] }, /Condition 1: this cannot be asked/],
    [{ name: 'x', if: [['ticket.subject', 'is', 'y'], ['ticket.department', 'is', 'Nowhere']], then: [['resolve']] }, /Condition 2: this is no number: Nowhere/],
    [{ name: 'x', then: [['transfer', 'Nowhere']] }, /no such department/],
    [{ name: 'x', then: [['assign', '', 'Nobody']] }, /no such agent/],
    [{ name: 'x', then: [['transfer', 'Marketing', 'Bob']] }, /does not work in that department/],
    [{ name: 'x', then: [['postpone', 'soon']] }, /no number of minutes/],
  ];
  for (const [all, complaint] of bad) {
    const rs = await post(desk, '/config/rules/new', fields(all));
    assert.equal(rs.status, 422, JSON.stringify(all));
    assert.match(textOf(rs.body), complaint);
  }
  assert.deepEqual(await desk.rows('id', 'rule'), []);
  const rs = await post(desk, '/config/rules/new', fields(bad[5][0]));
  const typed = formsOf(rs.body).find((f) => f.fields.has('field0')).fields;
  assert.deepEqual(['name', 'field0', 'op0', 'value0', 'value1', 'do0'].map((n) => typed.get(n)),
    ['x', 'ticket.subject', 'is', 'y', 'Nowhere', 'resolve']);
});

test('a rule comes back into the form as it was, may get more rows, and is changed once', async () => {
  const all = { name: 'Both', if: [['ticket.department', 'is', 'Marketing; Support'], 'or', ['ticket.status', 'is_not', 'New']], then: [['transfer', 'Marketing', 'Ann']] };
  const id = await rule(all);
  const path = `/config/rules/${id}`;
  const owner = await desk.as();
  const form = async () => formsOf((await owner.get(path)).body).find((f) => f.fields.has('field0')).fields;
  const now = await form();
  assert.deepEqual(['value0', 'join1', 'field1', 'op1', 'value1', 'do0', 'what0', 'whom0'].map((n) => now.get(n)),
    ['Marketing; Support', 'or', 'ticket.status', 'is_not', 'New', 'transfer', 'Marketing', 'Ann']);
  now.delete('token');
  const more = await post(desk, path, { ...Object.fromEntries(now), more: '1' });
  assert.equal(more.status, 200);
  assert.ok(formsOf(more.body).find((f) => f.fields.has('field0')).fields.has('field7'));
  assert.equal((await post(desk, path, { ...Object.fromEntries(now), name: 'Changed' })).status, 303);
  const late = await post(desk, path, { ...Object.fromEntries(now), name: 'Too late' });
  assert.equal(late.status, 409);
  assert.match(textOf(late.body), /Somebody has saved this rule meanwhile/);
  assert.deepEqual(await desk.rows('name, version', 'rule'), [['Changed', '2']]);
  assert.equal((await post(desk, `${path}/delete`)).status, 303);
  assert.deepEqual(await desk.rows('id', 'rule'), []);
});

test('rows 54, 103: rules belong to admins, and to one help desk', async () => {
  const id = await rule({ name: 'Ours', then: [['resolve']] });
  const bob = await desk.as('Bob');
  const stranger = await other.as();
  for (const path of ['/config/rules', '/config/rules/new', `/config/rules/${id}`, `/config/rules/${id}/delete`])
    assert.equal((await bob.get(path)).status, 403, path);
  for (const path of [`/config/rules/${id}`, `/config/rules/${id}/delete`]) assert.equal((await stranger.get(path)).status, 404, path);
  assert.equal((await post(other, `/config/rules/${id}/delete`)).status, 404);
  assert.equal((await post(other, `/config/rules/${id}/move`, { to: 'up' })).status, 404);
  assert.equal((await post(other, `/config/rules/${id}`, fields({ name: 'Theirs', then: [['resolve']] }))).status, 404);
  assert.equal(await other.status(await other.write()), 'N');
  const number = await desk.write();
  assert.equal(await desk.status(number), 'R');
  assert.equal((await stranger.get(`/tickets/${number}/rules`)).status, 404);
  await desk.removeRules();
  assert.match(textOf((await stranger.get('/config/rules')).body), /No rules yet/);
});
