// tests/security/input.test.mjs - what is typed is data: for pages, statements, templates, logs, addresses, names of files
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Desk, tokenOf } from '../support/desk.mjs';
import { decodeWords, leafText } from '../support/eml.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { mail } from '../support/lmtp.mjs';
import { raw } from '../support/raw.mjs';
import { PASSWORD, openStack, waitFor } from '../support/stack.mjs';
import { login } from '../browser/browser.mjs';
import { polyglots } from './vectors.mjs';
import { Watch } from './watch.mjs';

const IS_LONG = process.env.DESKD_LONG === '1';
const root = process.env.DESKD_SOURCE ?? fileURLToPath(new URL('../..', import.meta.url));

let s;
let desk;
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
});
after(() => s?.close());

const quoted = (text) => `CONVERT(FROM_BASE64('${Buffer.from(text).toString('base64')}') USING utf8mb4)`;

/** A desk with a row in every table of texts. */
async function full() {
  const d = await Desk.open(s);
  const from = `carla@${d.name}.example`;
  const [ann, billing] = [await d.person('Ann'), await d.department('Billing')];
  await d.person('Bea', { department: billing, role: 'admin' });
  const parts = ['--b', 'Content-Type: text/plain', '', 'Text', '> quoted', '--b', 'Content-Type: text/plain', 'Content-Disposition: attachment; filename=a.txt', '', 'x', '--b--'];
  const letter = { from, text: parts.join('\n'), headers: { 'Content-Type': 'multipart/mixed; boundary=b', Cc: 'kim@customers.example' } };
  const numbers = [];
  for (let i = 0; i < 4; i++) numbers.push(await d.write({ ...letter, subject: `Ticket ${i}`, to: i % 2 ? d.home.address : billing.address }));
  for (const n of numbers.slice(0, 2)) {
    await d.do('owner', n, 'note', { text: 'Note' });
    await d.do('owner', n, 'answer', { text: 'Answer' });
  }
  await d.do('owner', numbers[1], 'assign', { agent: ann });
  await d.do('owner', numbers[2], 'spam');
  const key = await d.followKeyOf(numbers[0], from);
  await d.quiet();
  return { d, key };
}

/* What is not text that somebody types, or is looked at by other tests. */
const apart = {
  'tenant.name': 'part of the addresses of the program, set by the provider from a small alphabet',
  'tenant_domain.host': 'the same',
  'user.password_hash': 'shown nowhere, compared only',
  'attachment.file': 'made by the program, a name on the disk',
  'mail_in.raw_file': 'the same',
  'message.html': 'holds markup: xss.test.mjs',
  'outbox.payload': 'JSON, empty once the mail is sent: tokens.test.mjs',
  'ticket.status': 'one letter, made by the program',
  'ticket.previous_status': 'the same',
  'user.gender': 'one letter of two',
  'job.kind': 'names a function of the program; no page shows jobs',
};

/** Writes a different polyglot into each text of a desk. Returns [columns written, all of them]. */
async function poison(d, round) {
  const columns = await s.sql(
    "SELECT c.table_name, c.column_name, c.character_maximum_length, c.character_set_name, t.has FROM information_schema.columns c JOIN (SELECT table_name, MAX(column_name = 'id') AS has, " +
      "MAX(column_name = 'tenant_id') AS own FROM information_schema.columns WHERE table_schema = DATABASE() GROUP BY table_name) t USING (table_name) " +
      "WHERE c.table_schema = DATABASE() AND c.data_type IN ('char', 'varchar', 'text', 'mediumtext', 'longtext') AND (t.own OR c.table_name = 'tenant') ORDER BY 1, 2",
  );
  const unique = new Set(['user.email', 'department.name', 'contact.email', 'department_address.address', 'participant.email']);
  const written = columns.filter(([t, c]) => !apart[`${t}.${c}`]);
  const statements = written.map(([t, c, length, charset, hasId], i) => {
    const list = polyglots.map((p) => (charset === 'ascii' ? p.replace(/[^ -~]/g, '') : p)).map(quoted).join();
    const row = hasId === '1' ? 'id' : unique.has(`${t}.${c}`) ? `\`${c}\`` : '1';
    const payload = `ELT(1 + MOD(CRC32(${row}) + ${i + round * 7}, ${polyglots.length}), ${list})`;
    const value = unique.has(`${t}.${c}`) ? `CONCAT(LEFT(${payload}, ${length} - 24), ${hasId === '1' ? 'id' : `CRC32(\`${c}\`)`})` : `LEFT(${payload}, ${length})`;
    return `UPDATE \`${t}\` SET \`${c}\` = ${value} WHERE ${t === 'tenant' ? 'id' : 'tenant_id'} = ${d.id};`;
  });
  const tables = [...new Set(columns.map(([t]) => t))];
  for (const known of Object.keys(apart)) assert.ok(columns.some(([t, c]) => `${t}.${c}` === known), `${known} is no column: why is it apart?`);
  await s.sql(statements.join('\n'));
  return { written, columns, tables };
}

