// tests/faults/kill_points.test.mjs - F02, F03: killed before any call of an answer, of its delivery, of a mail's
// acceptance and of its import, everything happens once
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { waitFor } from '../support/stack.mjs';
import { answer, opening, sending } from './operations.mjs';
import { Shim, kind, mode, operation } from './shim.mjs';
import { imported, tidied, wrongs } from './whole.mjs';

const isLong = process.env.DESKD_LONG === '1';
const POINTS = isLong ? Infinity : 10; // of each operation, spread over it

let shim;
let s;
let desk;
let number;
before(async () => {
  shim = new Shim();
  s = shim.openStack({ conf: ['web_workers = 1', 'jobs_workers = 1', 'lmtp_workers = 1'] });
  desk = await Desk.open(s);
  number = await desk.write();
});
after(() => {
  s?.close();
  shim?.close();
});

/** The numbers of the calls to strike, of count that there are. */
function spread(count) {
  const n = Math.min(POINTS, count);
  return Array.from({ length: n }, (_, i) => 1 + Math.floor((i * count) / n));
}

/** Does it once to count its calls and then once for each of them, killed there. prepare(name) returns what is
 * done; afterwards comes what time or an administrator would do. */
async function killEverywhere(t, what, prepare, afterwards = () => {}) {
  const done = [];
  const strike = async (how, n) => {
    const name = `${t.name.replace(/\W+/g, '-').slice(0, 24)}-${n}`;
    const act = await prepare(name);
    shim.arm(what, how, n, kind.noMemory);
    await act();
    const report = await shim.over();
    done.push(name);
    await afterwards();
    return report;
  };
  await strike(mode.count, 0); // with everything prepared that a first time prepares
  const { count } = await strike(mode.count, -1);
  assert.ok(count > 20, `only ${count} calls`);
  let kills = 0;
  for (const n of spread(count)) {
    const report = await strike(mode.kill, n);
    assert.equal(report.isAlive, report.hits === 0, `call ${n}: ${report.call}`);
    kills += report.hits;
  }
  t.diagnostic(`${count} calls, ${kills} kills`);
  assert.ok(kills >= spread(count).length * 0.9, `${kills} kills`);
  return done;
}

async function happenedOnce(names, ofMessages) {
  await waitFor('mails to be imported and delivered', async () => {
    await s.sql('UPDATE outbox SET lease_until = 0 WHERE state = 2'); // the lease of a dead process is over
    return (await desk.rows('COUNT(*)', 'outbox', 'state <> 3'))[0][0] === '0' &&
      (await ofMessages()).length >= names.length;
  }, 60);
  await tidied(desk);
  const found = (await ofMessages()).flat().sort();
  assert.deepEqual(found, [...names].sort());
  assert.deepEqual(await wrongs(desk), []);
}

const textsOf = (names, where) => async () =>
  (await desk.rows("REPLACE(TRIM(body), 'text of ', '')", 'message', where)).filter(([n]) => names.includes(n));

const sentTo = (names) => {
  const sent = desk.outbox().map((m) => m.headers.to.replace(/@.*/, '').replace('<', ''));
  assert.deepEqual(sent.filter((n) => names.includes(n)).sort(), [...names].sort());
};

test('an answer with a file', async (t) => {
  const names = await killEverywhere(t, operation.request, async (name) => {
    const post = await answer(desk, number, name);
    return async () => assert.equal((await post()).status, 303);
  });
  await happenedOnce(names, textsOf(names, 'kind = 2'));
  sentTo(names);
});

test('a new ticket with a file', async (t) => {
  const names = await killEverywhere(t, operation.request, async (name) => {
    const post = await opening(desk, name);
    return async () => assert.equal((await post()).status, 303);
  });
  await happenedOnce(names, textsOf(names, 'kind = 2'));
  sentTo(names);
});

test('delivery of an answer', async (t) => {
  const names = await killEverywhere(t, operation.delivery, (name) => answer(desk, number, name),
    () => s.sql('UPDATE outbox SET lease_until = 0 WHERE state = 2'));
  await happenedOnce(names, textsOf(names, 'kind = 2'));
  sentTo(names);
});

test('acceptance of a mail', async (t) => {
  const names = await killEverywhere(t, operation.lmtp, (name) => sending(desk, name));
  await happenedOnce(names, textsOf(names, 'kind = 1'));
});

// A mail that ends its importer twice is parked, so each is let in before the next comes.
const letIn = () => imported(s);

test('import of a mail', async (t) => {
  const names = await killEverywhere(t, operation.import, (name) => sending(desk, name), letIn);
  await happenedOnce(names, textsOf(names, 'kind = 1'));
});

test('import of a reply', async (t) => {
  await (await answer(desk, number, 'asked'))();
  const { headers } = await waitFor('an answer to be sent', () => desk.outbox('asked@')[0]);
  const names = await killEverywhere(t, operation.import,
    (name) => sending(desk, name, { 'In-Reply-To': headers['message-id'] }), letIn);
  await happenedOnce(names, textsOf(names, 'kind = 1'));
  assert.equal((await desk.ticket(number)).messages, await desk.one(`SELECT COUNT(*) FROM message m JOIN ticket t ON t.tenant_id = m.tenant_id AND t.id = m.ticket_id WHERE t.tenant_id = ${desk.id} AND t.number = ${number}`));
});
