// tests/e2e/search.test.mjs - what is said is found, by everything that it is known by, and only by who may see it
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { textOf, unescapeHtml } from '../support/http.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const MANY = 60; // tickets that share a word: more than two pages

let s;
let desk;
let billing;
let letter; // number of a ticket with everything in it
let secret; // one in Billing
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  billing = await desk.department('Billing');
  await desk.person('Ann');
  await desk.person('Dee', { department: billing });
  letter = await desk.write({
    from: 'Jan Kowalski <jan.kowalski@mail.example.com>',
    subject: 'Faktura FV/2026/117 – zażółć gęślą jaźń',
    headers: { Cc: 'Berta <berta@partner.example>', 'Content-Type': 'multipart/mixed; boundary=b' },
    text: [
      '--b',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'The quick <b>brown</b> fox ordered 42 servers.',
      'Счёт за март приложен.',
      '--b',
      'Content-Type: text/plain',
      'Content-Disposition: attachment; filename="umbrella-scan.txt"',
      '',
      'inside',
      '--b--',
    ].join('\n'),
  });
  await desk.do('Ann', letter, 'answer', { text: 'Thank you, the marmalade is shipped.' });
  await desk.do('Ann', letter, 'note', { text: 'He always pays with pistachios.' });
  await (await desk.as('Ann')).get('/tickets'); // shows what has just happened, once
  secret = await desk.open('owner', { department: billing, subject: 'About the xylophone', text: 'Of brass.' });
});
after(() => s?.close());

const numbersOf = (body) =>
  [...body.matchAll(/<td class="c-subject"><a href="\/tickets\/(\d+)"/g)].map(([, n]) => Number(n));

async function search(q, name = 'owner', d = desk) {
  const rs = await (await d.as(name)).get(`/search?q=${encodeURIComponent(q)}`);
  assert.equal(rs.status, 200, q);
  return { ...rs, numbers: numbersOf(rs.body), marks: marksOf(rs.body) };
}

const marksOf = (body) => [...body.matchAll(/<mark>([^<]*)<\/mark>/g)].map(([, m]) => unescapeHtml(m));

const found = {
  'a word of the subject': ['faktura'],
  'the same without its accents': ['zazolc gesla jazn'],
  'its beginning': ['zażó*'],
  'a number with signs': ['FV/2026/117'],
  'a part of such a number': ['2026/117'],
  'a word of the text': ['servers'],
  'two words, however apart': ['servers faktura'],
  'words that follow each other': ['"the quick"', '"FOX ordered 42"'],
  'words in Cyrillic letters': ['счет', 'Счёт приложен'],
  "the sender's name": ['kowalski', 'from:jan'],
  "the sender's address": ['jan.kowalski@mail.example.com', 'from:jan.kowalski@mail.example.com'],
  'the domains that it is in': ['mail.example.com', 'example.com'],
  'a part of the address': ['jan.kowalski'],
  'who had a copy': ['berta@partner.example'],
  'the name of a file': ['umbrella-scan.txt', 'umbrella'],
  'an answer': ['marmalade'],
  'a note': ['pistachios'],
  'one word and not the other': ['servers -xylophone', 'servers -"fox quick"'],
  'a field': ['subject:faktura', 'from:ann marmalade'],
  'a state': ['status:answered servers'],
  'who is responsible': ['agent:ann servers', 'agent:Ann'],
  'a department': [() => `department:"${desk.home.name}" servers`],
  'a day': ['after:2020-01-01 before:2100-01-01 servers', 'after:2020-01-01 servers'],
};

async function assertAllFound() {
  for (const [what, queries] of Object.entries(found))
    for (const q of queries.map((q) => (typeof q === 'function' ? q() : q)))
      assert.deepEqual((await search(q)).numbers, [letter], `${what}: ${q}`);
}

test('a ticket is found by everything that it says', assertAllFound);

const notFound = [
  'subject:servers',
  'from:faktura',
  '"quick the"',
  '"fox quick"',
  'servers -faktura',
  'serv',
  'se*',
  'status:spam servers',
  'status:deleted servers',
  'agent:none servers',
  'agent:me servers',
  'agent:Somebody servers',
  'department:billing servers',
  'department:nowhere servers',
  'before:2020-01-01 servers',
  'after:2100-01-01 servers',
  'kowalski@example',
];

test('and by nothing else', async () => {
  for (const q of notFound) assert.deepEqual((await search(q)).numbers, [], q);
});

