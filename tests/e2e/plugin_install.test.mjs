// tests/e2e/plugin_install.test.mjs - deskctl plugin: from a new folder to the shelf, back, and away; what is refused
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openStack } from '../support/stack.mjs';

const exec = promisify(execFile);
const badPackages = fileURLToPath(new URL('../support/bad_packages.py', import.meta.url));

let s, work, deskctl, conf, shelf;

/** A command that has to succeed, in a folder. */
async function run(cwd, command, ...args) {
  const done = await exec(command, args, { cwd, env: { ...process.env, PKG_CONFIG_PATH: process.env.DESKD_BUILD }, maxBuffer: 16 << 20 });
  return done.stdout;
}

/** deskctl with a configuration that trusts a key: { status, stdout, stderr }. */
async function ctl(...args) {
  const done = await exec(deskctl, ['-c', conf, ...args], { maxBuffer: 16 << 20 }).catch((e) => e);
  return { status: done.code ?? 0, stdout: done.stdout, stderr: done.stderr };
}

async function does(...args) {
  const done = await ctl(...args);
  assert.equal(done.status, 0, `${args.join(' ')}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** A built plugin of its own name, in work/NAME. */
async function newPlugin(name) {
  await run(work, deskctl, 'plugin', 'new', name);
  await run(path.join(work, name), 'make', '-s', 'check', `DESKCTL=${deskctl}`);
  return path.join(work, name);
}

function edit(folder, file, from, to) {
  const name = path.join(folder, file);
  const text = readFileSync(name, 'utf8');
  assert.ok(text.includes(from), `${from} is not in ${file}`);
  writeFileSync(name, text.replaceAll(from, to));
}

const plugins = () => readdirSync(shelf).sort();
const compile = (folder, source, object) =>
  run(folder, 'sh', '-c', `cc -std=c11 $(pkg-config --cflags deskd-plugin) -fPIC -shared -o ${object} ${source}`);

before(async () => {
  s = openStack();
  work = mkdtempSync(path.join(tmpdir(), 'deskd-plugin-'));
  [deskctl] = s.env.DESKD_CTL.split(' ');
  conf = path.join(work, 'deskd.conf');
  shelf = path.join(path.dirname(s.env.DESKD_CONF), 'plugins');
  await run(work, 'minisign', '-G', '-W', '-p', 'ours.pub', '-s', 'ours.key');
  await run(work, 'minisign', '-G', '-W', '-p', 'stranger.pub', '-s', 'stranger.key');
  writeFileSync(conf, `${readFileSync(s.env.DESKD_CONF, 'utf8')}\nplugin_keys = ${work}/ours.pub\n`, { mode: 0o600 });
});
after(async () => {
  rmSync(work, { recursive: true, force: true });
  s.close();
});

describe('a plugin', () => {
  it('goes from a new folder to the shelf, to another version, back, and away', async () => {
    const id = `walk${process.pid}`;
    const folder = await newPlugin(id);
    const link = (name) => readlinkSync(path.join(shelf, id, name));
    const generation = async () => Number(/generation (\d+)/.exec(await does('status'))[1]);
    const first = await generation();
    assert.match(await does('plugin', 'install', folder), new RegExp(`installed ${id} 1\\.0\\.0\n`));
    assert.equal(link('current'), '1.0.0');
    assert.equal(await generation(), first + 1);
    assert.ok(!existsSync(path.join(shelf, id, '1.0.0', 'test')), 'sources stay where they are');
    const [[key]] = await s.sql(`SELECT GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'p_${id}_press' AND index_name = 'PRIMARY'`);
    assert.equal(key, 'tenant_id,user_id');
    assert.match(await does('plugin', 'list'), new RegExp(`^${id}\t1\\.0\\.0\t-\t0\t`, 'm'));

    const [[tenant]] = await s.sql(`SELECT id FROM tenant WHERE name = '${(await s.tenant()).name}'`);
    await s.sql(`INSERT INTO plugin_tenant (tenant_id, plugin, state, changed_at) VALUES (${tenant}, '${id}', 1, 0)`);
    edit(folder, 'plugin.xml', 'version="1.0.0"', 'version="1.1.0"');
    writeFileSync(path.join(folder, 'sql/0002_add_last.sql'), `ALTER TABLE p_${id}_press ADD COLUMN IF NOT EXISTS last_at BIGINT NOT NULL DEFAULT 0;`);
    await run(folder, 'make', '-s', 'package', `DESKCTL=${deskctl}`);
    const file = path.join(folder, `${id}-1.1.0.tar.zst`);
    assert.match((await ctl('plugin', 'install', file)).stderr, /it is not signed/);
    await run(work, 'minisign', '-S', '-s', 'ours.key', '-t', 'made by the test', '-m', file);
    assert.match(await does('plugin', 'install', file), /signed: made by the test\n1 statements of its migrations have run\ninstalled .* 1\.1\.0 in place of 1\.0\.0/);
    assert.deepEqual([link('current'), link('previous')], ['1.1.0', '1.0.0']);
    assert.match((await ctl('plugin', 'install', file)).stderr, /is installed already/);

    assert.match(await does('plugin', 'rollback', id), /is 1\.0\.0 again/);
    assert.deepEqual([link('current'), link('previous')], ['1.0.0', '1.1.0']);

    const told = await s.sql(`SELECT detail FROM audit WHERE tenant_id = ${tenant} AND action = 'plugin.update' ORDER BY id`);
    assert.deepEqual(told.flat(), [`${id} 1.1.0, before 1.0.0`, `${id} 1.0.0, before 1.1.0`], 'who has it on reads that another version runs');
    await s.sql(`UPDATE plugin_tenant SET state = 2 WHERE plugin = '${id}'`);

    assert.match((await ctl('plugin', 'remove', id)).stderr, /say --keep-data or --drop-data/);
    await does('plugin', 'remove', id, '--drop-data');
    assert.ok(!existsSync(path.join(shelf, id)));
    assert.deepEqual(await s.sql(`SHOW TABLES LIKE 'p_${id}%'`), []);
    assert.deepEqual(await s.sql(`SELECT * FROM plugin_migration WHERE plugin = '${id}'`), []);
  });

  it('keeps its data where that is wanted, and is not taken from tenants by accident', async () => {
    const id = `kept${process.pid}`;
    await does('plugin', 'install', await newPlugin(id));
    const tenant = await s.tenant();
    const [[tenantId]] = await s.sql(`SELECT id FROM tenant WHERE name = '${tenant.name}'`);
    await s.sql(`INSERT INTO p_${id}_press VALUES (${tenantId}, 1, 5); INSERT INTO plugin_tenant (tenant_id, plugin, state, changed_at) VALUES (${tenantId}, '${id}', 1, 0)`);
    assert.match((await ctl('plugin', 'remove', id, '--keep-data')).stderr, /1 tenants have it on/);
    await does('plugin', 'remove', id, '--keep-data', '--force');
    assert.deepEqual(await s.sql(`SELECT presses FROM p_${id}_press`), [['5']]);
    assert.deepEqual(await s.sql(`SELECT state FROM plugin_tenant WHERE plugin = '${id}'`), [['2']]);
    // A tenant that goes takes its rows with it, also those of a plugin that is gone.
    await does('tenant', 'delete', tenant.name, '--yes');
    assert.deepEqual(await s.sql(`SELECT presses FROM p_${id}_press`), []);
    await does('plugin', 'install', path.join(work, id));
    await does('plugin', 'remove', id, '--drop-data');
  });
});

describe('deskctl plugin check', () => {
  let folder;
  const templates = fileURLToPath(new URL('../../templates', import.meta.url));
  const says = async () => (await ctl('plugin', 'check', folder, '--templates', templates)).stdout;
  before(async () => {
    folder = await newPlugin('sound');
  });

  const mistakes = [
    ['templates/front.html', '{{greeting}}', '{{greeting', /templates\/front\.html:13:6: a name has no white space/],
    ['templates/front.html', '<h1>', '{{>_nowhere}}<h1>', /there is no template "_nowhere"/],
    ['templates/front.html', 'action="', 'onclick="{{greeting}}" action="', /templates\/front\.html:/],
    ['plugin.xml', 'path=""', 'path="/nowhere"', /menu entry "Sound" leads to "\/nowhere", but there is no such page/],
    ['plugin.xml', 'name="press"', 'name="push"', /permission="press" is not one of the plugin's permissions/],
    ['sql/0001_create_presses.sql', 'PRIMARY KEY (tenant_id, user_id)', 'PRIMARY KEY (user_id)', /statement 1: this key must begin with tenant_id/],
    ['sql/0001_create_presses.sql', ';', '', /the last statement has no semicolon/],
  ];
  for (const [file, from, to, reason] of mistakes)
    it(`${file}: ${to || 'something is missing'}`, async () => {
      const name = path.join(folder, file);
      const text = readFileSync(name, 'utf8');
      assert.match(await says(), /nothing is wrong/);
      assert.ok(text.includes(from));
      writeFileSync(name, text.replace(from, to));
      const said = await says();
      writeFileSync(name, text);
      assert.match(said, reason);
    });

  it('names words that a catalogue lacks', async () => {
    mkdirSync(path.join(folder, 'locale'));
    writeFileSync(path.join(folder, 'locale/pl.po'), 'msgid "Press"\nmsgstr "Wciśnij"\n\nmsgid "Greeting"\nmsgstr ""\n');
    const lines = (await says()).split('\n');
    assert.ok(lines.includes('locale/pl.po has no translation of "Greeting"'));
    assert.ok(lines.includes('locale/pl.po has no translation of "You have pressed it {presses_n} time."'));
    assert.ok(!lines.some((l) => l.includes('"Press"')));
    rmSync(path.join(folder, 'locale'), { recursive: true });
  });
});

const REASONS = {
  symlink: 'is a link', hardlink: 'is a link', device: 'neither a file nor a folder', pipe: 'neither a file nor a folder',
  absolute: 'absolute path', dotted: 'leads elsewhere', dots: 'leads elsewhere', hidden: 'name that is not allowed',
  'odd-name': 'name that is not allowed', stray: 'does not belong into a plugin', twice: 'is there twice', deep: 'deep',
  bomb: 'too large', empty: 'it is empty', 'no-manifest': 'plugin.xml', 'large-manifest': 'more than 65536 bytes',
  doctype: 'document type', 'id-leads-away': 'must be 2 to 24', 'other-major': 'made for the plugin interface 2.0',
  'newer-minor': 'made for the plugin interface 1.9', 'needs-absent': 'requires absent, which is not installed',
  'foreign-table': 'must be p_ID_', 'no-object': 'hello.so is missing', 'no-elf': 'is no shared object',
  'other-machine': 'another machine', 'other-symbol': 'built for interface 7', 'other-id': 'says that it is "other"',
  crashes: 'ended the process that looked at it (signal', hangs: 'ended the process that looked at it (signal',
  'no-tenant': 'statement count_presses: not bound to the tenant', 'reads-users': "this table is not the plugin's own: user",
  'sql-other-table': "this table is not the plugin's own: user", 'sql-no-tenant': 'must begin with tenant_id',
  'sql-drops-ours': "this table is not the plugin's own: ticket", 'sql-copies': 'not allowed in a migration: SELECT',
  cut: 'no tar.zst that can be read', 'no-archive': 'no tar.zst that can be read',
};

describe('what is refused', () => {
  let good, packages;

  /** The object made of a source that was changed. */
  async function spoil(object, from, to) {
    const source = path.join(good, 'bad', `${object}.c`);
    const text = readFileSync(path.join(good, 'hello_plugin.c'), 'utf8');
    assert.ok(text.includes(from));
    writeFileSync(source, text.replace(from, to));
    await compile(good, source, `bad/${object}.so`);
  }

  before(async () => {
    good = await newPlugin('hello');
    packages = path.join(work, 'packages');
    mkdirSync(path.join(good, 'bad'));
    mkdirSync(packages);
    await spoil('other_id', '.id = "hello"', '.id = "other"');
    await spoil('crashes', 'static int start(', '__attribute__((constructor)) static void boom(void) { __builtin_trap(); }\nstatic int start(');
    await spoil('hangs', 'static int start(', '__attribute__((constructor)) static void wait(void) { for (volatile int i = 1; i;) ; }\nstatic int start(');
    await spoil('no_tenant', 'WHERE tenant_id = ? AND user_id', 'WHERE user_id');
    await spoil('reads_users', 'presses FROM p_hello_press', 'presses FROM user');
    await run(work, 'python3', badPackages, good, packages);
  });

  it('for each bad package there is a reason', async () => {
    const names = readdirSync(packages).map((f) => f.replace('.tar.zst', ''));
    assert.deepEqual(names.sort(), Object.keys(REASONS).sort());
    const onShelf = plugins();
    for (const [name, reason] of Object.entries(REASONS)) {
      const done = await ctl('plugin', 'install', '--unsigned', path.join(packages, `${name}.tar.zst`));
      assert.equal(done.status, 1, `${name} was taken: ${done.stdout}`);
      assert.ok((done.stdout + done.stderr).includes(reason), `${name}: ${done.stdout}${done.stderr}`);
    }
    assert.deepEqual(plugins(), onShelf, 'nothing is left behind');
    assert.deepEqual(await s.sql("SHOW TABLES LIKE 'p\\_hello%'"), []);
    assert.ok(!existsSync('/tmp/deskd-evil') && !existsSync(path.join(shelf, 'evil')) && !existsSync(path.join(path.dirname(shelf), 'evil')));
  });

  it('signatures of strangers, for other contents, and none', async () => {
    const file = path.join(work, 'signed.tar.zst');
    await run(good, 'tar', '--zstd', '-cf', file, 'plugin.xml', 'hello.so', 'sql', 'templates');
    const reason = async () => (await ctl('plugin', 'install', file)).stderr;
    assert.match(await reason(), /it is not signed/);
    await run(work, 'minisign', '-S', '-s', 'stranger.key', '-m', file);
    assert.match(await reason(), /a key that is not in plugin_keys/);
    await run(work, 'minisign', '-S', '-s', 'ours.key', '-m', file);
    edit(work, 'signed.tar.zst.minisig', 'trusted comment: timestamp', 'trusted comment: Timestamp');
    assert.match(await reason(), /the signature does not fit/);
    await run(work, 'minisign', '-S', '-s', 'ours.key', '-m', file);
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('x')]));
    assert.match(await reason(), /the signature does not fit/);
    writeFileSync(`${file}.minisig`, 'hello');
    assert.match(await reason(), /no minisign signature/);
    const [command, ...plain] = s.env.DESKD_CTL.split(' ');
    const untrusting = await exec(command, [...plain, 'plugin', 'install', file]).catch((e) => e);
    assert.match(untrusting.stderr, /set plugin_keys, or give --unsigned/);
  });

  const folders = {
    'what others may write to': [(f) => chmodSync(path.join(f, 'hello.so'), 0o666), /others may write to hello\.so/],
    'a folder that its group may write to': [(f) => chmodSync(path.join(f, 'sql'), 0o775), /others may write to sql/],
    links: [(f) => symlinkSync('/etc/passwd', path.join(f, 'templates/passwd.html')), /templates\/passwd\.html is neither/],
    'files of others': [(f) => (process.getuid() === 0 ? chownSync(path.join(f, 'hello.so'), 65534, 65534) : chmodSync(path.join(f, 'hello.so'), 0o666)), /hello\.so/],
  };
  for (const [name, [spoiling, reason]] of Object.entries(folders))
    it(`${name}, in a folder`, async () => {
      const folder = mkdtempSync(path.join(work, 'f-'));
      cpSync(good, folder, { recursive: true });
      spoiling(folder);
      const done = await ctl('plugin', 'install', folder);
      assert.equal(done.status, 1);
      assert.match(done.stdout + done.stderr, reason);
    });

  it('a table that another plugin has', async () => {
    const one = `sha${process.pid}`;
    const two = `${one}_x`;
    await does('plugin', 'install', await newPlugin(one));
    const folder = await newPlugin(two);
    edit(path.join(work, one), 'plugin.xml', `<table name="p_${one}_press"/>`, `<table name="p_${one}_press"/><table name="p_${two}_press"/>`);
    edit(path.join(work, one), 'plugin.xml', 'version="1.0.0"', 'version="2.0.0"');
    await does('plugin', 'install', path.join(work, one));
    assert.match((await ctl('plugin', 'install', folder)).stdout, new RegExp(`table p_${two}_press belongs to the plugin ${one}`));
    await does('plugin', 'remove', one, '--drop-data');
  });
});
