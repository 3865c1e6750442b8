// tests/security/xss.test.mjs - hostile mails in a real browser: nothing runs, nothing is asked elsewhere, and the
// page is made of listed elements; with the sanitiser's work undone, the frame's policy alone holds
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { mail } from '../support/lmtp.mjs';
import { PASSWORD, openStack, waitFor } from '../support/stack.mjs';
import { login } from '../browser/browser.mjs';
import { asking, hasCollections, ours, running, vectors } from './vectors.mjs';
import { Watch } from './watch.mjs';

const IS_LONG = process.env.DESKD_LONG === '1';
const PER_PAGE = 40;
const used = IS_LONG ? vectors : vectors.filter((_, i) => i < ours.length || i % 5 === 0);

let s;
let desk;
let watch;
let tickets; // { number, key, messages: { id: vector } }
before(async () => {
  s = openStack();
  desk = await Desk.open(s);
  const batches = [];
  for (let i = 0; i < used.length; i += PER_PAGE) batches.push(used.slice(i, i + PER_PAGE));
  tickets = await Promise.all(batches.map(deliver));
  watch = await Watch.open(s.port);
});
after(async () => {
  await watch?.close();
  s?.close();
});

/** All of them, or the first n where it has to be short: ours come first. */
const few = (n) => (IS_LONG ? tickets : tickets.slice(0, n));

const coded = (text) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n');

