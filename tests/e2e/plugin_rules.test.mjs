// tests/e2e/plugin_rules.test.mjs - conditions and actions of plugins in rules: offered, checked, asked in the
// transaction, and absent in a way that everybody can see
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { textOf } from '../support/http.mjs';
import { enable, install } from '../support/plugins.mjs';
import { openStack } from '../support/stack.mjs';

let s;
let acme;
let globex;

before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 2'] });
  [acme, globex] = [await Desk.open(s), await Desk.open(s)];
  await install(s, 'probe');
  await enable(s, acme.id, 'probe');
});
after(() => s?.close());

const fields = (condition, ...deeds) => ({
  name: 'Long', event: 'ticket.created', is_active: '1',
  ...(condition && { field0: 'probe:long', op0: condition[0], value0: condition[1] }),
  ...Object.assign({}, ...deeds.map(([name, what], i) => ({ [`do${i}`]: name, [`what${i}`]: what }))),
});
const post = async (desk, all, path = '/config/rules/new') => {
  const owner = await desk.as();
  return owner.post(path, { token: await tokenOf(owner), ...all });
};
const withRule = async (condition, deeds, run) => {
  const rs = await post(acme, fields(condition, ...deeds));
  assert.equal(rs.status, 303, textOf(rs.body));
  try {
    await run();
  } finally {
    await acme.removeRules();
  }
};
const down = () => acme.rows('text', 'p_probe_note', "kind = 'rule' ORDER BY id").then((r) => r.flat());
const told = async (number) => textOf((await (await acme.as()).get(`/tickets/${number}/rules`)).body);

test('the form offers them where the plugin is on, and nowhere else', async () => {
  const form = (await (await acme.as()).get('/config/rules/new')).body;
  assert.match(form, /<option value="probe:long">Probe: Subject is longer than<\/option>/);
  assert.match(form, /<option value="probe:note">Probe: Write down<\/option>/);
  assert.doesNotMatch((await (await globex.as()).get('/config/rules/new')).body, /probe:/);
});

test('a rule is checked against what the help desk has', async () => {
  const there = await post(globex, fields(['yes', '8'], ['resolve', '']));
  assert.equal(there.status, 422);
  assert.match(textOf(there.body), /no plugin that is on has this condition: probe:long/);
  const action = await post(globex, fields(null, ['probe:note', 'x']));
  assert.equal(action.status, 422);
  assert.match(textOf(action.body), /no plugin that is on has this action: probe:note/);
  for (const [name, op] of [['probe:longer', 'yes'], ['probe:long', 'contains'], ['probe:long', 'is']])
    assert.equal((await post(acme, { ...fields([op, '8'], ['resolve', '']), field0: name })).status, 422, `${name} ${op}`);
  assert.equal((await post(acme, fields(['yes', 'x'.repeat(501)], ['resolve', '']))).status, 422);
  assert.deepEqual([...(await acme.rows('id', 'rule')), ...(await globex.rows('id', 'rule'))], []);
});

test('it is asked and acts in the transaction, and the record says what it saw', () =>
  withRule(['yes', '8'], [['probe:note', 'long one'], ['resolve', '']], async () => {
    const [long, short] = [await acme.open('owner', { subject: 'Longer than eight' }), await acme.open('owner', { subject: 'Short' })];
    assert.deepEqual(await down(), [`${long} long one`]);
    assert.deepEqual([await acme.status(long), await acme.status(short)], ['R', 'N']);
    assert.match(await told(long), /Long applied Probe: Write down: long one Resolve Probe: Subject is longer than is true 8: yes, it was 17/);
    assert.match(await told(short), /Long did not apply Probe: Subject is longer than is true 8: no, it was 5/);
    const mail = await acme.write({ subject: 'By mail, and long' });
    assert.equal(await acme.status(mail), 'R');
    assert.equal((await down()).at(-1), `${mail} long one`);
    const [[id]] = await acme.rows('id', 'rule');
    const edit = (await (await acme.as()).get(`/config/rules/${id}`)).body;
    assert.match(edit, /<option value="probe:long" selected ?>/);
    assert.match(edit, /name="value0" type="text" value="8"/);
    assert.match(edit, /name="what0" type="text" value="long one"/);
  }));

test('the other way round it is asked, too', () =>
  withRule(['no', '8'], [['resolve', '']], async () => {
    assert.equal(await acme.status(await acme.open('owner', { subject: 'Short' })), 'R');
    assert.equal(await acme.status(await acme.open('owner', { subject: 'Longer than eight' })), 'N');
  }));

test('an action that refuses is told, one that fails takes everything back', async () => {
  await withRule(null, [['probe:note', 'odd'], ['resolve', '']], async () => {
    const number = await acme.open('owner');
    assert.equal(await acme.status(number), 'R', 'the others are done');
    assert.match(await told(number), /Probe: Write down: odd not done: the probe refuses/);
  });
  await withRule(null, [['probe:note', 'all']], async () => {
    const count = () => acme.one(`SELECT COUNT(*) FROM ticket WHERE tenant_id = ${acme.id}`);
    const before_ = await count();
    const owner = await acme.as();
    const rs = await owner.post('/tickets/new', {
      token: await tokenOf(owner), customer_email: 'c@customers.example', department: acme.home.id, agent: 0,
      subject: 'none of it', text: 'x', send: 'request',
    });
    assert.equal(rs.status, 500);
    assert.equal(await count(), before_);
  });
});

test('a condition that fails is not known, whichever way it was asked', async () => {
  for (const op of ['yes', 'no'])
    await withRule([op, '!'], [['resolve', '']], async () => {
      const number = await acme.open('owner');
      assert.equal(await acme.status(number), 'N');
      assert.match(await told(number), /Long did not apply .*: not known: the plugin failed/);
    });
});

test('a plugin that is off: its conditions do not hold, its actions are not done, and the record says so', async () => {
  const state = (n) => enable(s, acme.id, 'probe', {}, n, { wait: 0 });
  for (const off of [2, 3]) {
    for (const op of ['yes', 'no'])
      await withRule([op, '8'], [['resolve', '']], async () => {
        await state(off);
        const number = await acme.open('owner', { subject: 'Longer than eight' });
        assert.equal(await acme.status(number), 'N');
        assert.match(await told(number), /Long did not apply probe:long is (not )?true 8: not known: the plugin is off/);
        await state(1);
      });
    await withRule(null, [['probe:note', 'x'], ['resolve', '']], async () => {
      await state(off);
      const rows = (await down()).length;
      const number = await acme.open('owner');
      assert.equal(await acme.status(number), 'R');
      assert.match(await told(number), /probe:note: x not done: the plugin is off/);
      assert.equal((await down()).length, rows);
      const [[id]] = await acme.rows('id', 'rule');
      const form = await (await acme.as()).get(`/config/rules/${id}`);
      assert.match(form.body, /<option value="probe:note" selected ?>probe:note<\/option>/, 'it is not lost from the form');
      await state(1);
    });
  }
});
