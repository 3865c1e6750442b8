// tests/browser/notices.test.mjs - a page that is open hears what happens: the bell, the toast, one stream for all tabs
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { PASSWORD, openStack, waitFor } from '../support/stack.mjs';
import { assertAccessible, launch, login, visit } from './browser.mjs';

let s;
let desk;
let browser;
let visitor;
let streams = 0; // that are open
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  desk.ann = await desk.person('Ann');
  browser = await launch();
  visitor = await visit(browser, s.port, desk.host);
  const count = (by) => (rq) => (streams += new URL(rq.url()).pathname === '/events' ? by : 0);
  visitor.context.on('request', count(1));
  for (const end of ['requestfinished', 'requestfailed']) visitor.context.on(end, count(-1));
  await login(visitor, desk.emails.get('Ann'), PASSWORD);
});
after(async () => {
  await browser?.close();
  s?.close();
});

test('row 68: assigned, the bell and a toast say so without a reload, and nothing moves; other tabs know too', async () => {
  const first = visitor.page;
  await first.goto('/tickets');
  const second = await visitor.context.newPage();
  await second.goto('/profile');
  await waitFor('a stream', () => streams > 0);
  const top = () => second.locator('main h1').boundingBox();
  const before_ = await top();
  await second.waitForTimeout(1000); // what would be asked for twice has had its time
  const number = await desk.open('owner', { subject: 'Ring the bell' });
  await desk.do('owner', number, 'assign', { agent: desk.ann });
  const toast = second.locator('.toast', { hasText: 'Assigned to you' });
  await toast.waitFor();
  assert.match(await toast.innerText(), new RegExp(`#${number} Ring the bell`));
  assert.deepEqual(await top(), before_);
  for (const page of [first, second])
    await waitFor('the bell', async () => Number(await page.locator('.bell b').getAttribute('data-n')) >= 1);
  assert.equal(streams, 1, 'one stream for both tabs');
  await assertAccessible(second);
  await second.locator('.toast-box', { hasText: 'Assigned to you' }).getByRole('button').click();
  assert.equal(await toast.count(), 0);
  assert.deepEqual(visitor.complaints, []);
});

test('without JavaScript the bell counts with each page', async () => {
  const plain = await visit(browser, s.port, desk.host, { javaScriptEnabled: false, storageState: await visitor.context.storageState() });
  await plain.page.goto('/tickets');
  assert.ok(Number(await plain.page.locator('.bell b').getAttribute('data-n')) >= 1);
  await plain.page.locator('.bell').click();
  await plain.page.getByRole('button', { name: 'Mark all as read' }).click();
  assert.equal(await plain.page.locator('.bell b').getAttribute('data-n'), '0');
  await plain.close();
});
