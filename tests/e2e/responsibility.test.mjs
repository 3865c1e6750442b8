// tests/e2e/responsibility.test.mjs - who has a ticket: rows R1 to R12 of the rules of responsibility
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { openStack } from '../support/stack.mjs';

let s;
let desk;
let billing;
let people; // ids; Ann and Bob are in both departments, Dee in Billing only
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  billing = await desk.department('Billing');
  people = {
    Ann: await desk.person('Ann'),
    Bob: await desk.person('Bob'),
    Dee: await desk.person('Dee', { department: billing }),
  };
  for (const name of ['Ann', 'Bob']) await editPerson(name, { departments: [desk.home.id, billing.id] });
});
after(() => s?.close());

async function editPerson(name, fields) {
  const path = `/config/agents/${people[name]}`;
  const rs = await (await desk.as()).submit(path, path, fields);
  assert.equal(rs.status, 303, textOf(rs.body));
}

async function editDepartment(department, fields) {
  const path = `/config/departments/${department.id}`;
  const rs = await (await desk.as()).submit(path, path, fields);
  assert.equal(rs.status, 303, textOf(rs.body));
}

/** [department, agent] of a ticket, by name. */
async function pair(number) {
  const t = await desk.ticket(number);
  const agent = Object.entries(people).find(([, id]) => id === t.agent_id)?.[0] ?? t.agent_id;
  return [
    t.department_id === desk.home.id
      ? 'Support'
      : t.department_id === billing.id
        ? 'Billing'
        : t.department_id,
    agent,
  ];
}

const lastEvent = async (number) => (await desk.events(number)).at(-1);

async function refused(rs, number, before) {
  assert.equal(rs.status, 400, textOf(rs.body).slice(0, 300));
  assert.deepEqual(await pair(number), before);
}

test('R1: the only active agent gets each new ticket, of several nobody does', async () => {
  const solo = await Desk.open(s);
  const [[owner]] = await solo.rows('id', 'user');
  const first = await solo.write();
  assert.equal((await solo.ticket(first)).agent_id, owner);
  const [assigned] = await solo.events(first, 'assigned');
  assert.equal(assigned.reason, 'the only active agent');
  assert.equal(assigned.actor, '3', 'no customer assigns tickets');
  const ann = await solo.person('Ann');
  assert.equal((await solo.ticket(await solo.write())).agent_id, null);
  const path = `/config/agents/${ann}`;
  await (await solo.as()).submit(path, path, { status: 'inactive' });
  assert.equal((await solo.ticket(await solo.write())).agent_id, owner);
});

test('R1: the department is that of the address, of the form, or the default one', async () => {
  assert.deepEqual(await pair(await desk.write({ to: billing.address })), ['Billing', null]);
  assert.deepEqual(await pair(await desk.write()), ['Support', null]);
  assert.deepEqual(await pair(await desk.open('Ann', { department: billing })), ['Billing', null]);
});

test('R2: who answers a ticket that nobody has, has it', async () => {
  const number = await desk.open('owner');
  await desk.do('Ann', number, 'answer', { text: 'Hello' });
  assert.deepEqual(await pair(number), ['Support', 'Ann']);
  const [event] = await desk.events(number, 'assigned');
  assert.deepEqual([event.who, event.to, event.reason], ['Ann', 'Ann', 'by answering']);
});

test('R2: a department may switch that off', async () => {
  const quiet = await desk.department('Quiet', { claim_on_reply: null });
  const number = await desk.open('owner', { department: quiet });
  await desk.do('owner', number, 'answer', { text: 'Hello' });
  assert.equal((await desk.ticket(number)).agent_id, null);
});

const followers = async (number) =>
  (await desk.rows('user_id', 'follower', `ticket_id = ${(await desk.ticket(number)).id}`)).flat();

