// tests/browser/files.test.mjs - choosing files for a message
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { PASSWORD, openStack, waitFor } from '../support/stack.mjs';
import { assertAccessible, launch, login, visit } from './browser.mjs';

let s;
let desk;
let browser;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  await desk.person('Ann');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  s?.close();
});

const file = (name, bytes = 10) => ({ name, mimeType: 'text/plain', buffer: Buffer.alloc(bytes, 'x') });
const names = (page) => page.locator('.pane-answer .chosen .chip span').allInnerTexts();

async function answering() {
  const number = await desk.write({ subject: 'Files' });
  const visitor = await login(await visit(browser, s.port, desk.host), desk.emails.get('Ann'), PASSWORD);
  await visitor.page.goto(`/tickets/${number}`);
  return visitor;
}

test('files are listed, added to, taken out, and those that are left are sent', async () => {
  const { page, close } = await answering();
  const input = page.locator('.pane-answer input[type=file]');
  await input.setInputFiles([file('one.txt'), file('two.txt')]);
  await input.setInputFiles(file('three.txt'));
  assert.deepEqual(await names(page), ['one.txt', 'two.txt', 'three.txt']);
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Remove two.txt' }).click();
  assert.deepEqual(await names(page), ['one.txt', 'three.txt']);
  await page.fill('#answer-text', 'See the files.');
  await page.getByRole('button', { name: 'Send answer' }).click();
  await page.locator('.note-bar').waitFor();
  const sent = await waitFor('both files', async () => {
    const rows = await desk.rows('name', 'attachment', '1 ORDER BY name');
    return rows.length >= 2 && rows.flat();
  });
  assert.deepEqual(sent, ['one.txt', 'three.txt']);
  await close();
});

test('files that are too large together are refused before they travel', async () => {
  const { page, close } = await answering();
  const input = page.locator('.pane-answer input[type=file]');
  await input.evaluate((e) => {
    e.parentNode.dataset.max = '1000';
  });
  await input.setInputFiles([file('small.txt', 600), file('more.txt', 600)]);
  assert.match(await input.evaluate((e) => e.validationMessage), /larger than/);
  await page.getByRole('button', { name: 'Remove more.txt' }).click();
  assert.equal(await input.evaluate((e) => e.validationMessage), '');
  await close();
});

test('an image from the clipboard becomes a file', async () => {
  const { page, close } = await answering();
  await page.locator('#answer-text').evaluate((area) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(['png'], 'image.png', { type: 'image/png' }));
    area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  assert.deepEqual(await names(page), ['image.png']);
  await close();
});
