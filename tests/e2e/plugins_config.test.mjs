// tests/e2e/plugins_config.test.mjs - Configuration > Plugins: on, off, settings, log, data; for this tenant only
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Desk } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

const exec = promisify(execFile);
const SETTINGS = `<settings>
    <text name="greeting" required="yes" max="20" default="Hello."><label>Greeting</label><help>Stands above the button.</help></text>
    <number name="limit" min="1" max="9" default="3"><label>Limit</label></number>
    <switch name="loud"><label>Loud</label></switch>
    <choice name="mode" default="b"><label>Mode</label><option value="a">First way</option><option value="b">Second way</option></choice>
    <secret name="key"><label>Key</label></secret>
    <lines name="notes"><label>Notes</label></lines>
  </settings>`;
const id = `conf${process.pid}`;
const page = `/config/plugins/${id}`;

let s, work, a, b, owner;

before(async () => {
  s = openStack();
  work = mkdtempSync(path.join(tmpdir(), 'deskd-plugin-'));
  const [deskctl] = s.env.DESKD_CTL.split(' ');
  const env = { ...process.env, PKG_CONFIG_PATH: process.env.DESKD_BUILD };
  for (const name of [id, `${id}_more`, `${id}_ban`]) {
    const folder = path.join(work, name);
    await exec(deskctl, ['plugin', 'new', name], { cwd: work });
    const file = path.join(folder, 'plugin.xml');
    const xml = readFileSync(file, 'utf8').replace(/<settings>[\s\S]*<\/settings>/, SETTINGS);
    writeFileSync(file, name !== `${id}_more` ? xml : xml.replace('<permissions>', `<requires plugin="${id}"/><permissions>`));
    if (name.endsWith('_ban')) closeTheDoor(path.join(folder, `${name}_plugin.c`));
    await exec('make', ['-s', 'check', `DESKCTL=${deskctl}`], { cwd: folder, env });
    await s.ctl('plugin', 'install', folder);
  }
  [a, b] = await Promise.all([Desk.open(s), Desk.open(s)]);
  owner = await a.as();
});
after(async () => {
  if (s) for (const name of [`${id}_more`, `${id}_ban`, id]) await s.tryCtl(['plugin', 'remove', name, '--force', '--drop-data']);
  rmSync(work, { recursive: true, force: true });
  s?.close();
});

/** The plugin lets nobody in, whoever it is. */
function closeTheDoor(file) {
  const text = readFileSync(file, 'utf8');
  const hook = 'static int begin(struct deskd_call *call, const char *remote) { (void)call; (void)remote; return DESKD_NO; }\n' +
    'static const struct deskd_hooks hooks = { .size = sizeof(hooks), .request_begin = begin };\n\n';
  writeFileSync(file, text.replace('const struct deskd_plugin deskd_plugin_v1', `${hook}const struct deskd_plugin deskd_plugin_v1`)
    .replace('    .init = start,', '    .init = start,\n    .hooks = &hooks,'));
}

const state = async (desk, plugin = id) => (await desk.rows('state', 'plugin_tenant', `plugin = '${plugin}'`))[0]?.[0];
const revision = async (desk) => Number((await desk.rows('plugin_revision', 'roster'))[0]?.[0] ?? 0);
const audit = async (desk) => (await desk.rows('action', 'audit', "action LIKE 'plugin.%' ORDER BY id DESC LIMIT 1"))[0]?.[0];
const seen = async (client, address = page) => textOf((await client.get(address)).body);

