// tests/e2e/plugin_swap.test.mjs - a plugin's version is swapped under load, once by an upgrade with a migration: nobody
// notices. DESKD_LONG=1: 100 swaps, 32 clients
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Desk, tokenOf } from '../support/desk.mjs';
import { openStack } from '../support/stack.mjs';

const exec = promisify(execFile);
const [SWAPS, CLIENTS] = process.env.DESKD_LONG === '1' ? [100, 32] : [5, 6];

let s, work, desk;

/** Version n of the plugin, in a folder: /plugins/swap/slow takes half a second and says which it is. Version 3 has
 * one migration more. */
async function build(n) {
  const [deskctl] = s.env.DESKD_CTL.split(' ');
  const folder = path.join(work, 'swap');
  const env = { ...process.env, PKG_CONFIG_PATH: process.env.DESKD_BUILD };
  await exec('rm', ['-rf', folder]);
  await exec(deskctl, ['plugin', 'new', 'swap'], { cwd: work });
  const edit = (file, change) => writeFileSync(path.join(folder, file), change(readFileSync(path.join(folder, file), 'utf8')));
  edit('plugin.xml', (t) => t.replace('version="1.0.0"', `version="${n}.0.0"`));
  edit('swap_plugin.c', (t) => t
    .replace('#include <deskd_plugin.h>', '#define _GNU_SOURCE\n#include <deskd_plugin.h>\n#include <time.h>')
    .replace('static const struct deskd_route routes[] = {', `static int slow(struct deskd_call *call)
{
    const struct timespec half = { 0, 500000000 };
    (void)nanosleep(&half, NULL);
    return host->text(call, 200, "text/plain", "version ${n}", 9);
}

static const struct deskd_route routes[] = {
    { .method = DESKD_GET, .path = "/slow", .permission = "press", .handler = slow },`));
  if (n === 3) {
    const name = `sql/${String(readdirSync(path.join(folder, 'sql')).length + 1).padStart(4, '0')}_add_press_mark.sql`;
    writeFileSync(path.join(folder, name), 'ALTER TABLE p_swap_press ADD COLUMN IF NOT EXISTS mark INT NOT NULL DEFAULT 0;\n');
  }
  await exec('make', ['-s', 'check', `DESKCTL=${deskctl}`], { cwd: folder, env });
  return folder;
}

before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 3'] });
  work = mkdtempSync(path.join(tmpdir(), 'deskd-swap-'));
  for (const n of [1, 2]) await s.ctl('plugin', 'install', await build(n));
  desk = await Desk.open(s);
  await s.ctl('plugin', 'enable', desk.name, 'swap');
});
after(() => {
  if (work) rmSync(work, { recursive: true, force: true });
  s?.close();
});

it(`${SWAPS} swaps under load: no request fails, what is under way ends as it began`, async (t) => {
  const owner = await desk.as();
  const failures = [];
  let isOver = false, asked = 0, pressed = 0;
  const count = (what, rs, wanted) => {
    asked++;
    if (rs.status !== wanted) failures.push(`${what}: ${rs.status} ${rs.body.slice(0, 200)}`);
    return rs.status === wanted;
  };
  const work = async () => {
    while (!isOver) {
      count('tickets', await owner.get('/tickets'), 200);
      count('page', await owner.get('/plugins/swap'), 200);
      const token = await tokenOf(owner);
      const rs = await owner.post('/plugins/swap/press', { token });
      if (count('press', rs, 303)) pressed++;
    }
  };
  let [mails, cut] = [0, 0]; // cut: dialogues that ended with the process, which a mail server begins again
  const write = async () => {
    for (; !isOver; mails++) {
      const mail = { subject: `Swap ${mails}`, headers: { 'Message-ID': `<swap-${mails}@customers.example>` } };
      while (!(await desk.write(mail).catch((e) => {
        if (!['EPIPE', 'ECONNRESET', 'ECONNREFUSED'].includes(e.code)) throw e;
      }))) cut++;
    }
  };
  const running = [...Array.from({ length: CLIENTS }, work), write()];
  let [now, other] = [2, 1];
  for (let i = 0; i < SWAPS; i++) {
    const isUpgrade = i === Math.floor(SWAPS / 2);
    const fresh = isUpgrade && (await build(3));
    const underWay = owner.get('/plugins/swap/slow');
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    const old = now;
    await (isUpgrade ? s.ctl('plugin', 'install', fresh) : s.ctl('plugin', 'rollback', 'swap'));
    [now, other] = isUpgrade ? [3, now] : [other, now];
    const before = await underWay;
    count('slow', before, 200);
    const after_ = await owner.get('/plugins/swap/slow');
    assert.deepEqual([before.body, after_.body], [`version ${old}`, `version ${now}`]);
  }
  isOver = true;
  await Promise.all(running);
  t.diagnostic(`${SWAPS} swaps, ${asked} requests, ${failures.length} failed, ${mails} mails (${cut} dialogues begun again)`);
  assert.deepEqual(failures, []);
  assert.ok(asked > SWAPS * 10, `${asked} requests are no load`);
  assert.deepEqual(await desk.rows('presses', 'p_swap_press'), [[String(pressed)]], 'each press counts once');
  assert.ok(mails > 0, 'no mails');
  assert.equal(Number((await desk.rows('COUNT(*)', 'ticket'))[0][0]), mails, 'each mail is one ticket');
  await s.sql('SELECT mark FROM p_swap_press LIMIT 1'); // the upgrade's column stays when it is rolled back
});
