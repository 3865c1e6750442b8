// tests/e2e/plugin_swap.test.mjs - a plugin's version is swapped under load: nobody notices. DESKD_LONG=1: 100 swaps
import { after, before, it } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Desk, tokenOf } from '../support/desk.mjs';
import { openStack } from '../support/stack.mjs';

const exec = promisify(execFile);
const SWAPS = process.env.DESKD_LONG === '1' ? 100 : 5;
const CLIENTS = 6;

let s, work, desk;

/** Version n of the plugin: /plugins/swap/slow takes half a second and says which it is. */
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
  await exec('make', ['-s', 'check', `DESKCTL=${deskctl}`], { cwd: folder, env });
  await s.ctl('plugin', 'install', folder);
}

before(async () => {
  s = openStack({ isOwn: true, conf: ['web_workers = 3'] });
  work = mkdtempSync(path.join(tmpdir(), 'deskd-swap-'));
  await build(1);
  await build(2);
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
  const running = Array.from({ length: CLIENTS }, work);
  let old = 2;
  for (let i = 0; i < SWAPS; i++) {
    const underWay = owner.get('/plugins/swap/slow');
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    await s.ctl('plugin', 'rollback', 'swap');
    const before = await underWay;
    count('slow', before, 200);
    const now = await owner.get('/plugins/swap/slow');
    assert.deepEqual([before.body, now.body], [`version ${old}`, `version ${3 - old}`]);
    old = 3 - old;
  }
  isOver = true;
  await Promise.all(running);
  t.diagnostic(`${SWAPS} swaps, ${asked} requests, ${failures.length} failed`);
  assert.deepEqual(failures, []);
  assert.ok(asked > SWAPS * 10, `${asked} requests are no load`);
  assert.deepEqual(await desk.rows('presses', 'p_swap_press'), [[String(pressed)]], 'each press counts once');
});