describe('plugins of a tenant', () => {
  it('are switched on and off, for it alone', async () => {
    assert.match(await seen(owner, '/config/plugins'), new RegExp(`Conf${process.pid} .* 1\\.0\\.0 Off`));
    const before = await revision(a);
    assert.equal((await owner.submit(page, `${page}/enable`)).status, 303);
    assert.deepEqual([await state(a), await state(b), await audit(a)], ['1', undefined, 'plugin.enable']);
    assert.equal(await revision(a), before + 1);
    assert.match(await seen(owner), /On .*Switch off/);
    assert.equal((await owner.submit('/config/plugins', `${page}/disable`)).status, 303);
    assert.deepEqual([await state(a), await audit(a)], ['2', 'plugin.disable']);
    const neighbour = await b.as();
    assert.match(await seen(neighbour), /Off/);
  });

  it('need those that they require', async () => {
    const more = `/config/plugins/${id}_more`;
    const refused = await owner.submit(more, `${more}/enable`);
    assert.equal(refused.status, 422);
    assert.match(textOf(refused.body), new RegExp(`Switch this one on first: Conf${process.pid}`));
    await owner.submit(page, `${page}/enable`);
    assert.equal((await owner.submit(more, `${more}/enable`)).status, 303);
    const kept = await owner.submit(page, `${page}/disable`);
    assert.match(textOf(kept.body), /Switch this one off first/);
    await owner.submit(more, `${more}/disable`);
    assert.equal((await owner.submit(page, `${page}/disable`)).status, 303);
  });

  it('show why they were parked, and what they had to say', async () => {
    await a.s.sql(`REPLACE INTO plugin_tenant (tenant_id, plugin, state, changed_at, reason) VALUES (${a.id}, '${id}', 3, 0, 'crashed <b>')`);
    await a.s.sql(`INSERT INTO plugin_log VALUES (${a.id}, '${id}', 7, 1700000000000, 'failed', 'it <i>broke</i>')`);
    const { body } = await owner.get(page);
    assert.match(textOf(body), /Switched off by itself .*It failed too often and was switched off.* crashed <b>/);
    assert.ok(body.includes('it &lt;i&gt;broke&lt;/i&gt;'));
    assert.equal((await owner.submit(page, `${page}/enable`)).status, 303);
    assert.deepEqual(await a.rows('state, reason', 'plugin_tenant', `plugin = '${id}'`), [['1', '']]);
  });

  it('are only seen where they are offered', async () => {
    await s.ctl('plugin', 'offer', b.name, '--only', `${id}_more`);
    const neighbour = await b.as();
    const list = await seen(neighbour, '/config/plugins');
    assert.ok(list.includes(`Conf${process.pid} more`) && !list.includes(`Conf${process.pid} C`));
    assert.equal((await neighbour.get(page)).status, 404);
    const form = formsOf((await neighbour.get('/config/plugins')).body).find((f) => f.action.endsWith('/enable'));
    const rs = await neighbour.post(`${page}/enable`, form.fields);
    assert.deepEqual([rs.status, await state(b)], [404, undefined]);
    await s.ctl('plugin', 'offer', b.name, '--all');
    assert.equal((await neighbour.get(page)).status, 200);
    await s.ctl('plugin', 'enable', b.name, id);
    assert.equal(await state(b), '1');
    await s.ctl('plugin', 'offer', b.name, '--only', `${id}_more`);
    assert.equal(await state(b), '2', 'what is not offered any more is off');
    await s.ctl('plugin', 'offer', b.name, '--all');
  });

  it('are no business of agents, and are named by no path', async () => {
    await a.person('Anna');
    const anna = await a.as('Anna');
    for (const address of ['/config/plugins', page, `${page}/erase`]) assert.equal((await anna.get(address)).status, 403);
    const { token } = Object.fromEntries(formsOf((await anna.get('/profile')).body)[0].fields);
    for (const verb of ['enable', 'disable', 'settings', 'erase']) assert.equal((await anna.post(`${page}/${verb}`, { token })).status, 403);
    for (const wrong of ['..', '%2e%2e', '..%2f..%2fetc', 'current', `${id}%2f1.0.0`, `${id}%00`, '%ff'])
      assert.ok([400, 404].includes((await owner.get(`/config/plugins/${wrong}`)).status), wrong);
  });
});

describe('settings of a plugin', () => {
  const set = (fields) => owner.submit(page, `${page}/settings`, fields);
  const stored = async () => Object.fromEntries((await a.rows('name, value', 'plugin_setting', `plugin = '${id}'`)));

  it('begin as the plugin says, and are kept', async () => {
    const form = formsOf((await owner.get(page)).body).find((f) => f.action.endsWith('/settings'));
    assert.deepEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'v5'].map((n) => form.fields.get(n)), ['Hello.', '3', null, 'b', '', '']);
    const before = await revision(a);
    assert.equal((await set({ v0: 'Hi <b>', v1: '7', v2: '1', v3: 'a', v5: 'one\ntwo' })).status, 303);
    assert.deepEqual({ ...(await stored()) }, { greeting: 'Hi <b>', limit: '7', loud: '1', mode: 'a', notes: 'one\ntwo' });
    assert.deepEqual([await revision(a), await audit(a)], [before + 1, 'plugin.settings']);
    const again = formsOf((await owner.get(page)).body).find((f) => f.action.endsWith('/settings'));
    assert.deepEqual(['v0', 'v1', 'v2', 'v3', 'v5'].map((n) => again.fields.get(n)), ['Hi <b>', '7', '1', 'a', 'one\ntwo']);
    assert.deepEqual(await b.rows('*', 'plugin_setting'), []);
  });

  const wrong = [
    [{ v0: '' }, 'This must not be empty.'],
    [{ v0: 'x'.repeat(21) }, 'This is too long.'],
    [{ v1: '10' }, 'This number is too large.'],
    [{ v1: 'many' }, 'This must be a whole number.'],
    [{ v3: 'c' }, 'Choose one of the values.'],
    [{ v5: 'x'.repeat(4001) }, 'This is too long.'],
    [{ version: '0.9.0' }, 'was updated meanwhile'],
  ];
  for (const [fields, reason] of wrong)
    it(`${JSON.stringify(fields).slice(0, 30)}: ${reason}`, async () => {
      const before = await stored();
      const rs = await set({ v0: 'Changed', ...fields });
      assert.equal(rs.status, 422);
      assert.ok(textOf(rs.body).includes(reason), textOf(rs.body));
      assert.deepEqual(await stored(), before);
    });

  it('secrets are sealed, never shown, kept where nothing is typed, and forgotten on demand', async () => {
    const secret = 'hush-hush-7';
    await set({ v4: secret });
    const sealed = async () => (await a.rows('COALESCE(HEX(sealed), 0), COALESCE(value, 0)', 'plugin_setting', `plugin = '${id}' AND name = 'key'`))[0];
    const [first, plain] = await sealed();
    assert.ok(plain === '0' && first.length > 80 && !first.includes(Buffer.from(secret).toString('hex').toUpperCase()));
    const { body } = await owner.get(page);
    assert.ok(!body.includes(secret) && textOf(body).includes('It is set and never shown'));
    await set({ v1: '2' });
    assert.deepEqual(await sealed(), [first, '0']);
    const refused = await set({ v4: secret, v1: '99' });
    assert.ok(!refused.body.includes(secret));
    await set({ clear: '5' });
    assert.deepEqual(await sealed(), ['0', '0']);
    assert.match(await seen(owner), /It is not set/);
    assert.ok(!s.log().some((l) => JSON.stringify(l).includes(secret)));
  });
});

