// tests/e2e/lists.test.mjs - lists in pages by key, in both directions; counters that equal the lists
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { unescapeHtml } from '../support/http.mjs';
import { openStack } from '../support/stack.mjs';

const TICKETS = 120;
const SAME_MOMENT = 60; // so many have the same last activity: the key has to tell them apart

let s;
let desk;
let billing;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  billing = await desk.department('Billing');
  await desk.person('Dee', { department: billing });
  const inTurns = (i) => (i % 3 === 0 ? billing : desk.home);
  for (let i = 0; i < TICKETS; i += 8)
    await Promise.all(
      Array.from({ length: 8 }, (_, k) =>
        desk.open('owner', { department: inTurns(i + k), subject: `Number ${i + k}` }),
      ),
    );
  await s.sql(
    `UPDATE ticket SET activity_at = 1700000000000 WHERE tenant_id = ${desk.id} ORDER BY number LIMIT ${SAME_MOMENT}`,
  );
});
after(() => s?.close());

const numbersOf = (body) =>
  [...body.matchAll(/<td class="c-subject"><a href="\/tickets\/(\d+)"/g)].map(([, n]) => Number(n));

function linkOf(body, rel) {
  const link = new RegExp(`<a [^>]*href="([^"]*)"[^>]*rel="${rel}"`).exec(body);
  return link && unescapeHtml(link[1]);
}

/** All pages of a list from path on, in the direction of rel. */
async function pages(name, path, rel) {
  const client = await desk.as(name);
  const all = [];
  for (let next = path; next;) {
    const { status, body } = await client.get(next);
    assert.equal(status, 200, next);
    all.push({ path: next, numbers: numbersOf(body), body });
    assert.ok(all.length < 20, 'the pages do not end');
    next = linkOf(body, rel);
  }
  return all;
}

for (const view of ['/tickets?view=all', '/tickets?view=open', '/tickets?view=unassigned'])
  test(`${view}: no ticket twice, none missing, forwards and back`, async () => {
    const forwards = await pages('owner', view, 'next');
    assert.deepEqual(
      forwards.map((p) => p.numbers.length),
      [50, 50, 20],
    );
    const numbers = forwards.flatMap((p) => p.numbers);
    assert.equal(new Set(numbers).size, TICKETS);
    const backwards = await pages('owner', forwards.at(-1).path, 'prev');
    assert.deepEqual(
      backwards.reverse().flatMap((p) => p.numbers),
      numbers,
    );
    const rows = await desk.rows('number', 'ticket', '1 ORDER BY activity_at DESC, id DESC');
    assert.deepEqual(numbers, rows.flat().map(Number), 'the newest first');
  });

test('a list of one department, and of one who is in one department, pages alike', async () => {
  for (const [name, path] of [
    ['owner', `/tickets?view=all&department=${billing.id}`],
    ['Dee', '/tickets?view=all'],
  ]) {
    const numbers = (await pages(name, path, 'next')).flatMap((p) => p.numbers);
    const rows = await desk.rows(
      'number',
      'ticket',
      `department_id = ${billing.id} ORDER BY activity_at DESC, id DESC`,
    );
    assert.deepEqual(numbers, rows.flat().map(Number), name);
  }
});

test('a place that came or went meanwhile does not disturb the next page', async () => {
  const client = await desk.as();
  const first = await client.get('/tickets?view=open');
  const shown = numbersOf(first.body);
  await desk.do('owner', shown.at(-1), 'resolve');
  const second = numbersOf((await client.get(linkOf(first.body, 'next'))).body);
  assert.equal(second.filter((n) => shown.includes(n)).length, 0);
  assert.equal(second.length, 50);
  await desk.do('owner', shown.at(-1), 'reopen');
});

test('a broken place is the beginning of the list', async () => {
  const client = await desk.as();
  const first = numbersOf((await client.get('/tickets?view=all')).body);
  for (const place of ['x', '-1.-1', 'zz.1', '1', '', "1.1'--"]) {
    const { status, body } = await client.get(`/tickets?view=all&before=${encodeURIComponent(place)}`);
    assert.equal(status, 200, place);
    assert.deepEqual(numbersOf(body), first, place);
  }
});

/** Counters that the navigation shows: { view: n }. */
function counters(body) {
  const found = [...body.matchAll(/<a href="\/tickets\?view=(\w+)"[^>]*>.*?<b data-n="(\d+)">/g)];
  return Object.fromEntries(found.map(([, view, n]) => [view, Number(n)]));
}

test('each counter is the length of its list', async () => {
  const number = (n) => desk.open('owner', { department: n % 2 ? billing : desk.home });
  const ways = [
    ['resolve'],
    ['answered'],
    ['spam'],
    ['delete'],
    ['postpone', { until: '2040-01-01T09:00' }],
    ['assign', { agent: 'me' }],
  ];
  for (const [i, [verb, fields]] of ways.entries()) await desk.do('owner', await number(i), verb, fields);
  for (const name of ['owner', 'Dee']) {
    const shown = counters((await (await desk.as(name)).get('/profile')).body);
    assert.deepEqual('deleted' in shown, name === 'owner', 'only admins see the bin');
    for (const [view, n] of Object.entries(shown)) {
      const list = await pages(name, `/tickets?view=${view}`, 'next');
      assert.equal(list.flatMap((p) => p.numbers).length, n, `${view} of ${name}`);
      assert.match(list[0].body, new RegExp(`>${n} tickets?<`), `${view} of ${name}, above the list`);
    }
  }
  const { kept, truth } = await desk.counters();
  assert.deepEqual(kept, truth);
});
