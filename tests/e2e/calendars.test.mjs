// tests/e2e/calendars.test.mjs - Configuration > Calendars: hours, exceptions, iCalendar files, versions
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from '../support/desk.mjs';
import { formsOf, textOf } from '../support/http.mjs';
import { openStack } from '../support/stack.mjs';

let s;
let desk;
let other;
before(async () => {
  s = openStack();
  [desk, other] = [await Desk.open(s), await Desk.open(s)];
  await desk.person('Ann');
});
after(() => s?.close());

const LIST = '/config/calendars';
const WEEK = { day0: '9-12, 13:00-17:00', day1: '9-17', day2: '9-17', day3: '9-17', day4: '9-17', day5: '', day6: '' };
const year = new Date().getUTCFullYear() + 1;

/** Posts with a token of its own; extra: what fetch gets besides. */
async function post(path, all, where = desk) {
  const owner = await where.as();
  const token = formsOf((await owner.get('/profile')).body).find((f) => f.fields.has('token')).fields.get('token');
  return owner.post(path, { token, ...all });
}

async function calendar(name, all = {}, where = desk) {
  const rs = await post(`${LIST}/new`, { name, zone: 'Europe/Prague', ...WEEK, ...all }, where);
  assert.equal(rs.status, 303, textOf(rs.body).slice(0, 800));
  return rs.headers.location.split('/').pop();
}

const versionOf = async (id) => (await s.sql(`SELECT version FROM calendar WHERE tenant_id = ${desk.id} AND id = ${id}`))[0][0];
const change = async (id, path, all) => post(`${LIST}/${id}${path}`, { version: await versionOf(id), ...all });
const page = async (id) => textOf((await (await desk.as()).get(`${LIST}/${id}`)).body);
const plan = async (id) =>
  JSON.parse(
    (
      await s.sql(
        `SELECT definition FROM calendar_version WHERE tenant_id = ${desk.id} AND calendar_id = ${id} ORDER BY version DESC LIMIT 1`,
      )
    )[0][0],
  );

test('the first calendar is the default one; another can be made so; the default one goes last', async () => {
  assert.match(textOf((await (await desk.as()).get(LIST)).body), /No calendars yet/);
  const [office, night] = [await calendar('Office'), await calendar('Night', { day5: '22:00-6:00', zone: 'America/Sao_Paulo' })];
  const list = textOf((await (await desk.as()).get(LIST)).body);
  assert.match(list, /Office\s+Default/);
  assert.match(list, /Mon 09:00–12:00, 13:00–17:00; Tue–Fri 09:00–17:00; Sat 22:00–06:00/);
  assert.equal((await post(`${LIST}/${office}/delete`, {})).status, 409);
  assert.equal((await change(night, '', { name: 'Night', zone: 'America/Sao_Paulo', ...WEEK, is_default: '1' })).status, 303);
  assert.equal((await post(`${LIST}/${office}/delete`, {})).status, 303);
  assert.equal((await post(`${LIST}/${night}/delete`, {})).status, 303);
  assert.match(textOf((await (await desk.as()).get(LIST)).body), /No calendars yet/);
});

test('what is wrong is said beside the field and nothing is lost', async () => {
  const bad = await post(`${LIST}/new`, { name: '', zone: 'Europe/Prague', ...WEEK, day2: 'noon', day4: '8-20' });
  assert.equal(bad.status, 422);
  assert.match(textOf(bad.body), /not an opening time like 9:00-17:00: noon/);
  assert.match(bad.body, /value="8-20"/);
  assert.equal((bad.body.match(/aria-invalid="true"/g) ?? []).length, 2);
  const zone = await post(`${LIST}/new`, { name: 'X', zone: '../../etc/passwd', ...WEEK });
  assert.equal(zone.status, 422);
  const id = await calendar('Twice');
  assert.match(textOf((await post(`${LIST}/new`, { name: 'Twice', zone: 'UTC', ...WEEK })).body), /another calendar has this name/);
  await post(`${LIST}/${id}/delete`, {});
});

test('each change is a version; one that somebody overtook is not saved', async () => {
  const id = await calendar('Versions');
  assert.equal((await change(id, '', { name: 'Versions', zone: 'UTC', ...WEEK, day6: '10-11' })).status, 303);
  const versions = await s.sql(`SELECT version, zone FROM calendar_version WHERE tenant_id = ${desk.id} AND calendar_id = ${id} ORDER BY version`);
  assert.deepEqual(versions.map((v) => v.join(' ')), ['1 Europe/Prague', '2 UTC']);
  const late = await post(`${LIST}/${id}`, { version: 1, name: 'Mine', zone: 'UTC', ...WEEK });
  assert.equal(late.status, 409);
  assert.match(late.body, /value="Mine"/);
  assert.equal((await post(`${LIST}/${id}/days`, { version: 1, on: `${year}-01-01` })).status, 409);
  assert.equal(await versionOf(id), '2');
  await post(`${LIST}/${id}/delete`, {});
});

