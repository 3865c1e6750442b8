// tests/e2e/events.test.mjs - streams of events: who gets which, from where on, and when they end
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Desk, tokenOf } from '../support/desk.mjs';
import { textOf } from '../support/http.mjs';
import { openStack, waitFor } from '../support/stack.mjs';

let s;
let desk;
let other;
let ann;
before(async () => {
  s = openStack();
  [desk, other] = [await Desk.open(s), await Desk.open(s)];
  ann = await desk.person('Ann');
});
after(() => s?.close());

const open = new Set();
after(() => open.forEach((stream) => stream.close()));

/** A stream as a browser has it: { status, type, events, isOver, close() }. */
async function listen(client, { last, after: since } = {}) {
  const jar = [...client.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
  const headers = { Host: `${client.host}:${s.port}`, Cookie: jar, Accept: 'text/event-stream', ...(last && { 'Last-Event-ID': last }) };
  const stream = { events: [], isOver: false, comments: 0 };
  const rq = http.request({ host: '127.0.0.1', port: s.port, path: `/events${since ? `?after=${since}` : ''}`, headers, agent: false });
  stream.close = () => rq.destroy();
  open.add(stream);
  return new Promise((resolve, reject) => {
    rq.on('error', reject);
    rq.on('response', (rs) => {
      let text = '';
      Object.assign(stream, { status: rs.statusCode, type: rs.headers['content-type'], retry: null });
      rs.setEncoding('utf8');
      rs.on('data', (part) => {
        text += part;
        const parts = text.split('\n\n');
        text = parts.pop();
        for (const block of parts) {
          const fields = Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
          if (fields.retry) stream.retry = Number(fields.retry);
          if (fields.data) stream.events.push({ ...fields, data: JSON.parse(fields.data) });
        }
      });
      const end = () => Object.assign(stream, { isOver: true });
      rs.on('end', end);
      rs.on('error', end);
      rs.on('close', end);
      resolve(stream);
    });
    rq.end();
  });
}

/** One that is known to follow. */
async function follow(client, options) {
  const stream = await waitFor('a stream', async () => {
    const one = await listen(client, options);
    if (one.status === 200) return one;
    one.close();
    return null;
  });
  await waitFor('its first line', () => stream.retry);
  return stream;
}
const came = (stream, n) => waitFor(`${n} events`, () => stream.events.length >= n);
const give = async () => desk.do('owner', await desk.open('owner', {}), 'transfer', { department: desk.home.id, agent: ann });

test('row 68: an open page is told at once, without anything in it that would have to be kept from somebody', async () => {
  const [mine, foreign] = [await follow(await desk.as('Ann')), await follow(await other.as())];
  assert.match(mine.type, /^text\/event-stream/);
  assert.ok(mine.retry >= 1000);
  await give();
  await came(mine, 1);
  assert.deepEqual(mine.events[0].data, { kind: 'notice' });
  const page = await waitFor('the news', async () => {
    const rs = await (await desk.as('Ann')).get('/notices/new');
    return /Assigned to you #\d+ Phone call/.test(textOf(rs.body)) && rs;
  });
  assert.match(page.body, /data-unread="[1-9]/);
  assert.equal(foreign.events.length, 0);
  assert.doesNotMatch(textOf((await (await other.as()).get('/notices/new')).body), /Phone call/);
  mine.close();
  foreign.close();
});

test('who comes back gets what came meanwhile, once and in order', async () => {
  const first = await follow(await desk.as('Ann'));
  await give();
  await came(first, 1);
  first.close();
  await give();
  await give();
  await waitFor('people to be told', async () => (await desk.rows('1', 'job', "kind = 'notice.tell'")).length === 0);
  const last = first.events.at(-1).id;
  for (const options of [{ last }, { after: last }]) {
    const again = await follow(await desk.as('Ann'), options);
    await came(again, 2);
    const ids = again.events.map((e) => e.id);
    assert.ok(!ids.includes(last));
    assert.deepEqual(ids, [...ids].sort());
    again.close();
  }
  const fresh = await follow(await desk.as('Ann'), { last: 'nonsense' });
  await give();
  await came(fresh, 1);
  fresh.close();
});

test('nobody else has a stream, and its address is nobody else\'s to name', async () => {
  const nobody = await listen(s.client(desk));
  assert.equal(nobody.status, 303);
  const rs = await (await desk.as('Ann')).get(`/-/events/${desk.id}/${ann}/${'0'.repeat(64)}/-`);
  assert.equal(rs.status, 404);
});

test('a session that ends takes its stream along: logging out, being switched off', async () => {
  const email = desk.emails.get('Ann');
  const client = await s.login(desk, email);
  const [leaving, staying] = [await follow(client), await follow(await desk.as('Ann'))];
  assert.equal((await client.post('/logout', { token: await tokenOf(client) })).status, 303);
  await waitFor('the stream to end', () => leaving.isOver, 5);
  assert.equal(staying.isOver, false);
  await s.sql(`DELETE FROM session WHERE tenant_id = ${desk.id} AND user_id = ${ann}`);
  await give();
  await waitFor('people to be told', async () => (await desk.rows('1', 'job', "kind = 'notice.tell'")).length === 0);
  assert.equal(staying.events.length, 0, 'past deskd, it is still asked for before anything is sent');
  const again = await s.login(desk, email);
  desk.clients.set('Ann', Promise.resolve(again));
  const third = await follow(again);
  const owner = await desk.as();
  const version = await desk.one(`SELECT version FROM user WHERE id = ${ann}`);
  const off = await owner.post(`/config/agents/${ann}`, { token: await tokenOf(owner), version, name: 'Ann', role: 'agent', status: 'inactive', departments: desk.home.id });
  assert.equal(off.status, 303, textOf(off.body));
  await waitFor('the stream to end', () => third.isOver, 5);
});

test('a person has so many streams; the oldest makes room', async () => {
  const client = await other.as();
  const streams = [];
  for (let i = 0; i < 11; i++) streams.push(await follow(client));
  await waitFor('the oldest to end', () => streams[0].isOver);
  assert.equal(streams[0].events[0].event, 'enough');
  assert.ok(streams.slice(1).every((one) => !one.isOver));
  streams.forEach((one) => one.close());
});
