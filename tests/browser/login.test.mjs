// tests/browser/login.test.mjs - the way in, as a person takes it
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, openStack } from '../support/stack.mjs';
import { PHONE, assertAccessible, assertFits, launch, login, visit } from './browser.mjs';

let s;
let acme;
let browser;
before(async () => {
  s = openStack();
  acme = await s.tenant();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  s?.close();
});

for (const colorScheme of ['light', 'dark'])
  test(`the login page has no barrier and fits a phone (${colorScheme})`, async () => {
    const visitor = await visit(browser, s.port, acme.host, { viewport: PHONE, colorScheme });
    await visitor.page.goto('/login');
    await assertAccessible(visitor.page);
    await assertFits(visitor.page);
    assert.deepEqual(visitor.complaints, []);
    await visitor.close();
  });

test('the owner logs in, sees the tickets, logs out', async () => {
  const visitor = await visit(browser, s.port, acme.host);
  await login(visitor, acme.owner, PASSWORD);
  await visitor.page.goto('/tickets');
  assert.equal(new URL(visitor.page.url()).pathname, '/tickets');
  await assertAccessible(visitor.page);
  assert.deepEqual(visitor.complaints, []);
  await visitor.close();
});

test('a wrong password says so and keeps the address', async () => {
  const visitor = await visit(browser, s.port, acme.host);
  await visitor.page.goto('/login');
  await visitor.page.fill('input[name=email]', acme.owner);
  await visitor.page.fill('input[name=password]', 'wrong');
  await visitor.page.press('input[name=password]', 'Enter');
  await visitor.page.waitForSelector('[role=alert]');
  assert.equal(await visitor.page.inputValue('input[name=email]'), acme.owner);
  await visitor.close();
});
