// tests/e2e/merge.test.mjs - tickets that become one and several again (R13, R14), and what was written to them
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const LONG = process.env.DESKD_LONG === '1';

let s;
let desk;
let billing;
let people; // Ann works in both departments, Bob in Support, Dee in Billing
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  billing = await desk.department('Billing');
  people = {
    Ann: await desk.person('Ann'),
    Bob: await desk.person('Bob'),
    Dee: await desk.person('Dee', { department: billing }),
  };
  const path = `/config/agents/${people.Ann}`;
  await (await desk.as()).submit(path, path, { departments: [desk.home.id, billing.id] });
});
after(() => s?.close());

const who = (name) => `${name} <${name.toLowerCase()}@customers.example>`;
const addressOf = (name) => `${name.toLowerCase()}@customers.example`;
const write = (name, more = {}) => desk.write({ from: who(name), subject: `From ${name}`, text: `Words of ${name}`, ...more });
const merge = (from, into, by = 'owner') => desk.do(by, from, 'merge', { into });
const unmerge = (from, out, by = 'owner') => desk.do(by, from, 'unmerge', { ticket: out });
const page = async (number, by = 'owner') => (await (await desk.as(by)).get(`/tickets/${number}`)).body;
const idOf = async (number) => (await desk.ticket(number)).id;

/** All that the row of a ticket says of its state. */
const state = async (number) =>
  (await desk.rows('status, folder, in_all, waiting_since, merged_n, messages, activity_at, has_attachments, preview', 'ticket', `number = ${number}`))[0];

/** Texts of a ticket's own messages, wherever they are shown. */
const thread = async (number) =>
  (await desk.rows('body', 'message', `ticket_id = ${await idOf(number)} ORDER BY id`)).map(([body]) => body.trim());

const participants = async (number) =>
  (await desk.rows('email', 'participant', `ticket_id = ${await idOf(number)} ORDER BY email`)).flat();

const followers = async (number) =>
  (await desk.rows('user_id', 'follower', `ticket_id = ${await idOf(number)} ORDER BY user_id`)).flat();

