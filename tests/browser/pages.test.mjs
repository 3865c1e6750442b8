// tests/browser/pages.test.mjs - what holds for every page: no barrier, valid HTML, light, still, quiet; the list's keys
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { Desk } from '../support/desk.mjs';
import { PASSWORD, openStack, waitFor } from '../support/stack.mjs';
import { PHONE, assertAccessible, assertFits, launch, login, visit } from './browser.mjs';

const MAX_BYTES = 60_000; // a first visit: page, style, script, as they travel
const MAX_SHIFT = 0.02;
const TICKETS = 60; // more than a page of the list

let s;
let desk;
let browser;
let state; // of the owner's browser, logged in
let pages; // { path: is it public }
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  const billing = await desk.department('Billing');
  const ann = await desk.person('Ann');
  const [number, key] = await busyTicket(ann);
  const fresh = await desk.write({ ...htmlLetter, subject: 'Only a mail in HTML' });
  for (let i = 0; i < TICKETS; i++)
    await desk.open('owner', {
      subject: `A question, number ${i}, with a subject as long as they are in life`,
      department: i % 2 ? billing : desk.home,
    });
  await (
    await desk.as()
  ).submit('/config/agents/new', '/config/agents/new', {
    name: 'Ida',
    email: `ida@${desk.name}.example`,
    role: 'agent',
    departments: [desk.home.id],
  });
  const invitation = /\/password\/[\w-]+/.exec(
    (await desk.automaticTo(`ida@${desk.name}.example`)).raw.replace(/=\r?\n/g, ''),
  )[0];
  await (await desk.as()).submit('/config/calendars/new', '/config/calendars/new', { name: 'Office', zone: 'Europe/Prague' });
  const [[calendar]] = await desk.rows('id', 'calendar');
  const [[message]] = await desk.rows('id', 'message', 'mail_in_id IS NOT NULL');
  pages = {
    '/login': true,
    '/forgot': true,
    [invitation]: true,
    '/password/expired': true,
    '/contact': true,
    '/contact/sent?number=1': true,
    [`/t/${key}`]: true,
    '/no-such-page': true,
    '/tickets': false,
    '/tickets?view=mine': false,
    '/tickets?view=deleted': false,
    [`/tickets?view=all&department=${billing.id}`]: false,
    [`/tickets/${number}`]: false,
    [`/tickets/${fresh}`]: false,
    [`/tickets/${number}/print`]: false,
    [`/tickets/${number}/messages/${message}/raw`]: false,
    '/search': false,
    '/search?q=question': false,
    '/search?q=nowhere': false,
    '/tickets/new': false,
    '/profile': false,
    '/notices': false,
    '/config/agents': false,
    '/config/agents/new': false,
    [`/config/agents/${ann}`]: false,
    [`/config/agents/${ann}/delete`]: false,
    '/answers': false,
    '/answers/new': false,
    [`/tickets/${number}/answers`]: false,
    '/config/calendars': false,
    '/config/calendars/new': false,
    [`/config/calendars/${calendar}`]: false,
    '/config/departments': false,
    '/config/departments/new': false,
    [`/config/departments/${billing.id}`]: false,
    [`/config/departments/${billing.id}/delete`]: false,
    '/config/mail': false,
    '/styleguide': false,
  };
  browser = await launch();
  const visitor = await visit(browser, s.port, desk.host);
  state = await (await login(visitor, desk.owner, PASSWORD)).context.storageState();
  await visitor.close();
});
after(async () => {
  await browser?.close();
  s?.close();
});

const htmlLetter = {
  from: 'carla@customers.example',
  text: [
    '--b',
    'Content-Type: text/html',
    '',
    '<h1>Hello</h1><p>It is <b>broken</b>.</p><img src="https://images.example/a.png">',
    '--b',
    'Content-Type: application/pdf',
    'Content-Disposition: attachment; filename=invoice.pdf',
    '',
    'a file',
    '--b--',
  ].join('\n'),
  headers: { 'Content-Type': 'multipart/mixed; boundary=b' },
};

/** A ticket with an HTML mail, a file, an answer, a note and events: [number, key of its customer]. */
async function busyTicket(ann) {
  const number = await desk.write({ ...htmlLetter, subject: 'Broken' });
  await desk.do('owner', number, 'assign', { agent: ann });
  await desk.do('Ann', number, 'note', { text: 'A note' });
  await desk.do('Ann', number, 'answer', { text: 'An answer\n\nwith lines' });
  await desk.reply(number, { from: htmlLetter.from });
  return [number, await desk.followKeyOf(number, htmlLetter.from)];
}

/** Visits each page with a browser like this; runs check(visitor, path) on it. */
async function onEach(t, options, check) {
  const visitors = {
    true: await visit(browser, s.port, desk.host, options),
    false: await visit(browser, s.port, desk.host, { ...options, storageState: state }),
  };
  for (const [path, isPublic] of Object.entries(pages))
    await t.test(path.replace(/\/(t|password)\/.{20,}/, '/$1/KEY'), async () => {
      const visitor = visitors[isPublic];
      visitor.complaints.length = 0;
      const rs = await visitor.page.goto(path, { waitUntil: 'load' });
      assert.ok([200, 404].includes(rs.status()), `${rs.status()}`);
      await check(visitor, rs);
    });
  await Promise.all(Object.values(visitors).map((v) => v.close()));
}

