// tests/faults/push.test.mjs - the child that holds event streams is killed, and Redis goes and comes back
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk } from '../support/desk.mjs';
import { PASSWORD, openStack, waitFor } from '../support/stack.mjs';
import { launch, login, visit } from '../browser/browser.mjs';
import { isAlive, pidsOf } from './faults.mjs';

let s;
let desk;
let ann;
let browser;
let page;
before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 3'] });
  desk = await Desk.open(s);
  ann = await desk.person('Ann');
  browser = await launch();
  const visitor = await visit(browser, s.port, desk.host);
  page = (await login(visitor, desk.emails.get('Ann'), PASSWORD)).page;
  const stream = page.waitForRequest(/\/events/);
  await page.goto('/notices');
  await stream;
});
after(async () => {
  await browser?.close();
  s?.close();
});

const bell = () => page.locator('.bell b').getAttribute('data-n').then(Number);
const unread = async () => Number((await desk.rows('unread', 'notice_count', `user_id = ${ann}`))[0]?.[0] ?? 0);
const give = async () => desk.do('owner', await desk.open('owner', {}), 'assign', { agent: ann });
/** The page, which is not loaded anew, comes to know what the database does. */
async function pageKnows() {
  await waitFor('people to be told', async () => (await desk.rows('1', 'job', "kind = 'notice.tell'")).length === 0);
  await waitFor('the bell to ring', async () => (await unread()) === (await bell()));
}
const push = async () => (await pidsOf(s, 'push'))[0];

test('push killed: another takes its place, pages come back, and nothing that has a row is missed', async () => {
  await give();
  await pageKnows();
  const old = await push();
  process.kill(old, 'SIGKILL');
  await give();
  await waitFor('another', async () => { const now = await push(); return now && now !== old; });
  await pageKnows();
  assert.ok((await bell()) >= 2);
});

test('Redis gone: pages work as before; back again: the stream goes on', async () => {
  const pid = s.pidOf('redis');
  process.kill(pid, 'SIGKILL');
  await waitFor('Redis to end', () => !isAlive(pid));
  await give();
  assert.equal((await (await desk.as('Ann')).get('/notices')).status, 200);
  await s.start('redis');
  await waitFor('push to listen', () => s.log().filter((l) => l.event === 'push.listening').length >= 3);
  // who tells leaves a Redis that was away alone for some seconds: what is told meanwhile stands in rows only
  await waitFor('the stream to go on', async () => {
    await give();
    await waitFor('people to be told', async () => (await desk.rows('1', 'job', "kind = 'notice.tell'")).length === 0);
    await sleep(1000);
    return (await unread()) === (await bell());
  });
});
