// tests/faults/plugins.test.mjs - plugins that do what none may do (tests/plugin/hostile): each costs at most its
// own request, other tenants see nothing, the third time it is switched off and the admin is told
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk, tokenOf } from '../support/desk.mjs';
import { enable, install } from '../support/plugins.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

let s;
let neighbour; // has it too, and lets it do nothing
let stranger; // has it not

before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 4'] });
  await install(s, 'hostile');
  [neighbour, stranger] = [await Desk.open(s), await Desk.open(s)];
  await enable(s, neighbour.id, 'hostile', { trick: 'none' });
});
after(() => s?.close());

const status = (desk, path) => s.client(desk).get(path).then((rs) => rs.status);
const state = (desk) => desk.one(`SELECT state FROM plugin_tenant WHERE tenant_id = ${desk.id}`).then(Number);

/** Others are served while that happens. */
async function others() {
  assert.equal(await status(neighbour, '/plugins/hostile/calm'), 200);
  assert.equal(await status(neighbour, '/login'), 200);
  assert.equal(await status(stranger, '/login'), 200);
}

async function parked(desk, how) {
  await waitFor(`${how} to be parked`, async () => (await state(desk)) === 3);
  assert.equal(await status(desk, '/plugins/hostile/go'), 404);
  assert.equal(await status(desk, '/login'), 200);
  const [[reason]] = await desk.rows('reason', 'plugin_tenant');
  assert.match(reason, how);
  const letter = await desk.automaticTo(desk.owner);
  assert.match(letter.headers.subject, /plugin hostile was switched off/);
  const log = () => desk.rows('event', 'plugin_log');
  await waitFor('each failure to be told', async () => (await log()).filter(([e]) => e === 'failed').length >= 3);
  assert.ok((await log()).some(([e]) => e === 'parked'));
  assert.deepEqual(await desk.rows('action', 'audit', "action = 'plugin.parked'"), [['plugin.parked']]);
}

// what a visitor gets, and what is said about it
const crashes = [
  ['segfault', [500], /^crashed: signal 11 in GET \/go$/],
  ['divide', [500], /^crashed: signal 8/],
  ['abort', [500], /^crashed: signal 6/],
  ['overflow', [500], /^crashed: signal 11/],
  ['exit', [500], /^ended the program/],
  ['thread', [500, 502, 503], /^ended the program/],
  ['_exit', [500, 502, 503], /^ended the program/], // nobody can answer for it: nginx asks the next worker
  ['loop', [503], /^took too long/],
  ['gigabyte', [500], /^crashed: signal 11/],
  ['close', [500, 502, 503], /^closed files/],
  ['replace', [500, 502, 503], /^closed files/],
  ['alloc', [503], /^took too much memory/],
];

for (const [trick, answers, how] of crashes)
  test(`${trick} costs its own request, and the third time it is switched off`, async () => {
    const desk = await Desk.open(s);
    await enable(s, desk.id, 'hostile', { trick }, 1, { wait: 0 });
    for (let i = 0; i < 6 && (await state(desk)) === 1; i++) {
      const got = await status(desk, '/plugins/hostile/go');
      assert.ok(answers.includes(got) || (got === 404 && i > 2), `${trick} ${i}: ${got}`);
      assert.equal(await status(desk, '/login'), 200, 'the next request, without it');
      await others();
      await sleep(1100); // it rests for a second
    }
    await parked(desk, how);
  });

test('a request that ended its process is not tried on the next one: it counts once', async () => {
  const desk = await Desk.open(s);
  const failed = () => desk.rows('detail', 'plugin_log', "event = 'failed'");
  await enable(s, desk.id, 'hostile', { trick: '_exit' }, 1, { wait: 0 });
  for (const n of [1, 2]) {
    assert.equal(await status(desk, '/plugins/hostile/go'), 500, 'the second try says so');
    await waitFor('the failure to be told', async () => (await failed()).length >= n);
    await sleep(1100);
    assert.equal((await failed()).length, n);
  }
  assert.equal(await state(desk), 1);
});