test("R3: a colleague's ticket stays the colleague's, who answers follows it", async () => {
  const number = await desk.open('owner', { agent: people.Ann });
  await desk.do('Bob', number, 'answer', { text: 'Hello' });
  assert.deepEqual(await pair(number), ['Support', 'Ann']);
  assert.deepEqual(await followers(number), [people.Bob]);
});

test('R3: a department may let a reply take over', async () => {
  await editDepartment(billing, { reply_takes_over: '1' });
  const number = await desk.open('owner', { department: billing, agent: people.Ann });
  await desk.do('Dee', number, 'answer', { text: 'Mine' });
  assert.deepEqual(await pair(number), ['Billing', 'Dee']);
  await editDepartment(billing, { reply_takes_over: null });
});

test('R4 and R7: take, assign, release, each with its line', async () => {
  const number = await desk.open('owner');
  const steps = [
    ['Ann', 'me', 'Ann', 'Ann took the ticket'],
    ['Ann', people.Bob, 'Bob', 'Ann assigned the ticket to Bob'],
    ['Bob', 0, null, 'Bob released the ticket'],
  ];
  for (const [who, agent, has, line] of steps) {
    await desk.do(who, number, 'assign', { agent });
    assert.deepEqual(await pair(number), ['Support', has]);
    const { body } = await (await desk.as('Ann')).get(`/tickets/${number}`);
    assert.ok(textOf(body).includes(line), line);
  }
});

test('R5: nobody gets a ticket of a department that is not theirs', async () => {
  const number = await desk.open('owner', { agent: people.Ann });
  for (const agent of [people.Dee, '987654321987', 'nobody', -1, ''])
    await refused(await desk.act('Ann', number, 'assign', { agent }), number, ['Support', 'Ann']);
  const { body } = await (await desk.as('Ann')).get(`/tickets/${number}/transfer`);
  const groups = [...body.matchAll(/<optgroup label="(\w+)">([\s\S]*?)<\/optgroup>/g)].map(([, name, of]) => [name, /Dee/.test(of)]);
  assert.equal(groups[0][0], desk.home.name);
  assert.deepEqual(groups.filter(([, hasDee]) => hasDee).map(([name]) => name), ['Billing']);
});

test('R6: a transfer leaves nobody responsible, even where the agent is a member there too', async () => {
  const number = await desk.open('owner', { agent: people.Ann });
  await desk.do('Ann', number, 'transfer', { department: billing.id, agent: 0 });
  assert.deepEqual(await pair(number), ['Billing', null]);
  const [moved] = await desk.events(number, 'transferred');
  assert.deepEqual([moved.who, moved.from, moved.to], ['Ann', 'Support', 'Billing']);
  assert.deepEqual((await lastEvent(number)).kind, 'assigned');
  await desk.do('Dee', number, 'answer', { text: 'Hello' });
  assert.deepEqual(await pair(number), ['Billing', 'Dee'], 'who answers there has it');
});

test('R5 and R6: transfer and assignment in one step, or neither', async () => {
  const number = await desk.open('owner', { agent: people.Ann });
  await desk.do('Ann', number, 'transfer', { department: billing.id, agent: people.Dee });
  assert.deepEqual(await pair(number), ['Billing', 'Dee']);
  const back = await desk.act('Ann', number, 'transfer', { department: desk.home.id, agent: people.Dee });
  await refused(back, number, ['Billing', 'Dee']);
});

test("a transfer out of one's own sight leads to the list", async () => {
  const number = await desk.open('owner', { department: billing });
  const rs = await desk.do('Dee', number, 'transfer', { department: desk.home.id, agent: 0 });
  assert.match(rs.headers.location, /^\/tickets(\?|$)/);
  assert.equal((await (await desk.as('Dee')).get(`/tickets/${number}`)).status, 404);
});

test('R8: looking and noting change nothing', async () => {
  const number = await desk.open('owner');
  await (await desk.as('Bob')).get(`/tickets/${number}`);
  await desk.do('Bob', number, 'note', { text: 'Only for us' });
  assert.deepEqual([await pair(number), await desk.status(number)], [['Support', null], 'N']);
  assert.deepEqual(await desk.events(number, 'assigned'), []);
});