/** Addresses of all pages that a client reaches by links. */
async function crawl(client, start) {
  const seen = new Map();
  const queue = [...start];
  for (const address of queue) {
    const rs = await client.get(address);
    assert.ok(rs.status < 500, `${address}: ${rs.status} ${textOf(rs.body).slice(0, 300)}`);
    if (/^text\/html/.test(rs.headers['content-type'] ?? '')) seen.set(address, rs);
    for (const [, link] of rs.body.matchAll(/(?:href|src)="(\/(?!\/)[^"#]*)/g))
      if (!/^\/static\//.test(link) && !queue.includes(link.replaceAll('&amp;', '&'))) queue.push(link.replaceAll('&amp;', '&'));
    assert.ok(queue.length < 500, 'the crawl does not end');
  }
  return seen;
}

/** A few addresses of each kind, or all. */
function chosen(addresses) {
  const kinds = new Map();
  return [...addresses].filter((address) => {
    const kind = address.split('?')[0].replace(/[0-9a-f]{8,}(-[0-9a-f]{32})?|\d+/g, 'N');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    return IS_LONG || kinds.get(kind) <= 1;
  });
}

/* Runs in the page. */
function strange() {
  const found = [];
  for (const e of document.querySelectorAll('*')) {
    for (const name of e.getAttributeNames()) if (name.startsWith('on') || name === 'srcdoc') found.push(`${e.localName} ${name}`);
    if (e.localName === 'script' && !/\/static\/[\w-]+\.js$/.test(e.src)) found.push('script');
    if (e.localName === 'iframe' && !e.classList.contains('mail-frame')) found.push('iframe');
    if (e.localName === 'img' && e.getAttribute('src') === 'x') found.push('img');
    if (/^\s*(javascript|data|vbscript):/i.test(e.getAttribute('href') ?? e.getAttribute('action') ?? '')) found.push(`${e.localName} ${e.href}`);
    for (const name of ['mouseover', 'focus']) if (!['a', 'button'].includes(e.localName)) e.dispatchEvent(new Event(name));
  }
  return found;
}

test('X03 Q03: markup and template tags in every text column of the database are text on every page', async (t) => {
  const { d, key } = await full();
  const owner = await d.as();
  const watch = await Watch.open(s.port);
  try {
    const visitor = await login(await watch.visit(d.host), d.owner, PASSWORD);
    const pages = new Set();
    for (let round = 0; round < (IS_LONG ? 20 : 1); round++) {
      const { written, columns, tables } = await poison(d, round);
      const seen = await crawl(owner, ['/tickets?view=all', '/tickets?view=spam', '/profile', '/config/agents', '/config/departments', '/config/mail', `/t/${key}`, '/contact', '/nowhere']);
      const text = [...seen.values()].map((rs) => textOf(rs.body)).join('\n');
      assert.ok(polyglots.filter((p) => text.includes(p.replace(/\s+/g, ' ').replace(/&lt;/g, '&lt;').slice(0, 12))).length > 10, 'polyglots are shown');
      assert.doesNotMatch(text, /\b49\b(?=<%|#)/);
      watch.take();
      for (const address of chosen(seen.keys())) {
        await visitor.page.goto(address, { waitUntil: 'load' });
        assert.deepEqual([await visitor.look(strange), watch.take()], [[], []], address);
        pages.add(address);
      }
      if (round === 0) t.diagnostic(`${written.length} of ${columns.length} text columns of ${tables.length} tables written, ${columns.length - written.length} apart with a reason; ${seen.size} pages read`);
    }
    t.diagnostic(`${pages.size} pages in Chromium`);
    assert.ok(pages.size >= 15, `${pages.size} pages`);
  } finally {
    await watch.close();
  }
});

test('Q03: tags of templates in what people write go out as they were written', async () => {
  const bait = '{{tenant_title}} {{{text_html}}} {{>mail/answer}} {{#text}}x{{/text}} ${7*7} <%= 7*7 %> #{7*7} {{7*7}}';
  const owner = await desk.as();
  await owner.submit('/profile', '/profile', { signature: `Signed ${bait}` });
  const from = 'tags@customers.example';
  const number = await desk.write({ from, subject: `Subject ${bait}`, text: `Question ${bait}` });
  await desk.do('owner', number, 'answer', { text: `Answer ${bait}` });
  const letter = await desk.answerTo(from);
  const text = leafText(letter, 'text/plain').replace(/\s+/g, ' ');
  for (const what of ['Answer', 'Signed']) assert.ok(text.includes(`${what} ${bait}`), text);
  assert.ok(decodeWords(letter.headers.subject).replace(/\s+/g, ' ').includes('{{tenant_title}}'));
  await owner.submit('/profile', '/profile', { signature: '' });
});

const injections = ["'", '"', '\\', "' OR '1'='1", '1 OR 1=1', "'; SELECT SLEEP(9)-- ", '1;SELECT SLEEP(9)', "' UNION SELECT password_hash FROM user-- ", '1) OR (1=1', "%bf'", "'/**/OR/**/1=1#", '0x27', '`', "\u02bc' OR 1=1-- ", '%', '_', '\\%'];

test('Q01 Q02: no field and no part of an address is read as SQL', async () => {
  const d = await Desk.open(s);
  const owner = await d.as();
  const number = await d.write({ subject: 'One' });
  const errors = () => s.log().filter((l) => /SQL|syntax|1064|42000|mysql/i.test(`${l.error ?? ''} ${l.sqlstate ?? ''}`)).length;
  const old = errors();
  const fine = (rs, what) => {
    assert.ok(rs.status < 500, `${what}: ${rs.status}`);
    assert.doesNotMatch(rs.body, /SQL syntax|MariaDB|mysql_|argon2/i, what);
  };
  const queries = ['view', 'department', 'after', 'before', 'at', 'q', 'sort', 'order', 'all', 'images', 'next', 'number', 'page', 'limit'];
  for (const bad of injections) {
    const coded = encodeURIComponent(bad);
    for (const name of queries.filter((_, i) => IS_LONG || (i + bad.length) % 2 === 0)) fine(await owner.get(`/tickets?${name}=${coded}`), `${name}=${bad}`);
    for (const where of [`/tickets/${coded}`, `/tickets/${number}/messages/${coded}/frame`, `/files/${coded}`, `/config/agents/${coded}`, `/config/mail/${coded}`, `/t/${coded}`, `/password/${coded}`, `/login?next=${coded}`])
      fine(await owner.get(where), where);
  }
  const pages = ['/profile', '/tickets/new', '/contact', `/tickets/${number}`, '/config/departments/new', '/config/agents/new'];
  let fields = 0;
  for (const page of pages)
    for (const form of formsOf((await owner.get(page)).body).filter((f) => f.method === 'POST' && !/logout|delete|theme|spam/.test(f.action)))
      for (const name of form.names.filter((n) => n !== 'token')) {
        fields++;
        const bad = injections[fields % injections.length];
        fine(await owner.post(form.action || page, { ...Object.fromEntries(form.fields), token: await tokenOf(owner), [name]: bad }), `${form.action} ${name}=${bad}`);
      }
  assert.ok(fields > 20, `${fields} fields`);
  assert.equal(errors(), old, 'the database found nothing to complain of');
  assert.deepEqual((await d.rows('role, status', 'user')), [['3', '1']]);
});

test('U03: an expression in a rule holds up no mail, whatever both are, and only one engine compiles any', async () => {
  for (const program of ['deskd', 'deskctl']) {
    const symbols = execFileSync('readelf', ['-W', '--dyn-syms', path.join(process.env.DESKD_BUILD ?? path.join(root, 'var/test/asan'), program)], { encoding: 'utf8', maxBuffer: 64 << 20 });
    assert.match(symbols, /mysql_stmt_prepare/);
    assert.doesNotMatch(symbols, /\b(regcomp|regexec|re_search)\b/);
  }
  const owner = await desk.as();
  // The last one is quick, and would hold: but together they have what one event is given.
  for (const [i, value0] of ['(a+)+$', '(a|aa)+$', '(.*a){25}$', String.raw`\w+\s*[=:]`, 'a[ab]*[cd]', '(?s)a.*?[cd]', 'aaa'].entries())
    assert.equal((await owner.post('/config/rules/new', { token: await tokenOf(owner), name: `Evil ${i}`, is_active: 1, event: 'ticket.created',
      field0: 'message.body', op0: 'matches', value0, do0: 'spam' })).status, 303);
  const number = await desk.write({ text: `${`${'a'.repeat(900)}\r\n`.repeat(900)}!` });
  await desk.removeRules();
  assert.equal(await desk.status(number), 'N');
  const told = textOf((await owner.get(`/tickets/${number}/rules`)).body);
  assert.equal(told.match(/did not apply/g).length, 7);
  assert.match(told, /took too long to find out/);
});

test('Q05: whatever comes in, a line of the log is one line of JSON', async () => {
  const bad = ['a\r\nb', 'a\nINFO fake', '\u001b[31mred', 'a\u0000b', 'a\u2028b', '%n%s%x', '"}\n{"event":"fake"', '\u0085x', '\\u000a', '<script>'];
  for (const text of bad) {
    const client = s.client(desk);
    const token = await tokenOf(client, '/login');
    await client.post('/login', { token, email: text, password: text, next: text });
    await client.post('/contact', { token: await tokenOf(client, '/contact'), name: text, email: `x@${text}.example`, subject: text, text });
    await client.get(`/${encodeURIComponent(text)}?${encodeURIComponent(text)}`);
    await client.get('/login', { 'User-Agent': text.replace(/[^\x20-\x7e]/g, '?'), Referer: encodeURIComponent(text) });
    await s.deliver({ from: 'log@customers.example', to: desk.home.address, message: mail({ from: 'log@customers.example', to: desk.home.address, subject: text.replace(/[\r\n\0]/g, ' '), text, headers: { 'X-Mailer': text.replace(/[\r\n\0]/g, ' ') } }) });
  }
  await waitFor('the mails', async () => (await desk.rows('COUNT(*)', 'mail_in', "header_from LIKE '%log@customers.example%' AND outcome > 0"))[0][0] === String(bad.length));
  await raw(s.port, `GET /\x1b[31m\x01\x7f HTTP/1.1\r\nHost: ${desk.host}\r\nUser-Agent: \x1b[2J\x07\r\nConnection: close\r\n\r\n`);
  const lines = readFileSync(s.logFile, 'utf8').split('\n').filter((l) => l !== '');
  const outside = lines.filter((l) => /^\{/.test(l) === false);
  assert.deepEqual(outside.filter((l) => /fake|red/.test(l)), []);
  for (const line of lines.filter((l) => l.startsWith('{'))) {
    assert.doesNotMatch(line, /[\0-\x1f\x7f\u0085\u2028\u2029]/, JSON.stringify(line));
    const { event } = JSON.parse(line);
    assert.notEqual(event, 'fake');
  }
});

const redirects = ['//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '/\\/evil.example', 'https:evil.example', 'https://evil.example', 'https:/evil.example', 'javascript:alert(1)', '/\tevil.example', '/%09/evil.example', '\t//evil.example',
  '//evil.example/%2f..', '/%5cevil.example', '/%2f%2fevil.example', './/evil.example', '/.//evil.example', '/..//evil.example', ' //evil.example', '\u00a0//evil.example', 'http:///evil.example', '//evil.example@localhost', '/@evil.example', '@evil.example', 'data:text/html,x', '//[::1]/', '/\u0000/evil.example', '//\u2025/evil', '/\r\nLocation: //evil.example', '?//evil.example', '#//evil.example', '//%65vil.example', '/\u2215/evil.example', 'evil.example', '/\ufeff/evil.example'];

/** Addresses that the parser of the WHATWG is tested with, where they are beside this checkout. */
function urlCases() {
  const file = path.join(root, '../shared/data/url');
  return existsSync(file) ? redirects.concat(JSON.parse(readFileSync(path.join(file, 'urltestdata.json'), 'utf8')).filter((c) => c.input).map((c) => c.input)) : redirects;
}

test('Q06: after the login one stays on this host', async () => {
  const owner = await desk.as();
  const home = `http://${desk.host}:${s.port}`;
  const all = IS_LONG ? urlCases() : urlCases().filter((_, i) => i < redirects.length || i % 8 === 0);
  for (const next of all) {
    const rs = await owner.get(`/login?next=${encodeURIComponent(next.toWellFormed?.() ?? next)}`);
    assert.ok([303, 400].includes(rs.status), `${next}: ${rs.status}`);
    if (rs.status === 303) assert.equal(new URL(rs.headers.location, `${home}/login`).origin, home, `${JSON.stringify(next)} to ${rs.headers.location}`);
    assert.deepEqual(Object.keys(rs.headers).filter((h) => /evil/.test(h)), []);
  }
});

const names = ['../../../etc/passwd', '/etc/passwd', '..\\..\\boot.ini', 'C:\\x.exe', '.htaccess', '.htaccess\u200b', `${'n'.repeat(300)}.txt`, 'CON', 'nul.txt', '.', '..', '...', '😀🙈.txt', '\u202egpj.exe', 'a\u0001b.txt', 'a;b="c".txt', "a'b.txt", 'a%00b.php', 'a%0d%0aX-Evil: 1', '<img src=x onerror=alert(1)>.html',
  'x.svg', 'x.html', 'x.xhtml', 'x.xml', 'x.mht', 'x.pdf', 'x.js', 'x.htc', 'x.swf', 'x.eml', 'x.hta', 'x.php', 'noextension', ' ', 'a\u2028b', 'ẋ̷̪.txt', 'файл.txt', 'a/b/c.txt', '~', '-rf', '|id', '$(id).txt', '`id`', 'a\tb.txt'];

function checkServed(rs, where) {
  assert.equal(rs.status, 200, where);
  const disposition = rs.headers['content-disposition'];
  assert.match(disposition, /^attachment; filename="[^"\\%/;\x00-\x1f\x7f-\xff]*"; filename\*=UTF-8''[\w.~%!#$&+^`|-]+$/, where);
  const name = decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(disposition)[1]);
  assert.ok(!/[\0-\x1f/]/.test(name) && name !== '' && Buffer.byteLength(name) <= 255, JSON.stringify(name));
  assert.deepEqual([rs.headers['content-type'], rs.headers['x-content-type-options'], rs.headers['content-security-policy']],
    ['application/octet-stream', 'nosniff', "default-src 'none'; sandbox"], where);
  assert.equal(rs.headers['x-evil'], undefined);
}

test('U01 X04: a file keeps its name and nothing else of it: by mail and by form it lies below a name of ours', async () => {
  const from = 'files@customers.example';
  const types = ['text/html', 'image/svg+xml', 'text/html;charset=utf-7', 'application/x-shockwave-flash', 'message/rfc822', 'application/javascript', 'text/xml'];
  const parts = names.flatMap((name, i) => ['--b', `Content-Type: ${types[i % types.length]}`, `Content-Disposition: ${i % 3 ? 'attachment' : 'inline'}; filename*=utf-8''${encodeURIComponent(name)}`, '', '<script>alert(1)</script>']);
  const number = await desk.write({ from, subject: 'Files', text: ['--b', 'Content-Type: text/plain', '', 'See', ...parts, '--b--'].join('\n'), headers: { 'Content-Type': 'multipart/mixed; boundary=b' } });
  const owner = await desk.as();
  for (let i = 0; i < names.length; i += 10) {
    const files = names.slice(i, i + 10).map((name, j) => ({ filename: name.replace(/["\r\n\0]/g, '_'), type: types[j % types.length], data: '<script>alert(1)</script>' }));
    const rs = await owner.submit(`/tickets/${number}`, `/tickets/${number}/note`, { text: 'Files' }, { files });
    assert.equal(rs.status, 303, textOf(rs.body).slice(0, 200));
  }
  const rows = await desk.rows('id, name, file', 'attachment', `ticket_id = ${(await desk.ticket(number)).id}`);
  assert.ok(rows.length >= 2 * names.length - 4, `${rows.length} files of ${2 * names.length}`);
  const page = (await owner.get(`/tickets/${number}`)).body;
  assert.ok(!page.includes('<img src=x'), 'escaped');
  for (const [id, name, file] of rows) {
    assert.match(file, /^[0-9a-f]{64}$/);
    checkServed(await owner.get(`/files/${id}`), name);
  }
});