const isExpected = (complaint) => /status of 404/.test(complaint);

test('no page has a barrier or complains, in light and in dark', (t) =>
  onEach(t, { colorScheme: 'light' }, async (visitor) => {
    await assertFits(visitor.page);
    for (const colorScheme of ['light', 'dark']) {
      await visitor.page.emulateMedia({ colorScheme });
      await assertAccessible(visitor.page, colorScheme);
    }
    await visitor.page.emulateMedia({ colorScheme: 'light' });
    assert.deepEqual(
      visitor.complaints.filter((c) => !isExpected(c)),
      [],
    );
  }));

test('on a phone no page sticks out sideways or has a barrier', (t) =>
  onEach(t, { viewport: PHONE, hasTouch: true }, async (visitor) => {
    await assertFits(visitor.page);
    await assertAccessible(visitor.page);
  }));

const html = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: {
    'no-trailing-whitespace': 'off',
    'no-inline-style': 'error',
    'long-title': 'off', // subjects are as long as customers make them
    'aria-label-misuse': ['error', { allowAnyNamable: true }], // lists may have names
    'prefer-native-element': ['error', { exclude: ['region'] }], // text that scrolls by itself takes the focus
  },
});

test('every page is valid HTML', async (t) => {
  const clients = { true: s.client(desk), false: await desk.as() };
  for (const [path, isPublic] of Object.entries(pages))
    await t.test(path, async () => {
      const rs = await clients[isPublic].get(path);
      assert.ok([200, 404].includes(rs.status), `${rs.status}`);
      const report = await html.validateString(rs.body);
      const told = report.results
        .flatMap((r) => r.messages)
        .map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`);
      assert.deepEqual(told, []);
    });
});

/** Bytes that travelled for a page and what belongs to it, headers left out. */
async function weigh(path, isPublic) {
  const visitor = await visit(browser, s.port, desk.host, isPublic ? {} : { storageState: state });
  const sizes = [];
  visitor.page.on('requestfinished', (r) => {
    const { pathname } = new URL(r.url());
    if (!['document', 'stylesheet', 'script'].includes(r.resourceType()) || /\/frame$/.test(pathname)) return;
    sizes.push(r.sizes().then(({ responseBodySize }) => ({ what: pathname, n: responseBodySize })));
  });
  await visitor.page.goto(path); // its load waits for style and script
  await waitFor('page, style and script', () => sizes.length >= 3);
  const all = await Promise.all(sizes);
  await visitor.close();
  return all;
}

test('a page with style and script weighs less than 60 kB', async (t) => {
  for (const [path, isPublic] of Object.entries(pages).filter(([p]) => p !== '/styleguide'))
    await t.test(path, async () => {
      const parts = await weigh(path, isPublic);
      const n = parts.reduce((sum, r) => sum + r.n, 0);
      assert.ok(parts.length >= 3 && n > 5000, `only ${JSON.stringify(parts)}`);
      assert.ok(n < MAX_BYTES, `${n} bytes: ${parts.map((r) => `${r.what} ${r.n}`).join(', ')}`);
    });
});

test('nothing moves while a page loads', (t) =>
  onEach(t, { reducedMotion: 'no-preference' }, async (visitor) => {
    const shift = await visitor.page.evaluate(
      () =>
        new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += entry.value;
          }).observe({ type: 'layout-shift', buffered: true });
          requestAnimationFrame(() => setTimeout(() => done(sum), 100));
        }),
    );
    assert.ok(shift < MAX_SHIFT, `shift ${shift}`);
  }));

test('a list shows 18 tickets at once, each with what one decides by', async () => {
  const { page, close } = await visit(browser, s.port, desk.host, { storageState: state });
  await page.goto('/tickets');
  const rows = page.locator('table.tickets tbody tr');
  const boxes = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().bottom));
  const seen = boxes.filter((bottom) => bottom <= 900).length;
  assert.ok(seen >= 18, `${seen} rows`);
  for (const cell of ['.subject', '.preview', '.c-from', '.c-dep', '.c-agent', '.c-age', '.state'])
    assert.notEqual((await rows.first().locator(cell).innerText()).trim(), '', cell);
  await close();
});

test('j, k and Enter walk the list, u leads back', async () => {
  const { page, close } = await visit(browser, s.port, desk.host, { storageState: state });
  await page.goto('/tickets');
  const subjects = page.locator('table.tickets .c-subject a');
  const focused = () => subjects.evaluateAll((all) => all.indexOf(document.activeElement));
  for (const [key, at] of [
    ['j', 0],
    ['j', 1],
    ['j', 2],
    ['k', 1],
    ['k', 0],
    ['k', 0],
  ]) {
    await page.keyboard.press(key);
    assert.equal(await focused(), at, `after ${key}`);
  }
  await page.keyboard.press('j');
  const target = await subjects.nth(1).getAttribute('href');
  await Promise.all([page.waitForURL(`**${target}`), page.keyboard.press('Enter')]);
  await page.keyboard.press('r');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'answer-text');
  await page.keyboard.type('jjk?');
  assert.equal(await page.inputValue('#answer-text'), 'jjk?', 'keys are letters in a field');
  await page.keyboard.press('Escape');
  await Promise.all([page.waitForURL('**/tickets*'), page.keyboard.press('u')]);
  await close();
});