for (const [how, reopen] of [
  ['by a person', (number) => desk.do('owner', number, 'reopen')],
  ['by the customer', (number) => desk.reply(number)],
])
  test(`R9: reopened ${how}, the agent stays if still working there, else it is released with a line`, async () => {
    const eve = `Eve${how.length}`;
    people[eve] = await desk.person(eve);
    const numbers = [
      await desk.open('owner', { agent: people[eve] }),
      await desk.open('owner', { agent: people[eve] }),
    ];
    for (const number of numbers) await desk.do(eve, number, 'resolve');
    await reopen(numbers[0]);
    assert.deepEqual(await pair(numbers[0]), ['Support', eve]);
    await editPerson(eve, { departments: [billing.id] });
    await reopen(numbers[1]);
    assert.deepEqual(await pair(numbers[1]), ['Support', null]);
    const released = (await desk.events(numbers[1], 'assigned')).at(-1);
    assert.deepEqual([released.from, released.to], [eve, '']);
  });

test('R10: who is switched off, removed or deleted has no ticket any more; one line each; resolved ones stay', async (t) => {
  const ways = {
    off: (name) => editPerson(name, { status: 'inactive' }),
    removed: (name) => editPerson(name, { departments: [billing.id] }),
    deleted: async (name) => {
      const path = `/config/agents/${people[name]}/delete`;
      assert.equal((await (await desk.as()).submit(path, path)).status, 303);
    },
    'removed by the department': async (name) => {
      const members = (
        await desk.rows('user_id', 'department_member', `department_id = ${desk.home.id}`)
      ).flat();
      const path = `/config/departments/${desk.home.id}`;
      const others = members.filter((id) => id !== people[name]);
      const asked = await (await desk.as()).submit(path, path, { members: others });
      assert.match(textOf(asked.body), /3 tickets lose/);
      const form = formsOf(asked.body).find((f) => f.action === path);
      assert.equal((await (await desk.as()).sendForm(path, form)).status, 303);
    },
  };
  let n = 0;
  for (const [how, leave] of Object.entries(ways))
    await t.test(how, async () => {
      const name = `Leaver${++n}`;
      people[name] = await desk.person(name);
      const numbers = [];
      for (const verb of [null, 'answered', 'postpone', 'resolve']) {
        numbers.push(await desk.open('owner', { agent: people[name] }));
        if (verb)
          await desk.do(name, numbers.at(-1), verb, verb === 'postpone' ? { until: '2040-01-01T09:00' } : {});
      }
      await leave(name);
      for (const number of numbers.slice(0, 3)) {
        assert.deepEqual(await pair(number), ['Support', null]);
        const events = (await desk.events(number, 'assigned')).filter((e) => e.to === '');
        assert.deepEqual(
          events.map((e) => [e.who, e.from]),
          [['Olga Owner', name]],
        );
      }
      assert.deepEqual(await pair(numbers[3]), ['Support', name]);
    });
});

test('R12: tickets of a deleted department go where its owner says, without agent', async () => {
  const old = await desk.department('Old');
  const number = await desk.open('owner', { department: old });
  await desk.do('owner', number, 'assign', { agent: 'me' });
  const path = `/config/departments/${old.id}/delete`;
  const without = await (await desk.as()).submit(path, path, { target: '' });
  assert.notEqual(without.status, 303, 'a target is required');
  assert.equal((await (await desk.as()).submit(path, path, { target: billing.id })).status, 303);
  assert.deepEqual(await pair(number), ['Billing', null]);
  assert.deepEqual(
    await desk.write({ to: old.address }).then(pair),
    ['Billing', null],
    'mail to its address too',
  );
});

test('counters are the truth after all of this', async () => {
  const { kept, truth } = await desk.counters();
  assert.ok(truth.length > 5);
  assert.deepEqual(kept, truth);
});