async function listed(by = 'owner') {
  const { body } = await (await desk.as(by)).get('/tickets?view=all');
  return [...body.matchAll(/<tr[^>]*>[\s\S]*?href="\/tickets\/(\d+)/g)].map(([, n]) => Number(n));
}

async function found(query, by = 'owner') {
  const { body } = await (await desk.as(by)).get(`/search?q=${encodeURIComponent(query)}`);
  return [...body.matchAll(/class="c-subject"><a href="\/tickets\/(\d+)/g)].map(([, n]) => Number(n));
}

async function countersAreRight() {
  const { kept, truth } = await desk.counters();
  assert.deepEqual(kept, truth);
}

test('R13: one ticket leaves the lists, the other shows both and keeps its department and agent', async () => {
  const s1 = await write('Sam', { text: 'A quokka ate it' });
  const t1 = await write('Tom');
  await desk.do('owner', s1, 'assign', { agent: people.Bob });
  await desk.do('owner', t1, 'assign', { agent: people.Ann });
  const [old] = await desk.rows('waiting_since', 'ticket', `number = ${s1}`);
  const rs = await merge(s1, t1);
  assert.equal(rs.headers.location, `/tickets/${t1}`);
  const t = await desk.ticket(t1);
  assert.equal(t.agent_id, people.Ann);
  assert.equal(t.department_id, desk.home.id);
  assert.deepEqual(await followers(t1), [people.Bob]);
  assert.equal((await state(t1))[3], old[0], 'it waits since the older message');
  assert.equal((await state(t1))[4], '1');
  const all = await listed();
  assert.ok(all.includes(t1) && !all.includes(s1), String(all));
  await countersAreRight();
  const text = textOf(await page(t1));
  assert.match(text, /A quokka ate it/);
  assert.match(text, /Words of Tom/);
  assert.ok(text.indexOf('quokka') < text.indexOf('Words of Tom'), 'in the order in which they were written');
  assert.match(text, new RegExp(`#${s1}`));
  assert.match(text, /merged another ticket into this one/);
  const there = await (await desk.as()).get(`/tickets/${s1}`);
  assert.equal(there.status, 303);
  assert.equal(there.headers.location, `/tickets/${t1}`);
  assert.match(textOf(await page(t1)), new RegExp(`#${s1} was merged into this ticket`));
  assert.equal((await (await desk.as()).get(`/tickets/${s1}/print`)).headers.location, `/tickets/${t1}/print`);
  assert.match(textOf((await (await desk.as()).get(`/tickets/${t1}/print`)).body), /A quokka ate it/);
  assert.deepEqual(await found('quokka'), [t1]);
  assert.deepEqual(await found('"quokka ate"'), [t1]);
  await unmerge(t1, s1);
  assert.deepEqual(await found('quokka'), [s1]);
  assert.deepEqual(await followers(t1), []);
  assert.ok((await listed()).includes(s1));
  await countersAreRight();
  const [kinds, back] = [await desk.events(t1), await desk.events(s1)];
  assert.deepEqual(kinds.slice(-2).map((e) => [e.kind, e.actor, e.to]), [['merged', '1', String(s1)], ['unmerged', '1', String(s1)]]);
  assert.deepEqual(back.slice(-2).map((e) => e.kind), ['merged_into', 'unmerged_from']);
});

test('mail for the merged one is shown with the other, and is its own again afterwards', async () => {
  const s1 = await write('Sue');
  const t1 = await write('Tim');
  await desk.do('owner', s1, 'answer', { text: 'First answer', to: addressOf('Sue') });
  const letter = await desk.answerTo(addressOf('Sue'));
  const id = letter.headers['message-id'].replace(/[<>]/g, '');
  const signed = /[\w.+-]+\+t[\w-]+@[\w.-]+/.exec(letter.headers['reply-to'])[0];
  await merge(s1, t1);
  const before = await thread(t1);
  const ways = {
    'by Message-ID': { headers: { 'In-Reply-To': `<${id}>` }, subject: 'Re' },
    'by signed address': { to: signed, subject: 'Re' },
    'by number': { subject: `Re: [#${s1}]` },
  };
  for (const [way, more] of Object.entries(ways)) {
    const { outcome, number } = await desk.receive({ from: who('Sue'), text: `Reply ${way}`, ...more });
    assert.deepEqual([way, outcome, number], [way, 2, t1]);
  }
  const key = await desk.followKeyOf(s1, addressOf('Sue'));
  const link = s.client(desk.host);
  await link.submit(`/t/${key}`, `/t/${key}`, { text: 'Reply by link' });
  const shown = textOf(await page(t1));
  for (const way of [...Object.keys(ways), 'by link']) assert.match(shown, new RegExp(`Reply ${way}`));
  assert.equal(await desk.status(t1), 'N');
  assert.deepEqual(await thread(t1), before);
  await unmerge(t1, s1);
  assert.deepEqual(await thread(t1), before);
  assert.equal((await thread(s1)).length, 6);
  assert.equal(await desk.status(s1), 'C');
  assert.match(textOf(await page(s1)), /Reply by Message-ID/);
  assert.doesNotMatch(textOf(await page(t1)), /Reply by/);
  const { number } = await desk.receive({ from: who('Sue'), text: 'Once more', to: signed, subject: 'Re' });
  assert.equal(number, s1);
  await countersAreRight();
});

test('an answer goes to the people of both; who got none still waits when they part', async () => {
  const s1 = await write('Sib', { headers: { Cc: 'friend@customers.example' } });
  const s2 = await write('Sol');
  const t1 = await write('Tab');
  await merge(s1, t1);
  await merge(s2, t1);
  const form = formsOf(await page(t1)).find((f) => f.action.endsWith('/answer'));
  assert.equal(form.fields.get('to'), addressOf('Tab'));
  assert.deepEqual(form.fields.get('cc').split(', ').sort(), ['friend@customers.example', addressOf('Sib'), addressOf('Sol')].sort());
  await desk.do('owner', t1, 'answer', { text: 'To two of you', to: addressOf('Tab'), cc: addressOf('Sib') });
  const sent = await desk.rows('recipient', 'outbox', `ticket_id = ${await idOf(t1)} AND kind = 1 ORDER BY recipient`);
  assert.deepEqual(sent.flat(), [addressOf('Sib'), addressOf('Tab')]);
  assert.equal(await desk.status(t1), 'A');
  await unmerge(t1, s1);
  await unmerge(t1, s2);
  assert.deepEqual([await desk.status(t1), await desk.status(s1), await desk.status(s2)], ['A', 'A', 'N']);
  assert.deepEqual([await participants(t1), await participants(s1), await participants(s2)], [[], ['friend@customers.example'], []]);
  await countersAreRight();
});

test('a ticket that was open because of the other is what it was when they part', async () => {
  const s1 = await write('Sid');
  const t1 = await write('Tess');
  await desk.do('owner', t1, 'answer', { text: 'Answered', to: addressOf('Tess') });
  const old = await state(t1);
  await merge(s1, t1);
  assert.equal(await desk.status(t1), 'C', 'the customer of the other waits');
  await unmerge(t1, s1);
  assert.deepEqual(await state(t1), old);
  assert.equal(await desk.status(s1), 'N');
});

test("a customer's link shows what is theirs, and nothing of the other customer", async () => {
  const s1 = await write('Sly', { text: 'Words of Sly' });
  const t1 = await write('Ted', { text: 'Secret of Ted' });
  const keys = [await desk.followKeyOf(s1, addressOf('Sly')), await desk.followKeyOf(t1, addressOf('Ted'))];
  await merge(s1, t1);
  await desk.do('owner', t1, 'answer', { text: 'For Ted alone', to: addressOf('Ted') });
  await desk.do('owner', t1, 'answer', { text: 'For everybody', to: addressOf('Ted'), cc: addressOf('Sly') });
  const [sly, ted] = await Promise.all(keys.map(async (k) => textOf((await s.client(desk.host).get(`/t/${k}`)).body)));
  assert.match(sly, /Words of Sly[\s\S]*For everybody/);
  assert.doesNotMatch(sly, /Ted alone|Secret/);
  assert.match(ted, /Secret of Ted[\s\S]*For Ted alone[\s\S]*For everybody/);
  assert.doesNotMatch(ted, /Words of Sly/);
  const same = await write('Ted', { text: 'Second of Ted' });
  await merge(same, t1);
  assert.match(textOf((await s.client(desk.host).get(`/t/${keys[1]}`)).body), /Second of Ted/);
});

test('files, frames and raw mails of the merged one are seen with the other, by who sees that', async () => {
  const lines = ['--b', 'Content-Type: text/html', '', '<p>In a frame</p>', '--b', 'Content-Type: text/plain', 'Content-Disposition: attachment; filename=list.txt', '', 'the list', '--b--'];
  const s1 = await write('Fay', { to: billing.address, text: lines.join('\n'), headers: { 'Content-Type': 'multipart/mixed; boundary=b' } });
  const t1 = await write('Tea');
  const [[file]] = await desk.rows('id', 'attachment', `ticket_id = ${await idOf(s1)}`);
  const [[message]] = await desk.rows('id', 'message', `ticket_id = ${await idOf(s1)}`);
  const bob = await desk.as('Bob');
  const places = [`/files/${file}`, `/tickets/${t1}/messages/${message}/frame`];
  for (const path of places) assert.equal((await bob.get(path)).status, 404, path);
  await merge(s1, t1, 'Ann');
  for (const path of places) assert.equal((await bob.get(path)).status, 200, path);
  assert.match(await page(t1, 'Bob'), /list\.txt/);
  assert.equal((await (await desk.as('Dee')).get(`/files/${file}`)).status, 404);
  assert.equal((await (await desk.as('Dee')).get(`/tickets/${s1}`)).status, 404);
  assert.deepEqual(await found('list.txt', 'Bob'), [t1]);
  assert.equal((await desk.act('Bob', t1, 'unmerge', { ticket: s1 })).status, 409, 'Bob has no right in Billing');
  assert.equal((await desk.rows('1', 'ticket_merge', `ticket_id = ${await idOf(s1)}`)).length, 1);
  assert.doesNotMatch(await page(t1, 'Bob'), /Take it out again/);
  await unmerge(t1, s1, 'Ann');
  for (const path of places) assert.equal((await bob.get(path)).status, 404, path);
});

test('what cannot be merged is refused, with the reason, and changes nothing', async () => {
  const [a, b, c, spam, gone] = [await write('Una'), await write('Ute'), await write('Uwe'), await write('Ulf'), await write('Ugo')];
  const other = await write('Udo', { to: billing.address });
  await desk.do('owner', spam, 'spam');
  await desk.do('owner', gone, 'delete');
  const sum = await desk.fingerprint();
  const refused = async (from, into, status, why, by = 'owner') => {
    const rs = await desk.act(by, from, 'merge', { into });
    assert.deepEqual([rs.status, why.test(textOf(rs.body))], [status, true], `${from} into ${into}: ${rs.status} ${textOf(rs.body).slice(0, 300)}`);
  };
  await refused(a, a, 400, /the same ticket/);
  await refused(a, 'x', 400, /no ticket with this number/);
  await refused(a, 987654, 400, /no ticket with this number/);
  await refused(a, spam, 409, /the ticket is spam/);
  await refused(a, gone, 409, /the ticket is deleted/);
  await refused(spam, a, 409, /the ticket is spam/);
  await refused(a, other, 400, /no ticket with this number/, 'Bob');
  assert.equal((await desk.act('Bob', other, 'merge', { into: a })).status, 404);
  const after = await desk.fingerprint();
  for (const t of ['ticket', 'message', 'event', 'ticket_merge', 'ticket_alone']) assert.equal(after[t], sum[t], t);
  await merge(a, b);
  await merge(c, a); // where a went
  assert.equal((await state(b))[4], '2');
  await refused(b, a, 400, /the same ticket/); // would be a circle
  const stale = await desk.act('owner', b, 'unmerge', { ticket: spam });
  assert.equal(stale.status, 409);
  await countersAreRight();
});

test('a lost race keeps the draft: what was written to a ticket that is merged by then', async () => {
  const [a, b] = [await write('Ria'), await write('Rob')];
  const { version } = await desk.ticket(a);
  await merge(a, b, 'Ann');
  const rs = await desk.act('Bob', a, 'answer', { text: 'My long draft', to: addressOf('Ria'), version });
  assert.equal(rs.status, 409);
  assert.match(rs.body, /My long draft/);
  assert.match(textOf(rs.body), /Ann (changed|answered)/);
  assert.equal(formsOf(rs.body).find((f) => f.action.endsWith('/answer')).action, `/tickets/${b}/answer`);
  const [x, y] = [await write('Rex'), await write('Ron')];
  const seen = (await desk.ticket(x)).version;
  await desk.do('Ann', x, 'note', { text: 'Changed' });
  const lost = await desk.act('Bob', x, 'merge', { into: y, version: seen });
  assert.equal(lost.status, 409);
  assert.equal((await state(y))[4], '0');
});

test('whoever merges at the same time, there is one page for each ticket and no circle', async () => {
  const numbers = [];
  for (const name of ['Ada', 'Abe', 'Ali', 'Amy']) numbers.push(await write(name));
  const owner = await desk.as();
  for (let round = 0; round < (LONG ? 20 : 3); round++) {
    const posts = [];
    for (let i = 0; i < numbers.length; i++) {
      const token = await tokenOf(owner);
      posts.push(() => owner.post(`/tickets/${numbers[i]}/merge`, { token, into: numbers[(i + 1) % numbers.length], version: 0 }));
    }
    const answers = await Promise.all(posts.map((post) => post()));
    assert.ok(answers.every((rs) => [303, 400, 409].includes(rs.status)), answers.map((rs) => rs.status).join());
    const rows = await desk.rows('id, merged_into_id, merged_n', 'ticket', `number IN (${numbers})`);
    const roots = rows.filter(([, into]) => into === null);
    const ids = new Set(roots.map(([id]) => id));
    assert.ok(roots.length >= 1 && rows.every(([, into]) => into === null || ids.has(into)), JSON.stringify(rows));
    for (const [id, , n] of roots) assert.equal(Number(n), rows.filter(([, into]) => into === id).length);
    for (const root of roots) {
      const rootNumber = (await desk.rows('number', 'ticket', `id = ${root[0]}`))[0][0];
      for (;;) {
        const [next] = await desk.rows('number', 'ticket', `merged_into_id = ${root[0]} AND number IN (${numbers}) LIMIT 1`);
        if (!next) break;
        await unmerge(Number(rootNumber), Number(next[0]));
      }
    }
    await countersAreRight();
  }
});

/* --- any sequence --- */

/** Numbers that look like chance, the same for each seed. */
function chance(seed) {
  let x = seed >>> 0;
  return (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * n);
  };
}

/** What tickets are expected to be: each as if nothing had ever been merged, and what its page shows. */
class Model {
  constructor(tickets) {
    this.tickets = tickets.map((t) => ({ ...t, own: 'N', shown: 'N', parent: null, thread: [t.first] }));
  }

  root = (t) => (t.parent ? this.root(t.parent) : t);

  group = (root) => this.tickets.filter((t) => this.root(t) === root);

  static written = (status) => (status === 'N' ? 'N' : 'C');

  merge(a, b) {
    const into = this.root(b);
    const waits = 'NC'.includes(a.shown);
    if (this.group(into).length === 1) into.shown = into.own;
    a.parent = into;
    if (waits) into.shown = Model.written(into.shown);
  }

  static together(own, others) {
    return others.some((t) => 'NC'.includes(t.own)) ? Model.written(own) : own;
  }

  unmerge(a) {
    const from = this.root(a);
    a.parent = null;
    a.shown = Model.together(a.own, this.group(a).filter((t) => t !== a));
    const left = this.group(from).filter((t) => t !== from);
    if (left.length === 0) from.shown = from.own;
    else if ('NC'.includes(from.shown)) from.shown = Model.together(from.own, left);
  }

  reply(t, text) {
    t.thread.push(text);
    t.own = Model.written(t.own);
    const root = this.root(t);
    root.shown = Model.written(root.shown);
  }

  answer(root, to, text) {
    root.thread.push(text);
    root.shown = 'A';
    root.own = 'A';
    for (const t of this.group(root)) if (to.includes(t.email)) t.own = 'A';
  }
}

async function sequence(seed, steps) {
  const rnd = chance(seed);
  const tickets = [];
  for (const name of ['P', 'Q', 'R', 'S'].map((x) => `${x}${seed}`)) {
    const number = await write(name);
    const key = await desk.followKeyOf(number, addressOf(name));
    tickets.push({ name, number, key, email: addressOf(name), first: `Words of ${name}` });
  }
  const model = new Model(tickets);
  const done = [];
  const check = async () => {
    for (const t of model.tickets) {
      if (!t.parent) assert.equal(await desk.status(t.number), t.shown, `${t.name} after ${done.join(' ')}`);
      assert.deepEqual(await thread(t.number), t.thread, `${t.name} after ${done.join(' ')}`);
      assert.deepEqual(await participants(t.number), [], `${t.name} after ${done.join(' ')}`);
    }
  };
  for (let i = 0; i < steps; i++) {
    const a = model.tickets[rnd(4)];
    const b = model.tickets[rnd(4)];
    const root = model.root(a);
    const what = rnd(4);
    if (what === 0 && !a.parent && model.root(b) !== a) {
      done.push(`${a.name}>${b.name}`);
      await merge(a.number, b.number);
      model.merge(a, b);
    } else if (what === 1 && a.parent) {
      done.push(`<${a.name}`);
      await unmerge(root.number, a.number);
      model.unmerge(a);
    } else if (what === 2) {
      done.push(`${a.name}!`);
      const rs = await s.client(desk.host).submit(`/t/${a.key}`, `/t/${a.key}`, { text: `Reply ${i}` });
      assert.equal(rs.status, 303);
      model.reply(a, `Reply ${i}`);
    } else if (what === 3) {
      const cc = model.group(root).filter((t) => t !== root && rnd(2)).map((t) => t.email);
      done.push(`${root.name}?${cc.length}`);
      await desk.do('owner', root.number, 'answer', { text: `Answer ${i}`, to: root.email, cc: cc.join(', ') });
      model.answer(root, [root.email, ...cc], `Answer ${i}`);
    } else continue;
    await check();
  }
  for (const t of model.tickets.filter((x) => x.parent)) {
    await unmerge(model.root(t).number, t.number);
    model.unmerge(t);
  }
  for (const t of model.tickets) assert.equal(await desk.status(t.number), t.own, `${t.name} in the end, after ${done.join(' ')}`);
  await check();
  await countersAreRight();
}

test('any sequence of merging, parting, replies and answers gives each ticket its own back', async (t) => {
  const seeds = LONG ? Array.from({ length: 20 }, (_, i) => i + 1) : [1];
  for (const seed of seeds) await t.test(`seed ${seed}`, () => sequence(seed, LONG ? 60 : 25));
});

/* --- split --- */

async function trySplit(by, number, messages, fields = {}) {
  const client = await desk.as(by);
  const form = new URLSearchParams({ token: await tokenOf(client), version: (await desk.ticket(number)).version, ...fields });
  for (const id of messages) form.append('messages', id);
  return client.post(`/tickets/${number}/split`, form);
}

/** Number of the new ticket. */
async function split(by, number, messages, fields) {
  const rs = await trySplit(by, number, messages, fields);
  assert.equal(rs.status, 303, textOf(rs.body));
  return Number(rs.headers.location.split('/').pop());
}

const messagesOf = async (number) => (await desk.rows('id', 'message', `ticket_id = ${await idOf(number)} ORDER BY id`)).flat();

test('R14: chosen messages become a new ticket, linked both ways; answers to them, files and search follow', async () => {
  const t1 = await write('Eve', { text: 'The first matter' });
  await desk.do('owner', t1, 'assign', { agent: people.Ann });
  await desk.do('Ann', t1, 'answer', { text: 'Answered one', to: addressOf('Eve') });
  const letter = await desk.answerTo(addressOf('Eve'));
  const lines = ['--b', 'Content-Type: text/plain', '', 'A wombat is another matter', '--b', 'Content-Type: text/plain', 'Content-Disposition: attachment; filename=wombat.txt', '', 'x', '--b--'];
  const own = `second-${Date.now()}@customers.example`;
  await desk.receive({ from: who('Eve'), to: /<?([^<>\s]+\+t[^<>\s]+)>?$/.exec(letter.headers['reply-to'])[1], subject: 'Re', text: lines.join('\n'), headers: { 'Content-Type': 'multipart/mixed; boundary=b', 'Message-ID': `<${own}>` } });
  const ids = await messagesOf(t1);
  assert.equal(ids.length, 3);
  const [[file]] = await desk.rows('id', 'attachment', `message_id = ${ids[2]}`);
  const n = await split('Ann', t1, [ids[2]], { subject: 'Wombats' });
  assert.deepEqual([await messagesOf(t1), await messagesOf(n)], [ids.slice(0, 2), [ids[2]]]);
  const made = await desk.ticket(n);
  assert.deepEqual([made.department_id, made.agent_id, made.status, made.subject], [desk.home.id, null, 'N', 'Wombats']);
  assert.equal(await desk.status(t1), 'A', 'nobody waits in the old one any more');
  const [[waits]] = await desk.rows('waiting_since - (SELECT created_at FROM message m WHERE m.tenant_id = ticket.tenant_id AND m.id = ' + ids[2] + ')', 'ticket', `number = ${n}`);
  assert.equal(waits, '0', 'it waits since the message that moved');
  assert.equal((await (await desk.as()).get(`/files/${file}`)).status, 200);
  assert.match(await page(n), /wombat\.txt/);
  assert.doesNotMatch(await page(t1), /wombat\.txt/);
  assert.deepEqual(await found('wombat'), [n]);
  assert.match(textOf(await page(t1)), new RegExp(`ticket of its own of messages from here: #${n}`));
  assert.match(textOf(await page(n)), new RegExp(`made this ticket of messages from #${t1}`));
  const { number } = await desk.receive({ from: who('Eve'), subject: 'Re', text: 'And more of it', headers: { References: `<${own}>` } });
  assert.equal(number, n);
  await countersAreRight();
});

test('R14: what answers an answer that has moved goes to the new ticket, whatever address it carries', async () => {
  const t1 = await write('Eli');
  await desk.do('owner', t1, 'answer', { text: 'Stays', to: addressOf('Eli') });
  await desk.receive({ from: who('Eli'), subject: `[#${t1}]`, text: 'Other thing' });
  await desk.do('owner', t1, 'answer', { text: 'Moves', to: addressOf('Eli') });
  const letter = await desk.answerTo(addressOf('Eli'), 2);
  const ids = await messagesOf(t1);
  const n = await split('owner', t1, ids.slice(2), { agent: people.Bob });
  const made = await desk.ticket(n);
  assert.deepEqual([made.status, made.agent_id], ['A', people.Bob]);
  const to = /<?([^<>\s]+\+t[^<>\s]+)>?$/.exec(letter.headers['reply-to'])[1];
  const { number } = await desk.receive({ from: who('Eli'), to, subject: 'Re', text: 'To what moved', headers: { 'In-Reply-To': letter.headers['message-id'] } });
  assert.equal(number, n);
  await waitFor('its delivery to be seen', async () => /Sent/.test(textOf(await page(n))));
});

test('what cannot be split is refused and stays as it was', async () => {
  const t1 = await write('Ewa');
  await desk.do('owner', t1, 'note', { text: 'A note' });
  const [first, note] = await messagesOf(t1);
  const foreign = await messagesOf(await write('Eda'));
  const sum = await desk.fingerprint();
  for (const [messages, why] of [
    [[], /choose the messages/],
    [foreign, /choose the messages/],
    [[note], /a message of the customer/],
    [[first], /something must stay/],
  ]) {
    const rs = await trySplit('owner', t1, messages);
    assert.deepEqual([rs.status, why.test(textOf(rs.body))], [400, true], textOf(rs.body).slice(0, 300));
  }
  assert.equal((await trySplit('owner', t1, [first], { version: 99 })).status, 409);
  const now = await desk.fingerprint();
  for (const t of ['ticket', 'message', 'event', 'contact', 'participant']) assert.equal(now[t], sum[t], t);
});

test('a message of a merged ticket may become one of its own; parting gives back the rest', async () => {
  const [a, b] = [await write('Gil'), await write('Gus')];
  await desk.receive({ from: who('Gil'), subject: `[#${a}]`, text: 'Second of Gil' });
  await merge(a, b);
  const second = (await messagesOf(a))[1];
  const n = await split('owner', b, [second]);
  await unmerge(b, a);
  assert.deepEqual([await thread(a), await thread(b), await thread(n)], [['Words of Gil'], ['Words of Gus'], ['Second of Gil']]);
  const { number } = await desk.receive({ from: who('Gil'), subject: `[#${n}]`, text: 'x' });
  assert.equal(number, n);
  await countersAreRight();
});