test('exceptions are added, replaced, shown and removed', async () => {
  const id = await calendar('Days');
  assert.equal((await change(id, '/days', { on: `${year}-12-24`, what: 'Eve', hours: '9-12' })).status, 303);
  assert.equal((await change(id, '/days', { on: '2020-12-25', yearly: '1', what: 'Christmas' })).status, 303);
  assert.equal((await change(id, '/days', { on: `${year}-12-24`, what: 'Holy eve' })).status, 303);
  assert.deepEqual((await plan(id)).days, [
    { on: '2020-12-25', yearly: true, name: 'Christmas', hours: '' },
    { on: `${year}-12-24`, name: 'Holy eve', hours: '' },
  ]);
  assert.match(await page(id), /12-25 every year\s+Christmas\s+closed/);
  const bad = await change(id, '/days', { on: `${year}-02-30`, what: 'Never' });
  assert.equal(bad.status, 422);
  assert.match(bad.body, /value="Never"/);
  assert.equal((await change(id, '/days/remove', { on: '2020-12-25', yearly: '1' })).status, 303);
  assert.equal((await change(id, '/days/remove', { on: '2020-12-25', yearly: '1' })).status, 409);
  assert.deepEqual((await plan(id)).days.map((d) => d.name), ['Holy eve']);
  await post(`${LIST}/${id}/delete`, {});
});

const ICS = `BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//x//y//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:${year}0501\r
SUMMARY:Labour <b>Day</b>\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTART;VALUE=DATE:20000101\r
RRULE:FREQ=YEARLY\r
SUMMARY:New Year\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3\r
DTSTART:20200101T100000Z\r
SUMMARY:Meeting\r
END:VEVENT\r
END:VCALENDAR\r
`;

const upload = async (id, data) =>
  (await desk.as()).submit(`${LIST}/${id}`, /\/import$/, {}, { file: { filename: 'holidays.ics', type: 'text/calendar', data } });

test('holidays come out of an iCalendar file, after a look at them', async () => {
  const id = await calendar('Import');
  const rs = await upload(id, ICS);
  assert.equal(rs.status, 200);
  assert.match(textOf(rs.body), /2 closed days were found/);
  assert.match(textOf(rs.body), /1 event is left out/);
  assert.match(rs.body, /Labour &lt;b&gt;Day&lt;\/b&gt;/);
  assert.deepEqual((await plan(id)).days, [], 'nothing is changed by looking');
  const form = formsOf(rs.body).find((f) => f.action.endsWith('/import/save'));
  const saved = await (await desk.as()).sendForm(`${LIST}/${id}`, form, { keep: '2' });
  assert.equal(saved.status, 303);
  assert.deepEqual(
    (await plan(id)).days.map((d) => `${d.on} ${d.yearly ?? false} ${d.name}`),
    [`${year}-05-01 false Labour <b>Day</b>`],
  );
  for (const [content, complaint] of [
    ['hello', /not an iCalendar file/],
    ['', /Choose a file/],
    ['BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20250101\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n', /too many exceptions/],
  ]) {
    const refused = await upload(id, content);
    assert.equal(refused.status, 422);
    assert.match(textOf(refused.body), complaint);
  }
  await post(`${LIST}/${id}/delete`, {});
});

test('calendars are for those who manage rules, and each help desk has its own', async () => {
  const id = await calendar('Secret hours');
  const ann = await desk.as('Ann');
  for (const path of [LIST, `${LIST}/new`, `${LIST}/${id}`, `${LIST}/${id}/delete`]) assert.equal((await ann.get(path)).status, 403);
  const stranger = await other.as();
  assert.equal((await stranger.get(`${LIST}/${id}`)).status, 404);
  assert.doesNotMatch((await stranger.get(LIST)).body, /Secret hours/);
  for (const path of ['', '/delete', '/days', '/days/remove', '/import/save'])
    assert.equal((await post(`${LIST}/${id}${path}`, { version: 1, name: 'x', zone: 'UTC', ...WEEK, on: `${year}-01-01`, keep: '1' }, other)).status, 404, path);
  assert.equal(await versionOf(id), '1');
  await post(`${LIST}/${id}/delete`, {});
});
