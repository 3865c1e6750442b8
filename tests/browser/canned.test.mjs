// tests/browser/canned.test.mjs - a predefined answer is put into an answer by the keyboard alone, and without JavaScript
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { PASSWORD, openStack, waitFor } from '../support/stack.mjs';
import { launch, login, visit } from './browser.mjs';

let s;
let desk;
let browser;
let number;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  number = await desk.write({ from: 'Paula Ponti <paula@customers.example>', subject: 'Cups' });
  const owner = await desk.as();
  for (const [name, text] of [['Refund', 'Dear {customer},\nwe send the money back.'], ['Wait', 'Please wait, {customer.first}.']])
    await owner.submit('/answers/new', '/answers/new', { name, text, whose: 'all' });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await s?.close();
});

async function ticketPage(options = {}) {
  const visitor = await visit(browser, s.port, desk.host, options);
  await login(visitor, desk.owner, PASSWORD);
  await visitor.page.goto(`/tickets/${number}`);
  return visitor;
}

test('"i", some letters, Enter: the text stands where one writes', async () => {
  const visitor = await ticketPage();
  const { page } = visitor;
  await page.keyboard.press('i');
  await page.waitForSelector('.canned-sheet .canned-list');
  const items = page.locator('.canned-sheet .canned-list li');
  assert.equal(await items.count(), 2);
  await page.keyboard.type('money');
  await waitFor('one that has the word', async () => (await items.count()) === 1);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#answer-text:focus');
  assert.equal(await page.inputValue('#answer-text'), 'Dear Paula Ponti,\nwe send the money back.');
  await page.keyboard.type(' Bye.');
  await page.keyboard.press('Control+.');
  await page.waitForSelector('.canned-sheet:popover-open .canned-list');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#answer-text:focus');
  assert.equal(await page.inputValue('#answer-text'), 'Dear Paula Ponti,\nwe send the money back. Bye.\nPlease wait, Paula.');
  assert.deepEqual(visitor.complaints, []);
  await visitor.close();
});

test('without JavaScript the list is a page, and the answer begins with what was chosen there', async () => {
  const { page, close } = await ticketPage({ javaScriptEnabled: false });
  await page.click('a[data-canned]');
  await page.click('.canned-list a:has-text("Wait")');
  assert.equal((await page.inputValue('#answer-text')).trim(), 'Please wait, Paula.');
  await close();
});