test('what was looked for is marked, and stays text', async () => {
  const { body, marks } = await search('brown FOX');
  assert.deepEqual(marks, ['brown', 'fox']);
  assert.ok(body.includes('&lt;b&gt;<mark>brown</mark>&lt;/b&gt; <mark>fox</mark>'), textOf(body));
  assert.deepEqual((await search('zolty zażółc')).marks, []);
  assert.deepEqual((await search('zazolc')).marks, ['zażółć']);
  const typed = await search('"><script>alert(1)</script>');
  assert.ok(!typed.body.includes('<script>alert'));
  assert.ok(typed.body.includes('value="&quot;&gt;&lt;script&gt;'));
});

test('a number leads to its ticket', async () => {
  const owner = await desk.as();
  const rs = await owner.get(`/search?q=%23${letter}`);
  assert.equal(rs.status, 303);
  assert.equal(rs.headers.location, `/tickets/${letter}`);
  assert.deepEqual((await search('#987654')).numbers, []);
});

/** A page without what was asked for. */
const face = (rs, q) =>
  rs.body.replaceAll(q.replaceAll('"', '&quot;'), 'Q').replace(/(name="token" value=")[^"]*/g, '$1');

async function sameAsNothing(q, nothing, name, d) {
  const there = await search(q, name, d);
  assert.equal(face(there, q), face(await search(nothing, name, d), nothing), q);
}

test("another department's tickets are answered like what nobody ever said", async () => {
  assert.deepEqual((await search('xylophone')).numbers, [secret]);
  assert.deepEqual((await search('xylophone', 'Dee')).numbers, [secret]);
  for (const [q, nothing] of [
    ['xylophone', 'qqqqqqqqq'],
    ['xylo*', 'qqqq*'],
    ['"the xylophone"', '"the qqqqqqqqq"'],
    ['subject:xylophone', 'subject:qqqqqqqqq'],
    ['xylophone -qqq', 'qqqqqqqqq -qqq'],
    ['department:Billing', 'department:Qilling'],
  ])
    await sameAsNothing(q, nothing, 'Ann');
  await sameAsNothing(`#${secret}`, '#987654321', 'Ann');
  assert.ok(!(await search('-qqqqqqqqq', 'Ann')).numbers.includes(secret));
  assert.ok(!(await search('after:2020-01-01', 'Ann')).numbers.includes(secret));
});

test('another tenant finds nothing of it', async () => {
  const neighbour = await Desk.open(s);
  await neighbour.open('owner', { subject: 'Something of our own' });
  for (const q of ['xylophone', 'servers', 'jan.kowalski@mail.example.com', 'xylo*'])
    assert.deepEqual((await search(q, 'owner', neighbour)).numbers, [], q);
  await sameAsNothing('xylophone', 'qqqqqqqqq', 'owner', neighbour);
  assert.deepEqual((await search('-qqqqqqqqq', 'owner', neighbour)).numbers, [1]);
});

test('a ticket is found where it is, not where it was', async () => {
  const number = await desk.open('owner', { subject: 'A zeppelin' });
  assert.deepEqual((await search('zeppelin', 'Dee')).numbers, []);
  await desk.do('owner', number, 'transfer', { department: billing.id, agent: 0 });
  assert.deepEqual((await search('zeppelin', 'Dee')).numbers, [number]);
  assert.deepEqual((await search('zeppelin', 'Ann')).numbers, []);
});

test('spam and deleted tickets are found when asked for', async () => {
  const number = await desk.open('owner', { subject: 'A cheap trombone' });
  await desk.do('owner', number, 'spam');
  assert.deepEqual((await search('trombone')).numbers, []);
  assert.deepEqual((await search('trombone status:spam')).numbers, [number]);
  await desk.do('owner', number, 'delete');
  assert.deepEqual((await search('trombone status:spam')).numbers, []);
  assert.deepEqual((await search('trombone status:deleted')).numbers, [number]);
  assert.deepEqual((await search('trombone status:deleted', 'Ann')).numbers, []);
});

const signs = [
  ...'%_\\+-*"()<>\'`;,.:/#&=|!?~^$@[]{}',
  '%%%',
  '___',
  '\\\\',
  '+servers',
  '-',
  '--',
  '""',
  '"',
  '"\\',
  '(servers',
  'servers) OR (1',
  '<servers>',
  "' OR '1'='1",
  'subject:',
  'subject:"',
  'from:"%"',
  'status:',
  'before:9999-99-99',
  'after:0000-00-00',
  'after:2026-02-31 servers',
  '*servers',
  'ser*vers',
  '-*',
  '-"*"',
  '\u0001servers',
  '\u0005',
  '\u202eservers',
  '\ud83d\ude00',
  'a'.repeat(390),
  'a '.repeat(190),
  '"a '.repeat(120),
  '-a '.repeat(120),
  'abc* '.repeat(70),
];

