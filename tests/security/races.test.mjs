// tests/security/races.test.mjs - several at once on one ticket, and on the counter of tickets: what holds afterwards
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { openStack, waitFor } from '../support/stack.mjs';
import { random } from './canary.mjs';

const ROUNDS = process.env.DESKD_LONG === '1' ? 1_500 : 6;
const SEED = Number(process.env.DESKD_RACE_SEED ?? 7);

let s;
let desk;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  await desk.person('Ann');
  await desk.person('Bob');
});
after(() => s?.close());

const verbs = {
  answer: (n) => ({ text: `Answer ${n}` }),
  note: (n) => ({ text: `Note ${n}` }),
  resolve: () => ({}),
  reopen: () => ({}),
  answered: () => ({}),
  assign: () => ({ agent: 'me' }),
  postpone: () => ({ until: '2031-01-01T09:00' }),
  spam: () => ({}),
  delete: () => ({}),
};

/** What must be true of a ticket, whoever was faster. */
async function checkTicket(number, told) {
  const [[id, messages, status, version, folder]] = await desk.rows('id, messages, status, version, folder', 'ticket', `number = ${number}`);
  const kinds = (await desk.rows('kind, body', 'message', `ticket_id = ${id}`)).map(([kind, body]) => `${kind} ${body.trim()}`);
  assert.equal(Number(messages), kinds.length, `messages of ${number}`);
  for (const { verb, text, rs } of told) {
    assert.ok([303, 400, 403, 404, 409, 422].includes(rs.status), `${verb}: ${rs.status}`);
    if (verb !== 'answer' && verb !== 'note') continue;
    const there = kinds.filter((k) => k === `${verb === 'answer' ? 2 : 3} ${text}`).length;
    assert.equal(there, rs.status === 303 ? 1 : 0, `${text}: ${rs.status}, there ${there} times`);
    const outbox = await desk.rows('COUNT(*)', 'outbox', `ticket_id = ${id} AND kind = 1 AND message_id IN (SELECT id FROM message WHERE tenant_id = ${desk.id} AND body LIKE '${text}%')`);
    if (verb === 'answer') assert.equal(outbox[0][0], rs.status === 303 ? '1' : '0', text);
  }
  const folders = { N: 1, C: 1, A: 2, W: 3, R: 4, L: 4, B: 5, X: 6 };
  assert.equal(Number(folder), folders[status], `status ${status} in folder ${folder}`);
  assert.ok(Number(version) >= 1);
}

test('T02: whoever is faster, each answer that was promised is there once, and no other; counters are the truth', async (t) => {
  const rnd = random(SEED);
  const outcomes = {};
  for (let round = 0; round < ROUNDS; round++) {
    const from = `c${round}@customers.example`;
    const number = await desk.write({ from, subject: `Race ${round}` });
    const { version } = await desk.ticket(number);
    const people = await Promise.all(['owner', 'Ann', 'Bob'].map(async (name) => ({ client: await desk.as(name), tokens: [] })));
    const tasks = Array.from({ length: 6 }, () => ({ who: rnd.of(people), verb: rnd.of(Object.keys(verbs)) }));
    for (const task of tasks) task.token = await tokenOf(task.who.client);
    const twice = rnd.chance(0.5) ? [{ ...tasks[0] }] : [];
    const told = await Promise.all([...tasks, ...twice].map(async ({ who, verb, token }, i) => {
      const isCopy = i === tasks.length;
      const fields = verbs[verb](`${round}.${isCopy ? 0 : i}`);
      const rs = await who.client.post(`/tickets/${number}/${verb}`, { token, version, ...fields });
      outcomes[rs.status] = (outcomes[rs.status] ?? 0) + 1;
      return { verb, text: fields.text, rs, isCopy };
    }));
    if (rnd.chance(0.3)) await desk.receive({ from, subject: `Re: [#${number}]`, text: 'And another thing' });
    const copy = told.find((x) => x.isCopy); // the same form again: a 303, whether it was the first or not
    const first = copy && told.find((x) => !x.isCopy && x.text === copy.text && x.verb === copy.verb);
    await checkTicket(number, told.filter((x) => x !== copy && x !== first));
  }
  t.diagnostic(`seed ${SEED}, ${ROUNDS} rounds: ${JSON.stringify(outcomes)}`);
  const { kept, truth } = await desk.counters();
  assert.deepEqual(kept, truth);
  assert.ok(outcomes[303] >= ROUNDS && outcomes[409] > 0);
});

test('T02: of the same form sent at once by many, one counts', async () => {
  const number = await desk.write({ from: 'double@customers.example', subject: 'Double' });
  const ann = await desk.as('Ann');
  const fields = { token: await tokenOf(ann), version: (await desk.ticket(number)).version, text: 'Once and no more' };
  const all = await Promise.all(Array.from({ length: 12 }, () => ann.post(`/tickets/${number}/answer`, fields)));
  assert.ok(all.every((rs) => rs.status === 303), all.map((rs) => rs.status).join());
  const id = (await desk.ticket(number)).id;
  assert.equal((await desk.rows('COUNT(*)', 'message', `ticket_id = ${id} AND kind = 2`))[0][0], '1');
  await desk.quiet();
  assert.equal(desk.outbox('double@customers.example').filter((m) => !('auto-submitted' in m.headers)).length, 1);
});

test('T03: tickets are numbered without gap or double by three writers at once, each help desk for itself', async () => {
  const [one, two] = await Promise.all([Desk.open(s), Desk.open(s)]);
  const each = 8;
  const form = async (d, i) => {
    const client = s.client(d);
    return client.post('/contact', { token: await tokenOf(client, '/contact'), name: 'K', email: `k${i}@customers.example`, subject: 'S', text: 'T' });
  };
  const letter = (d, i) => s.deliver({ from: `m${i}@customers.example`, to: d.home.address, message: `From: m${i}@customers.example\r\nTo: ${d.home.address}\r\nSubject: S\r\nMessage-ID: <${d.name}.${i}@customers.example>\r\n\r\nT\r\n` });
  await Promise.all([one, two].map((d) => d.as()));
  await Promise.all([one, two].flatMap((d) => Array.from({ length: each }, (_, i) => [form(d, i), letter(d, i), d.open('owner', { email: `a${i}@customers.example` })]).flat()));
  for (const d of [one, two]) {
    await waitFor('the mails', async () => (await d.rows('COUNT(*)', 'mail_in', 'outcome > 0'))[0][0] === String(each));
    const numbers = (await d.rows('number', 'ticket', '1 ORDER BY number')).flat().map(Number);
    assert.deepEqual(numbers, Array.from({ length: 3 * each }, (_, i) => i + 1));
  }
});
