// tests/browser/main_job.test.mjs - a mail becomes a ticket, an agent answers it, the customer gets the answer
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { decodeWords, leafText, leavesOf } from '../support/eml.mjs';
import { mail } from '../support/lmtp.mjs';
import { PASSWORD, openStack, waitFor } from '../support/stack.mjs';
import { launch, login, visit } from './browser.mjs';

let s;
let desk;
let browser;
before(async () => {
  s = openStack();
  desk = await Desk.open(s, { title: 'Hosting Łódź' });
  await desk.person('Ann');
  await desk.person('Bob');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  s?.close();
});

const subject = 'Zażółć gęślą jaźń: serwer nie działa';
const pdf = Buffer.from('%PDF-1.4 not really a PDF');
const hostileHtml = `<html><body onload="parent.document.title='owned'">
<h1>Dzień dobry</h1><p>Mój <b>serwer</b> nie działa.</p>
<script>parent.document.title = 'owned'; alert(1)</script>
<img src="https://tracker.example/pixel.gif" onerror="alert(2)">
<a href="javascript:alert(3)">kliknij</a><form action="https://evil.example"><input name="p"></form>
</body></html>`;

function htmlMail(from, id) {
  const base64 = (data) => Buffer.from(data).toString('base64').replace(/.{76}/g, '$&\r\n');
  const body = [
    '--frontier',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    base64(hostileHtml),
    '--frontier',
    'Content-Type: application/pdf',
    "Content-Disposition: attachment; filename*=utf-8''umowa%20%C5%BAr%C3%B3d%C5%82o.pdf",
    'Content-Transfer-Encoding: base64',
    '',
    base64(pdf),
    '--frontier--',
  ];
  return mail({
    from,
    to: desk.home.address,
    subject: `=?utf-8?B?${base64(subject).replace(/\r\n/g, '')}?=`,
    text: body.join('\n'),
    headers: {
      'Message-ID': `<${id}>`,
      'Content-Transfer-Encoding': null,
      'Content-Type': 'multipart/mixed; boundary=frontier',
    },
  });
}

/** Ann, looking at the help desk; requests to other hosts and dialogs are recorded. */
async function ann(options) {
  const visitor = await visit(browser, s.port, desk.host, options);
  Object.assign(visitor, { foreign: [], dialogs: 0 });
  visitor.page.on('request', (r) => {
    if (new URL(r.url()).host !== `${desk.host}:${s.port}`) visitor.foreign.push(r.url());
  });
  visitor.page.on('dialog', (d) => {
    visitor.dialogs++;
    d.dismiss();
  });
  return login(visitor, desk.emails.get('Ann'), PASSWORD);
}

/** What the frame of the mail shows. */
function framed(visitor) {
  return visitor.page
    .locator('iframe.mail-frame')
    .first()
    .evaluate(async (frame) => {
      for (let i = 0; i < 100 && !frame.contentDocument?.querySelector('h1'); i++)
        await new Promise((done) => {
          setTimeout(done, 50);
        });
      const page = frame.contentDocument;
      const all = [...page.body.querySelectorAll('*')];
      return {
        text: page.body.innerText,
        names: all.map((e) => e.localName),
        attributes: all.flatMap((e) => e.getAttributeNames()),
        links: all.map((e) => e.getAttribute('href')).filter(Boolean),
        sandbox: frame.getAttribute('sandbox'),
      };
    });
}

async function openFromList(visitor) {
  const { page } = visitor;
  await page.goto('/tickets');
  await page.getByRole('link', { name: subject }).first().click();
  await page.waitForURL(/\/tickets\/\d+$/);
  assert.match(await page.locator('h1').innerText(), /Zażółć gęślą jaźń/);
}

const state = (visitor) => visitor.page.locator('.ticket-title .state').innerText();