test('every sign is one that somebody may type', async () => {
  for (const q of signs) await search(q);
  for (const q of ['100%', 's_rvers', 'serv%', 'ser.ers', 'serv_rs', '*vers'])
    assert.deepEqual((await search(q)).numbers, [], q);
  for (const q of ['(servers)', '<servers>', '+servers', "'servers'", '*servers', '\u202eservers'])
    assert.deepEqual((await search(q)).numbers, [letter], q);
  const owner = await desk.as();
  assert.equal((await owner.get(`/search?q=${'x'.repeat(401)}`)).status, 400);
  assert.equal((await owner.get('/search?q=%ff')).status, 400);
  for (const below of ['0', '-1', 'x', '99999999999999999999'])
    assert.equal((await owner.get(`/search?q=servers&below=${below}`)).status, 400, below);
});

/** Numbers on all pages from path on. */
async function pages(name, path) {
  const client = await desk.as(name);
  const all = [];
  for (let next = path; next;) {
    const { status, body } = await client.get(next);
    assert.equal(status, 200, next);
    all.push(numbersOf(body));
    assert.ok(all.length < 20, 'the pages do not end');
    const link = /href="([^"]*below=[^"]*)"/.exec(body);
    next = link && unescapeHtml(link[1]);
  }
  return all;
}

test('what very many tickets say comes in pages, newest first, none twice', async () => {
  for (let i = 0; i < MANY; i += 10)
    await Promise.all(
      Array.from({ length: 10 }, (_, k) =>
        desk.open('owner', {
          department: (i + k) % 3 ? desk.home : billing,
          subject: `Weather report ${i + k}`,
        }),
      ),
    );
  const rows = await desk.rows('number, department_id', 'ticket', "subject LIKE 'Weather%' ORDER BY number DESC");
  for (const q of ['weather', '"weather report"', 'weat*', 'weather -qqq', 'subject:weather status:new'])
    for (const [name, mine] of [
      ['owner', rows],
      ['Dee', rows.filter(([, d]) => d === billing.id)],
    ]) {
      const all = await pages(name, `/search?q=${encodeURIComponent(q)}`);
      assert.deepEqual(
        all.flat(),
        mine.map(([n]) => Number(n)),
        `${q} as ${name}`,
      );
      assert.deepEqual(all.map((p) => p.length).slice(0, -1), all.slice(0, -1).map(() => 25), `${q} as ${name}`);
    }
});

const waiting = async () => Number((await desk.rows('COUNT(*)', 'search_waiting'))[0][0]);

async function nothingWaits() {
  await s.sql(
    `INSERT IGNORE INTO job (tenant_id, id, kind, object_id, due_at) VALUES (${desk.id}, 2, 'search.merge', 0, 0)`,
  );
  await waitFor('the index to be merged', async () => (await waiting()) === 0);
}

test('nothing changes when what waited is merged into the index', async () => {
  await nothingWaits();
  await assertAllFound();
  for (const q of notFound) assert.deepEqual((await search(q)).numbers, [], q);
  await sameAsNothing('xylophone', 'qqqqqqqqq', 'Ann');
});

test('an index that is lost is made anew', async () => {
  await nothingWaits();
  await s.sql(`DELETE FROM search_block WHERE tenant_id = ${desk.id}`);
  assert.deepEqual((await search('servers')).numbers, []);
  const said = await s.ctl('search', 'reindex', '--tenant', desk.name);
  assert.match(said, /tickets left\n[^]*all tickets of \S+ are indexed\n$/);
  await assertAllFound();
});

test('while older tickets are being indexed, the page says so; the job ends it', async () => {
  await s.sql(`DELETE FROM search_block WHERE tenant_id = ${desk.id}`);
  await s.sql(
    `UPDATE search_state SET indexed_from = (SELECT last + 1 FROM ticket_sequence WHERE tenant_id = ${desk.id}) WHERE tenant_id = ${desk.id}`,
  );
  assert.match(textOf((await search('servers')).body), /being indexed/);
  await s.sql(
    `INSERT IGNORE INTO job (tenant_id, id, kind, object_id, due_at) VALUES (${desk.id}, 3, 'search.index', 0, 0)`,
  );
  await waitFor('the index', async () => (await desk.rows('indexed_from', 'search_state'))[0][0] === '1');
  await assertAllFound();
  assert.doesNotMatch(textOf((await search('servers')).body), /being indexed/);
});

test('an empty field teaches, and who is not logged in goes to the login', async () => {
  const { body } = await (await desk.as()).get('/search');
  assert.match(textOf(body), /words that follow each other/);
  const rs = await s.client(desk).get('/search?q=servers');
  assert.equal(rs.status, 303);
  assert.match(rs.headers.location, /^\/login/);
});
