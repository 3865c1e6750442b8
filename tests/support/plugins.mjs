// tests/support/plugins.mjs - plugins of tests/plugin on a stack of one's own: put there, switched on, set
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from './stack.mjs';

const build = process.env.DESKD_BUILD ?? path.join(process.cwd(), 'var/test/asan');

/** Folder of a plugin as the build made it. */
export const built = (id) => path.join(build, 'build/plugins', id);

/** Process ids of deskd's children. */
const children = async (s) => [...(await s.ctl('status')).matchAll(/^ +(?:web|jobs|lmtp|push) +(\d+) +(?!starting)/gm)].map((m) => m[1]);

/** Has deskd read everything again, and waits until nobody works with what was before. */
export async function reload(s) {
  const old = await children(s);
  process.kill(s.pid, 'SIGHUP');
  await waitFor('new children', async () => {
    const now = await children(s);
    return now.length >= old.length && !now.some((pid) => old.includes(pid));
  });
}

/** Puts plugin id on the shelf, makes its tables, and has deskd look. version: a folder of its own. */
export async function install(s, id, { version = '1.0.0', change } = {}) {
  const shelf = path.join(s.folder, 'plugins', id);
  const folder = path.join(shelf, version);
  mkdirSync(shelf, { recursive: true, mode: 0o755 });
  cpSync(built(id), folder, { recursive: true });
  await change?.(folder);
  rmSync(path.join(shelf, 'new'), { force: true });
  symlinkSync(version, path.join(shelf, 'new'));
  renameSync(path.join(shelf, 'new'), path.join(shelf, 'current'));
  let files = [];
  try {
    files = readdirSync(path.join(folder, 'sql')).sort();
  } catch {
    // it has no tables
  }
  for (const file of files) await s.sql(readFileSync(path.join(folder, 'sql', file), 'utf8'));
  await reload(s);
}

const quoted = (value) => `'${String(value).replace(/['\\]/g, '\\$&')}'`;

const raise = (tenant) =>
  `INSERT INTO roster (tenant_id, revision, plugin_revision) VALUES (${tenant}, 1, 1) ` +
  'ON DUPLICATE KEY UPDATE plugin_revision = plugin_revision + 1;';

/** Switches plugin id on for a tenant, or off (state 2), with these settings. It is written past deskd, whose
 * workers keep a session for a second unless one of them writes; those who have no session need no wait. */
export async function enable(s, tenant, id, settings = {}, state = 1, { wait = 1100 } = {}) {
  const rows = Object.entries(settings).map(
    ([name, value]) =>
      `REPLACE INTO plugin_setting (tenant_id, plugin, name, value) VALUES (${tenant}, '${id}', '${name}', ${quoted(value)});`,
  );
  await s.sql(
    `REPLACE INTO plugin_tenant (tenant_id, plugin, state, version, changed_at) VALUES (${tenant}, '${id}', ${state}, '1.0.0', 1);` +
      rows.join('') + raise(tenant),
  );
  await sleep(wait);
}