/** A ticket with a mail for each vector, each a message of its own. */
async function deliver(batch, n) {
  const from = `mallory${n}@evil.example`;
  const letter = (html, subject, headers) =>
    mail({ from, to: desk.home.address, subject, text: coded(html),
      headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Transfer-Encoding': 'base64', ...headers } });
  const first = `<first${n}.${desk.name}@evil.example>`;
  const send = async (message) =>
    assert.equal((await s.deliver({ from, to: desk.home.address, message }))[0].code, 250);
  await send(letter(batch[0], 'v0', { 'Message-ID': first }));
  const [number] = await waitFor('the ticket', async () =>
    (await desk.rows('t.number', 'ticket t JOIN contact c USING (tenant_id)', `c.id = t.contact_id AND c.email = '${from}'`
      .replace('AND', 'AND t.tenant_id = c.tenant_id AND')))[0]);
  for (const [i, html] of batch.entries()) if (i > 0) await send(letter(html, `v${i}`, { 'In-Reply-To': first }));
  const id = (await desk.ticket(number)).id;
  const rows = await waitFor('the mails', async () => {
    const all = await desk.rows('id, subject', 'message', `ticket_id = ${id} AND kind = 1`);
    return all.length === batch.length && all;
  }, 60);
  return { number, from, batch, messages: Object.fromEntries(rows.map(([m, subject]) => [m, batch[Number(subject.slice(1))]])) };
}

async function ownersPage() {
  const visitor = await login(await watch.visit(desk.host), desk.owner, PASSWORD);
  watch.take(); // how the driver fills in a form
  return visitor;
}

/* Lists of their own: a slip in the sanitiser's must not excuse itself. */
const ELEMENTS = ('a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup ' +
  'dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q ' +
  's samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr').split(' ');
const ATTRIBUTES = ('align alt bgcolor border cellpadding cellspacing color colspan data-cid data-src dir face height href ' +
  'hspace lang noshade nowrap rel rowspan size span src start style target title type valign value vspace width').split(' ');

/* Runs in the page: opens and loads what is folded, pokes at it, and says what the frames are made of. isBare: without
 * the frames' own attribute, so that only the policy that comes with them holds. */
async function inside(isBare) {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  for (const d of document.querySelectorAll('details')) d.open = true;
  const frames = [...document.querySelectorAll('iframe.mail-frame')];
  for (const f of frames) {
    f.loading = 'eager';
    if (!isBare) continue;
    f.removeAttribute('sandbox');
    f.src += '?bare=1';
  }
  const isThere = (f) => !f.contentDocument || (f.contentDocument.readyState === 'complete' && f.contentDocument.URL === f.src);
  for (let i = 0; i < 600 && !frames.every(isThere); i++) await pause(50);
  const poke = (e) => {
    for (const name of ['mouseover', 'mouseenter', 'mousemove', 'focus', 'blur', 'click', 'toggle', 'error', 'load', 'wheel', 'paste'])
      if (name !== 'click' || !Element.prototype.closest.call(e, 'a[href^="http"],a[href^="//"],a[href^="mailto:"]')) EventTarget.prototype.dispatchEvent.call(e, new Event(name, { bubbles: true }));
  };
  // A form whose field is called so hides its own attributes.
  const attributesOf = Object.getOwnPropertyDescriptor(Element.prototype, 'attributes').get;
  const made = frames.map((f) => {
    const doc = f.contentDocument;
    if (!doc) return { src: f.getAttribute('src'), isGone: true };
    const all = [...Element.prototype.querySelectorAll.call(doc.body, '*')];
    all.forEach(poke);
    return {
      src: f.getAttribute('src'),
      url: doc.URL,
      heads: [...doc.head.children].map((e) => e.localName),
      all: all.map((e) => [e.localName, e.namespaceURI, Object.fromEntries([...attributesOf.call(e)].map((a) => [a.name, a.value]))]),
      onBody: Element.prototype.getAttributeNames.call(doc.body),
    };
  });
  await pause(30);
  return { made, title: document.title, scripts: [...document.scripts].map((e) => e.src) };
}

function checkElement([name, space, attributes], vector) {
  const where = `<${name} ${JSON.stringify(attributes)}> of ${vector}`;
  assert.equal(space, 'http://www.w3.org/1999/xhtml', where);
  assert.ok(ELEMENTS.includes(name), where);
  for (const [attribute, value] of Object.entries(attributes)) {
    assert.ok(ATTRIBUTES.includes(attribute), where);
    if (attribute === 'href') assert.match(value, /^(https?:|mailto:|tel:)/i, where);
    if (attribute === 'src') assert.match(value, /^(data:image\/|\/files\/|\/t\/)/, where);
    if (attribute === 'style')
      assert.doesNotMatch(value, /url|image|expression|var\(|position|behaviou?r|\\|@|binding|content/i, where);
  }
  if (name === 'a' && 'href' in attributes) {
    assert.equal(attributes.target, '_blank', where);
    for (const rel of ['noopener', 'noreferrer']) assert.ok((attributes.rel ?? '').split(' ').includes(rel), where);
  }
}

const vectorOf = (ticket, src) => ticket.messages[/messages\/(\d+)\/frame/.exec(src)[1]];

/** Looks at a ticket's page; nothing may have happened. Returns what the frames are made of. */
async function look(visitor, path, { greets, isBare } = {}) {
  const rs = await visitor.page.goto(path, { waitUntil: 'load' });
  assert.equal(rs.status(), 200, path);
  const found = await visitor.look(inside, Boolean(isBare));
  assert.deepEqual(watch.take({ greets }), [], path);
  for (const src of found.scripts) assert.match(src, /\/static\/app-[0-9a-f]+\.js$/);
  return found;
}

test('the browser sees: without walls the same vectors run and ask elsewhere', async () => {
  const server = http.createServer((rq, rs) => {
    const n = /^\/v(\d+)$/.exec(rq.url)?.[1];
    rs.setHeader('Content-Type', 'text/html; charset=utf-8');
    rs.end(n === undefined
      ? `<!DOCTYPE html>${running.map((_, i) => `<iframe src="/v${i}"></iframe>`).join('')}`
      : `<!DOCTYPE html><html><head></head><body>${running[n]}</body></html>`);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const open = await Watch.open(s.port); // a browser of its own: what runs there may bring it down
  try {
    const visitor = await open.visit('open.localhost');
    await visitor.page.goto(`http://open.localhost:${server.address().port}/`, { waitUntil: 'commit' });
    const seen = [];
    const count = (what) => seen.filter((x) => x.startsWith(what)).length;
    await waitFor('the vectors to fire', () => {
      seen.push(...open.take());
      return count('script') >= 8 && count('dialog') >= 8 && count('elsewhere: far.example') >= 1;
    });
  } finally {
    server.closeAllConnections();
    server.close();
    await open.close();
  }
});

test('X01 X06 X07 X09: an HTML mail, seen by an agent, is listed elements, and nothing runs or is asked', async (t) => {
  const visitor = await ownersPage();
  let frames = 0;
  for (const ticket of tickets) {
    const { made } = await look(visitor, `/tickets/${ticket.number}?all=1`);
    for (const frame of made) {
      const vector = vectorOf(ticket, frame.src);
      frames++;
      assert.ok(!frame.isGone && frame.url.endsWith(frame.src), vector);
      assert.deepEqual(frame.heads, ['meta', 'title', 'link'], vector);
      assert.deepEqual(frame.onBody, [], vector);
      for (const element of frame.all) checkElement(element, vector);
    }
  }
  t.diagnostic(`${used.length} of ${vectors.length} vectors (${ours.length} ours${hasCollections ? '' : ', no collections beside this checkout'}), ${frames} frames`);
  assert.ok(frames >= used.length * 0.5, `only ${frames} frames`);
  await visitor.close();
});

test('X01: the customer sees the same, by the link of the receipt', async () => {
  const visitor = await watch.visit(desk.host);
  for (const ticket of few(1)) {
    const key = await desk.followKeyOf(ticket.number, ticket.from);
    const { made } = await look(visitor, `/t/${key}`);
    assert.ok(made.length > 0);
    for (const frame of made) for (const element of frame.all) checkElement(element, vectorOf(ticket, frame.src));
  }
  await visitor.close();
});

/* Runs in the page: what stands where texts of others are shown. */
function texts() {
  const all = [...document.querySelectorAll('.text *, pre.raw *, dl.headers dd *')];
  return {
    all: all.map((e) => [e.localName, e.namespaceURI, Object.fromEntries([...e.attributes].map((a) => [a.name, a.value]))]),
    handlers: [...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((a) => a.startsWith('on')),
    text: document.body.innerText.length,
  };
}

async function lookAtText(visitor, path) {
  await look(visitor, path);
  const { all, handlers } = await visitor.look(texts);
  for (const element of all) checkElement(element, path);
  assert.deepEqual(handlers, [], path);
}

test('X01: on paper and raw, a hostile mail is text', async () => {
  const visitor = await ownersPage();
  for (const ticket of tickets) await lookAtText(visitor, `/tickets/${ticket.number}/print`);
  for (const { batch, from } of few(2)) {
    const parts = batch.map((html) => `--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${html.replaceAll('\0', '')}\r\n`);
    const number = await desk.write({ from, subject: batch[0].slice(0, 100).replace(/[\r\n\0]/g, ' '), message: mail({ from, to: desk.home.address,
      subject: 'all of them', text: `${parts.join('')}--b--`, headers: { 'Content-Type': 'multipart/mixed; boundary=b' } }) });
    const [[message]] = await desk.rows('id', 'message', `ticket_id = ${(await desk.ticket(number)).id} AND kind = 1`);
    await lookAtText(visitor, `/tickets/${number}/messages/${message}/raw`);
  }
  await visitor.close();
});

test('X02: the same as plain text is text, and what looks like a link is at most a link', async () => {
  const visitor = await ownersPage();
  const from = 'plain@evil.example';
  const links = ['http://a.example/"onmouseover="alert(1)', 'https://a.example/<script>alert(1)</script>', 'javascript:alert(1)',
    'http://a.example/\u202egnp.exe', 'http://a.example/​\u200b\'onclick=alert(1)//', 'mailto:a@b.example"onfocus=alert(1)', 'data:text/html,<script>alert(1)</script>',
    'www.a.example/<img src=x onerror=alert(1)>', 'http://a.example`onload=alert(1)`', 'vbscript:msgbox(1)', 'http://a@javascript:alert(1)'];
  const number = await desk.write({ from, subject: 'Plain', text: [...links, ...ours.map((v) => v.replaceAll('\0', ''))].join('\n') });
  for (const path of [`/tickets/${number}`, `/tickets/${number}/print`, `/t/${await desk.followKeyOf(number, from)}`])
    await lookAtText(visitor, path);
  await visitor.close();
});

test('X07: remote images are asked for when the reader says so, and only then', async () => {
  const visitor = await ownersPage();
  const from = 'images@evil.example';
  const html = `<p>${asking[0]}</p>`;
  const number = await desk.write({ from, message: mail({ from, to: desk.home.address, subject: 'Pixel', text: html, headers: { 'Content-Type': 'text/html' } }) });
  await look(visitor, `/tickets/${number}`);
  await visitor.page.getByRole('link', { name: 'Load remote images' }).click();
  await waitFor('the image to be asked for', () => watch.take().some((x) => x === 'elsewhere: far.example'));
  await visitor.close();
});

/** What is stored becomes what was sent: as if there were no sanitiser. */
async function undoSanitiser() {
  const statements = tickets.flatMap(({ messages }) =>
    Object.entries(messages).map(
      ([id, html]) =>
        `UPDATE message SET has_remote_images = 0, html = CONVERT(FROM_BASE64('${Buffer.from(html).toString('base64')}') USING utf8mb4) ` +
        `WHERE tenant_id = ${desk.id} AND id = ${id};`,
    ),
  );
  await s.sql(statements.join('\n'));
}

test('X05: what the sanitiser let through, it lets through unchanged, five times over', async () => {
  const html = async () =>
    Object.fromEntries(await desk.rows("id, COALESCE(TO_BASE64(html), '')", 'message', "kind = 1 AND html IS NOT NULL AND subject REGEXP '^v[0-9]+$'"));
  const stored = Object.entries(await html()).map(([, code]) => Buffer.from(code, 'base64').toString());
  const sample = IS_LONG ? stored : stored.filter((_, i) => i % 20 === 0);
  const from = 'rounds@evil.example';
  let now = sample;
  for (let round = 0; round < 5; round++) {
    const last = await desk.one(`SELECT MAX(id) FROM message WHERE tenant_id = ${desk.id}`);
    for (const [i, text] of now.entries())
      assert.equal((await s.deliver({ from, to: desk.home.address, message: mail({ from, to: desk.home.address, subject: `r${i}`, text: coded(text),
        headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Transfer-Encoding': 'base64' } }) }))[0].code, 250);
    const rows = await waitFor('the mails', async () => {
      const all = await desk.rows("subject, COALESCE(TO_BASE64(html), '')", 'message', `id > ${last} AND kind = 1 AND from_email = '${from}'`);
      return all.length === now.length && all;
    }, 60);
    const next = [];
    for (const [subject, code] of rows) next[Number(subject.slice(1))] = Buffer.from(code, 'base64').toString();
    assert.deepEqual(next, sample, `round ${round + 1}`);
    now = next;
  }
});

/* Chromium shakes hands with the host of an iframe before it looks at the policy, and then asks nothing: that is all
 * the difference that taking the sanitiser away may make. */
const policyAlone = { greets: false, isBare: true };

test('X08: without the sanitiser, the policy of the frame alone lets nothing run or ask', async () => {
  await undoSanitiser();
  const visitor = await ownersPage();
  let elements = 0;
  for (const ticket of few(2)) {
    const { made } = await look(visitor, `/tickets/${ticket.number}?all=1`, policyAlone);
    assert.equal(made.length, ticket.batch.length);
    elements += made.flatMap((f) => f.all ?? []).filter(([name]) => !ELEMENTS.includes(name)).length;
  }
  assert.ok(elements > 50, 'the vectors are really there');
  const guest = await watch.visit(desk.host);
  for (const ticket of few(1))
    await look(guest, `/t/${await desk.followKeyOf(ticket.number, ticket.from)}`, policyAlone);
  await visitor.close();
  await guest.close();
});