// what is put right, and costs only the worker afterwards
const disturbances = [
  ['locale', /^changed the program's language/],
  ['umask', /^changed the mode of new files/],
  ['signals', /^changed how signals/],
  ['folder', /^changed the working folder/],
];

for (const [trick, how] of disturbances)
  test(`a changed ${trick} is put right, and the third time it is switched off`, async () => {
    const desk = await Desk.open(s);
    await enable(s, desk.id, 'hostile', { trick }, 1, { wait: 0 });
    for (let i = 0; i < 6 && (await state(desk)) === 1; i++) {
      const rs = await s.client(desk).get('/plugins/hostile/go');
      assert.ok(rs.status === 200 ? rs.body === 'went on\n' : [503, 404].includes(rs.status), `${i}: ${rs.status}`);
      await others();
      await sleep(1100);
    }
    await parked(desk, how);
  });

test('a megabyte that is forgotten with each call costs no request, and in the end it is switched off', async () => {
  const desk = await Desk.open(s);
  await enable(s, desk.id, 'hostile', { trick: 'leak' }, 1, { wait: 0 });
  let went = 0;
  for (let i = 0; i < 400 && (await state(desk)) === 1; i++)
    for (let k = 0; k < 12; k++) {
      const got = await status(desk, '/plugins/hostile/go');
      went += got === 200;
      assert.ok([200, 503, 404].includes(got), `${i}: ${got}`);
      if (got === 503) await sleep(300); // it rests
    }
  assert.ok(went >= 24, `${went} calls of a megabyte each`);
  await parked(desk, /^took too much memory/);
});

test('what it prints gets into no answer', async () => {
  const desk = await Desk.open(s);
  await enable(s, desk.id, 'hostile', { trick: 'stdout' });
  for (let i = 0; i < 5; i++) {
    const rs = await s.client(desk).get('/plugins/hostile/go');
    assert.deepEqual([rs.status, rs.body], [200, 'went on\n']);
    assert.doesNotMatch((await s.client(desk).get('/login')).body, /from (printf|write)/);
  }
  assert.equal(await state(desk), 1);
});

test('a transaction that it refuses leaves nothing, and core goes on', async () => {
  const desk = await Desk.open(s);
  const owner = await desk.as();
  const number = await desk.open('owner');
  const before_ = await desk.fingerprint();
  await enable(s, desk.id, 'hostile', { trick: 'refuse' });
  assert.equal((await desk.act('owner', number, 'note', { text: 'gone' })).status, 500);
  const now = await desk.fingerprint();
  for (const table of ['ticket', 'message', 'event', 'outbox']) assert.equal(now[table], before_[table], table);
  assert.equal((await owner.get(`/tickets/${number}`)).status, 200);
  await enable(s, desk.id, 'hostile', { trick: 'none' });
  assert.equal((await desk.act('owner', number, 'note', { text: 'stays' })).status, 303);
});

test('one that crashes with each request of anybody leaves the help desk usable within a minute', async () => {
  const desk = await Desk.open(s);
  const owner = await desk.as();
  await enable(s, desk.id, 'hostile', { trick: 'segfault', where: 'request' });
  await waitFor('it to be parked', async () => {
    assert.ok([200, 500].includes((await owner.get('/tickets')).status));
    return (await state(desk)) === 3;
  });
  assert.equal((await owner.get('/tickets')).status, 200);
  await others();
});

test('one that cannot start is switched off, too', async () => {
  const desk = await Desk.open(s);
  await enable(s, desk.id, 'hostile', { trick: 'unready' });
  await waitFor('it to be parked', async () => {
    await status(desk, '/login');
    return (await state(desk)) === 3;
  });
  await parked(desk, /^could not start/);
});

test('one that crashes in a transaction takes nothing with it, in a job it leaves the job', async () => {
  const desk = await Desk.open(s);
  const owner = await desk.as();
  await enable(s, desk.id, 'hostile', { trick: 'abort', where: 'change' });
  const token = await tokenOf(owner);
  const rs = await owner.post('/tickets/new', {
    token, customer_email: 'c@customers.example', department: desk.home.id, agent: 0, subject: 'x', text: 'y', send: 'request',
  });
  assert.equal(rs.status, 500);
  assert.deepEqual(await desk.rows('COUNT(*)', 'ticket'), [['0']]);
  await enable(s, desk.id, 'hostile', { trick: 'segfault', where: 'job' });
  await sleep(1100);
  await desk.open('owner');
  await waitFor('the job to have failed', async () =>
    (await desk.rows('COUNT(*)', 'plugin_log', "detail LIKE 'crashed: signal 11 in hostile:go%'"))[0][0] !== '0');
  assert.deepEqual(await desk.rows('kind', 'job', "kind LIKE 'hostile%'"), [['hostile:go']]);
  await others();
});
