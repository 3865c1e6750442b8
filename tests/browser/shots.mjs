// tests/browser/shots.mjs - pictures of pages for looking at, desktop and phone, light and dark
//
//   node tests/browser/shots.mjs [--env FILE] [--host HOST] [--email E --password P] --out FOLDER PATH...
//
// FILE is var/quickstart.env unless named; HOST its first tenant. Without --email the owner of the env
// file logs in; --email none stays logged out.
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DESKTOP, PHONE, launch, login, visit } from './browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    env: { type: 'string', default: new URL('../../var/quickstart.env', import.meta.url).pathname },
    host: { type: 'string' },
    email: { type: 'string' },
    password: { type: 'string' },
    out: { type: 'string' },
    full: { type: 'boolean', default: false },
  },
});
if (!values.out || positionals.length === 0) {
  console.error('usage: shots.mjs [--env FILE] [--host HOST] [--email E --password P] [--full] --out FOLDER PATH...');
  process.exit(2);
}

const env = Object.fromEntries(
  [...readFileSync(values.env, 'utf8').matchAll(/^(\w+)='([^']*)'$/gm)].map(([, k, v]) => [k, v]),
);
const host = values.host ?? env.DESKD_TENANTS.split(' ')[0];
const email = values.email ?? env.DESKD_OWNER;
const password = values.password ?? env.DESKD_PASSWORD;

const stem = (p) => p.replace(/^\/+/, '').replace(/[^\w.-]+/g, '-').replace(/-+$/, '') || 'root';

mkdirSync(values.out, { recursive: true });
const browser = await launch();
const first = await visit(browser, env.DESKD_URL_PORT, host);
if (email !== 'none') await login(first, email, password);
const storageState = await first.context.storageState();
await first.close();
for (const [size, viewport] of [['desktop', DESKTOP], ['phone', PHONE]])
  for (const colorScheme of ['light', 'dark']) {
    const visitor = await visit(browser, env.DESKD_URL_PORT, host, { viewport, colorScheme, storageState });
    for (const where of positionals) {
      const rs = await visitor.page.goto(where);
      const file = path.join(values.out, `${stem(where)}-${size}-${colorScheme}.png`);
      await visitor.page.screenshot({ path: file, fullPage: values.full });
      console.log(`${rs.status()} ${file}`);
    }
    for (const line of new Set(visitor.complaints)) console.log(`${size} ${colorScheme}: ${line}`);
    await visitor.close();
  }
await browser.close();