describe('data of a plugin', () => {
  it('goes after its name was typed, and nobody else loses any', async () => {
    await s.sql(`INSERT INTO p_${id}_press VALUES (${a.id}, 1, 5), (${b.id}, 1, 6)`);
    const erase = `${page}/erase`;
    const name = `Conf${process.pid}`;
    const early = await owner.submit(erase, erase, { name });
    assert.match(textOf(early.body), /Switch the plugin off first/);
    await owner.submit(page, `${page}/disable`);
    const wrong = await owner.submit(erase, erase, { name: 'Conf' });
    assert.equal(wrong.status, 422);
    assert.match(textOf(wrong.body), /This is not the name of the plugin/);
    assert.deepEqual(await a.rows('presses', `p_${id}_press`), [['5']]);
    assert.equal((await owner.submit(erase, erase, { name })).status, 303);
    for (const table of [`p_${id}_press`]) assert.deepEqual(await a.rows('*', table), []);
    for (const table of ['plugin_setting', 'plugin_log', 'plugin_tenant']) assert.deepEqual(await a.rows('*', table, `plugin = '${id}'`), []);
    assert.deepEqual([await audit(a), await b.rows('presses', `p_${id}_press`)], ['plugin.erase', [['6']]]);
  });
});

describe('safe mode', () => {
  const ban = `/config/plugins/${id}_ban`;

  it('opens the help desk without plugins, for an owner, in that browser', async () => {
    await owner.submit(ban, `${ban}/enable`);
    for (const address of ['/tickets', '/config/plugins', '/login']) assert.equal((await owner.get(address)).status, 403, address);
    const rs = await owner.get('/safe');
    assert.deepEqual([rs.status, rs.headers.location], [303, '/config/plugins']);
    assert.match(await seen(owner, '/tickets'), /Plugins are left out in this browser/);
    const other = s.client(a);
    assert.equal((await other.get('/login')).status, 403, 'others are where they were');
    const anna = await a.as('Anna');
    assert.equal((await anna.get('/safe')).status, 403);
    // Neither the mark alone, nor the mark of another session, is worth anything.
    const mark = owner.cookies.get('__Host-deskd-safe');
    assert.ok(mark);
    for (const client of [anna, other]) {
      client.cookies.set('__Host-deskd-safe', mark);
      assert.equal((await client.get('/tickets')).status, 403);
      client.cookies.delete('__Host-deskd-safe');
    }
    // Somebody who is no owner any more has no use for it either.
    await s.sql(`UPDATE user SET role = 1 WHERE tenant_id = ${a.id} AND email = '${a.owner}'`);
    // written past deskd, which keeps sessions for a second
    await waitFor('the role to count', async () => (await owner.get('/profile')).status === 403);
    await s.sql(`UPDATE user SET role = 3 WHERE tenant_id = ${a.id} AND email = '${a.owner}'`);
    await sleep(1500); // each worker has kept that role for itself
    assert.equal((await owner.get('/safe')).status, 303);
    assert.equal((await owner.submit(ban, `${ban}/disable`)).status, 303);
    assert.equal((await owner.get('/safe/end')).status, 303);
    assert.ok(!(await seen(owner, '/tickets')).includes('left out'));
    assert.equal((await other.get('/login')).status, 200);
  });

  it('is ended by the provider, too, where nobody can get in', async () => {
    await owner.submit(ban, `${ban}/enable`);
    assert.equal((await s.client(a).get('/login')).status, 403);
    await s.ctl('plugin', 'disable', a.name, `${id}_ban`);
    assert.equal((await s.client(a).get('/login')).status, 200);
  });
});