async function answer(visitor, text, button, file) {
  const { page } = visitor;
  await page.fill('#answer-text', text);
  if (file) await page.locator('.pane-answer input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: button }).click();
  await page.locator('.note-bar').waitFor();
}

async function checkFrame(visitor) {
  const shown = await framed(visitor);
  assert.match(shown.text, /Dzień dobry/);
  assert.match(shown.text, /serwer/);
  assert.doesNotMatch(shown.sandbox, /allow-scripts|allow-forms/);
  for (const name of ['script', 'form', 'input']) assert.ok(!shown.names.includes(name), name);
  assert.deepEqual(
    shown.attributes.filter((a) => a.startsWith('on')),
    [],
  );
  assert.deepEqual(
    shown.links.filter((l) => l.startsWith('javascript:')),
    [],
  );
}

function checkLetter(letter, customer, id) {
  const { headers, raw } = letter;
  assert.match(headers.to, new RegExp(customer.replace(/[.+]/g, '\\$&')));
  assert.match(decodeWords(headers.subject), /^Re: Zażółć gęślą jaźń: serwer nie działa/);
  assert.equal(headers['in-reply-to'], `<${id}>`);
  assert.ok(headers.references.includes(`<${id}>`), headers.references);
  assert.match(headers['message-id'], /^<[^@\s]{20,}@[^>\s]+>$/);
  assert.match(headers['reply-to'], new RegExp(`support\\+[\\w.-]{10,}@${desk.host}`));
  assert.match(leafText(letter, 'text/plain'), /Proszę spróbować teraz\./);
  assert.match(leafText(letter, 'text/plain'), /^> .*serwer/m);
  assert.match(leafText(letter, 'text/html'), /Proszę spróbować teraz\./);
  const file = leavesOf(raw).find((l) => l.name === 'answer.txt');
  assert.equal(file?.bytes.toString(), 'contents of a file');
}

async function repliesByMail(from, letter) {
  const to = /<?([^<>\s]+@[^<>\s]+)>?$/.exec(letter.headers['reply-to'])[1];
  return desk.receive({
    from,
    to,
    subject: `Re: ${subject}`,
    text: 'Dalej nie działa.\n\n> Proszę spróbować teraz.',
    headers: { 'In-Reply-To': letter.headers['message-id'] },
  });
}

async function checkTimeline(visitor) {
  const events = visitor.page.locator('p.event');
  const lines = (await events.allInnerTexts()).map((l) => l.replace(/\s+/g, ' '));
  assert.ok(
    lines.some((l) => /Ann took the ticket/.test(l)),
    lines.join('\n'),
  );
  assert.ok(
    lines.some((l) => /Ann resolved the ticket/.test(l)),
    lines.join('\n'),
  );
  for (const at of await events.locator('time').evaluateAll((all) => all.map((t) => t.dateTime)))
    assert.ok(Math.abs(Date.now() - Date.parse(at)) < 600_000, `time ${at}`);
}

for (const javaScriptEnabled of [true, false])
  test(`from the customer's mail to the resolved ticket, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const customer = `kasia${javaScriptEnabled ? 1 : 2}@klient.example`;
    const from = `Kasia Klient <${customer}>`;
    const id = `first.${javaScriptEnabled}@klient.example`;
    const { number } = await desk.receive({ from, message: htmlMail(from, id) });
    const visitor = await ann({ javaScriptEnabled });

    await openFromList(visitor);
    assert.equal(await state(visitor), 'New');
    if (javaScriptEnabled) await checkFrame(visitor);
    assert.ok(await visitor.page.getByRole('link', { name: 'umowa źródło.pdf' }).isVisible());

    const file = { name: 'answer.txt', mimeType: 'text/plain', buffer: Buffer.from('contents of a file') };
    await answer(visitor, 'Proszę spróbować teraz.', 'Send answer', file);
    assert.equal(await state(visitor), 'Answered');
    const letter = await desk.answerTo(customer);
    checkLetter(letter, customer, id);

    assert.equal((await repliesByMail(from, letter)).number, number);
    await openFromList(visitor);
    assert.equal(await state(visitor), 'Open');
    assert.equal(await visitor.page.locator('.talk > .msg').count(), 3);

    await answer(visitor, 'Naprawione.', 'Answer and resolve');
    assert.equal(await state(visitor), 'Resolved');
    await checkTimeline(visitor);
    assert.match(leafText(await desk.answerTo(customer, 2), 'text/plain'), /Naprawione\./);

    assert.deepEqual(
      { complaints: visitor.complaints, foreign: visitor.foreign, dialogs: visitor.dialogs },
      { complaints: [], foreign: [], dialogs: 0 },
    );
    assert.doesNotMatch(await visitor.page.title(), /owned/);
    await visitor.close();
  });

async function typeDraft(visitor, number, text) {
  await visitor.page.goto(`/tickets/${number}`);
  await visitor.page.fill('#answer-text', text);
}

test('a draft outlives a reload and is gone once sent', async () => {
  const number = await desk.write({ subject: 'Draft' });
  const visitor = await ann();
  await typeDraft(visitor, number, 'half an answer');
  await visitor.page.locator('.saved:not(:empty)').waitFor();
  await visitor.page.reload();
  assert.equal(await visitor.page.inputValue('#answer-text'), 'half an answer');
  await answer(visitor, 'a whole answer', 'Send answer');
  await visitor.page.goto(`/tickets/${number}`);
  assert.equal(await visitor.page.inputValue('#answer-text'), '');
  await visitor.close();
});

for (const javaScriptEnabled of [true, false])
  test(`who was slower is told who was faster and keeps the text, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const number = await desk.write({ subject: 'Race' });
    const visitor = await ann({ javaScriptEnabled });
    await typeDraft(visitor, number, 'my slow answer');
    await desk.do('Bob', number, 'answer', { text: 'Bob is quick.' });
    await visitor.page.getByRole('button', { name: 'Send answer' }).click();
    const alert = visitor.page.locator('.composer [role=alert]');
    assert.match(await alert.innerText(), /Bob answered while you were writing/);
    assert.match(await alert.innerText(), /Bob is quick\./);
    assert.equal(await visitor.page.inputValue('#answer-text'), 'my slow answer');
    await answer(visitor, 'my slow answer, looked over', 'Send answer');
    const sent = await waitFor('both answers', async () => {
      const rows = await desk.rows(
        'body',
        'message',
        `kind = 2 AND ticket_id = ${(await desk.ticket(number)).id} ORDER BY id`,
      );
      return rows.length === 2 && rows;
    });
    assert.deepEqual(sent.flat(), ['Bob is quick.', 'my slow answer, looked over']);
    await visitor.close();
  });
