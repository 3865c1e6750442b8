// tests/browser/browser.mjs - Chromium as the tests use it: Debian's, quiet, offline but for loopback
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const DESKTOP = { width: 1400, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** elsewhere: a port that gets whatever is asked of other hosts, whose certificate is taken. */
export function launch({ elsewhere } = {}) {
  const others = elsewhere ? `MAP * 127.0.0.1:${elsewhere}` : 'EXCLUDE localhost';
  const trusting = elsewhere ? ['--ignore-certificate-errors'] : [];
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...trusting,
      `--host-resolver-rules=MAP *.localhost 127.0.0.1, ${others}`,
    ],
  });
}

/** A visitor with cookies of its own at one host. What a page complains about lands in
 * visitor.complaints: script errors, console errors, violations of the CSP, failed loads. */
export async function visit(browser, port, host, options = {}) {
  const context = await browser.newContext({
    baseURL: `http://${host}:${port}`,
    viewport: DESKTOP,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  });
  context.setDefaultTimeout(10000);
  const page = await context.newPage();
  const visitor = { context, page, host, complaints: [] };
  page.on('pageerror', (e) => visitor.complaints.push(`script: ${e.message}`));
  page.on('console', (m) => {
    if (m.type() === 'error') visitor.complaints.push(`console: ${m.text()}`);
  });
  page.on('requestfailed', (r) => {
    const why = r.failure()?.errorText;
    // Who leaves a page gives up what it was still loading, as a frame on a busy machine.
    if (why !== 'net::ERR_ABORTED') visitor.complaints.push(`load: ${r.url()} ${why}`);
  });
  visitor.close = () => context.close();
  return visitor;
}

export async function login(visitor, email, password) {
  await visitor.page.goto('/login');
  await visitor.page.fill('input[name=email]', email);
  await visitor.page.fill('input[name=password]', password);
  await Promise.all([
    visitor.page.waitForURL((url) => url.pathname !== '/login'),
    visitor.page.press('input[name=password]', 'Enter'),
  ]);
  return visitor;
}

/** Fails with the rule and the elements where axe finds a barrier (WCAG 2.2 A and AA). */
export async function assertAccessible(page, where = page.url()) {
  // Through the debugger's own world: the page's CSP does not let us add scripts to the page.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
    }),
  );
  const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`);
  assert.deepEqual(told, [], where);
}

/** Nothing sticks out sideways. */
export async function assertFits(page, where = page.url()) {
  const { content, window: width } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  assert.ok(content <= width, `${where}: ${content} px of content in ${width} px`);
}
