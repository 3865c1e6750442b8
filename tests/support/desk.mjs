// tests/support/desk.mjs - a help desk with departments, people and tickets, and what tests do to them
import assert from 'node:assert/strict';
import { formsOf, textOf } from './http.mjs';
import { leafText } from './eml.mjs';
import { mail } from './lmtp.mjs';
import { PASSWORD, waitFor } from './stack.mjs';

/** A one-time token of a page that this client may see. */
export async function tokenOf(client, page = '/profile') {
  const rs = await client.get(page);
  const token = formsOf(rs.body)
    .find((f) => f.fields.has('token'))
    ?.fields.get('token');
  if (!token) throw new Error(`no token on ${client.host}${page} (${rs.status})`);
  return token;
}

const text = (value) => `'${String(value).replace(/['\\]/g, '\\$&')}'`;

const isAutomatic = (letter) => (letter.headers['auto-submitted'] ?? 'no') !== 'no';

const ticketColumns = [
  'id',
  'number',
  'department_id',
  'agent_id',
  'status',
  'version',
  'follows_id',
  'wake_at',
  'messages',
  'subject',
];

export class Desk {
  /** A new tenant with its default department; everybody's password is PASSWORD. */
  static async open(s, options) {
    const desk = new Desk();
    Object.assign(desk, { s, ...(await s.tenant(options)) });
    desk.id = await desk.one(`SELECT id FROM tenant WHERE name = ${text(desk.name)}`);
    const [[id, name]] = await desk.rows('id, name', 'department');
    desk.home = { id, name, address: `support@${desk.host}` };
    desk.clients = new Map();
    desk.emails = new Map([['owner', desk.owner]]);
    return desk;
  }

  /** First column of the first row. */
  async one(query) {
    return (await this.s.sql(query))[0]?.[0];
  }

  /** Rows of one of this tenant's tables. */
  rows(columns, table, where = '1') {
    return this.s.sql(`SELECT ${columns} FROM ${table} WHERE tenant_id = ${this.id} AND ${where}`);
  }

  /** name's client, logged in; the same one each time. */
  as(name = 'owner') {
    if (!this.clients.has(name)) this.clients.set(name, this.s.login(this, this.emails.get(name)));
    return this.clients.get(name);
  }

  async department(name, fields = {}) {
    const address = `${name.toLowerCase()}@${this.host}`;
    const owner = await this.as();
    const rs = await owner.submit('/config/departments/new', '/config/departments/new', {
      name,
      addresses: address,
      ...fields,
    });
    assert.equal(rs.status, 303, textOf(rs.body));
    const [[id]] = await this.rows('id', 'department', `name = ${text(name)}`);
    return { id, name, address };
  }

  /** A new person: id. name is also the name to give to as(). */
  async person(name, { role = 'agent', department = this.home } = {}) {
    const email = `${name.toLowerCase()}@${this.name}.example`;
    await this.s.ctl(
      'user',
      'create',
      email,
      '--tenant',
      this.name,
      '--role',
      role,
      '--name',
      name,
      '--department',
      department.name,
      '--password',
      PASSWORD,
    );
    this.emails.set(name, email);
    const [[id]] = await this.rows('id', 'user', `email = ${text(email)}`);
    return id;
  }

  /** Delivers a mail and waits until it is worked off: { outcome, number } of the mail log. */
  async receive({
    from = 'Carla Customer <carla@customers.example>',
    to = this.home.address,
    subject = 'Help',
    text: body = 'It does not work.',
    headers = {},
    message,
    envelopeFrom,
  } = {}) {
    const raw = message ?? mail({ from, to, subject, text: body, headers });
    const address = /<([^>]*)>/.exec(from)?.[1] ?? from;
    const last = (await this.one(`SELECT MAX(id) FROM mail_in WHERE tenant_id = ${this.id}`)) ?? 0;
    const [rs] = await this.s.deliver({ from: envelopeFrom ?? address, to, message: raw });
    assert.equal(rs.code, 250, rs.text);
    const [outcome, number, reason] = await waitFor(
      'the mail to be worked off',
      async () =>
        (await this.rows('outcome, ticket_number, reason', 'mail_in', `id > ${last} AND outcome > 0`))[0],
    );
    return { outcome: Number(outcome), number: number && Number(number), reason };
  }

  /** Number of the ticket that a mail opened. */
  async write(letter) {
    const { outcome, number, reason } = await this.receive(letter);
    assert.equal(outcome, 1, `the mail opened no ticket: ${outcome} ${reason}`);
    return number;
  }

  /** A ticket that name opens for a customer on the phone; mailed: the text goes to the customer. */
  async open(
    name,
    {
      email = 'carla@customers.example',
      department = this.home,
      agent = 0,
      subject = 'Phone call',
      text: body = 'It rings.',
      mailed = false,
    } = {},
  ) {
    const client = await this.as(name);
    const rs = await client.post('/tickets/new', {
      token: await tokenOf(client),
      customer_email: email,
      department: department.id,
      agent,
      subject,
      text: body,
      send: mailed ? 'mail' : 'request',
    });
    assert.equal(rs.status, 303, textOf(rs.body));
    return Number(rs.headers.location.split('/').pop());
  }

  /** The customer of a ticket writes to it by mail: see receive. */
  reply(number, letter = {}) {
    return this.receive({ subject: `Re: [#${number}]`, text: 'Any news?', ...letter });
  }

  /** Where tickets are said to be and where they are: equal, if the counters are right. */
  /** No rules any more, and every process learns of it. */
  async removeRules() {
    await this.s.sql(`DELETE FROM rule WHERE tenant_id = ${this.id};
      UPDATE roster SET rule_revision = rule_revision + 1 WHERE tenant_id = ${this.id}`);
  }

  async counters() {
    const kept = await this.rows(
      'department_id, agent_id, folder, tickets',
      'ticket_counter',
      'tickets <> 0 ORDER BY 1, 2, 3',
    );
    const truth = await this.rows(
      'department_id, COALESCE(agent_id, 0), folder, COUNT(*)',
      'ticket',
      'folder > 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3',
    );
    return { kept, truth };
  }

  async ticket(number) {
    const [row] = await this.rows(ticketColumns.join(), 'ticket', `number = ${number}`);
    return row && Object.fromEntries(ticketColumns.map((c, i) => [c, row[i]]));
  }

  async status(number) {
    return (await this.ticket(number)).status;
  }

  /** What happened to a ticket, oldest first: { kind, actor, who, from, to, reason }. */
  async events(number, kind) {
    const rows = await this.s.sql(
      'SELECT e.kind, e.actor, u.name, e.old_value, e.new_value, e.reason FROM event e ' +
        'JOIN ticket t ON t.tenant_id = e.tenant_id AND t.id = e.ticket_id ' +
        'LEFT JOIN user u ON u.tenant_id = e.tenant_id AND u.id = e.user_id ' +
        `WHERE e.tenant_id = ${this.id} AND t.number = ${number} ORDER BY e.id`,
    );
    const names = ['kind', 'actor', 'who', 'from', 'to', 'reason'];
    const all = rows.map((r) => Object.fromEntries(r.map((v, i) => [names[i], v])));
    return kind ? all.filter((e) => e.kind === kind) : all;
  }

  /** One of the ticket page's POST forms, as name; token and version are those of the page now, unless
   * given. files: see Client.submit. */
  async act(name, number, verb, fields = {}) {
    const client = await this.as(name);
    const { version, ...more } = fields;
    const token = await tokenOf(client);
    const now = version ?? (await this.ticket(number)).version;
    return client.post(`/tickets/${number}/${verb}`, { token, version: now, ...more });
  }

  /** act() that has to succeed. */
  async do(name, number, verb, fields) {
    const rs = await this.act(name, number, verb, fields);
    assert.equal(rs.status, 303, `${verb} by ${name}: ${textOf(rs.body)}`);
    return rs;
  }

  /** Mails of this tenant that left for address, oldest first. */
  outbox(address) {
    return this.s.outbox(address).filter((m) => m.headers['message-id'].includes(`@${this.host}`));
  }

  #letter(address, what, n, isIt) {
    return waitFor(`${what} ${n} to ${address}`, () => this.outbox(address).filter(isIt)[n - 1]);
  }

  /** The n-th answer (1: first) that left for address, once it is there. */
  answerTo(address, n = 1) {
    return this.#letter(address, 'answer', n, (m) => !isAutomatic(m));
  }

  /** The n-th mail that deskd wrote by itself: receipt, invitation, reset link. */
  automaticTo(address, n = 1) {
    return this.#letter(address, 'automatic mail', n, isAutomatic);
  }

  /** Waits until no mail of this tenant is on its way out. */
  quiet() {
    return waitFor(
      'the outbox to be empty',
      async () => (await this.rows('COUNT(*)', 'outbox', 'state IN (1, 2)'))[0][0] === '0',
    );
  }

  /** The key of the customer's link to a ticket, from an automatic mail about it. */
  async followKeyOf(number, address) {
    const letter = await waitFor(`a receipt of ticket ${number}`, () =>
      this.outbox(address).find(
        (m) => isAutomatic(m) && new RegExp(`#${number}\\b`).test(leafText(m, 'text/plain')),
      ),
    );
    return /\/t\/([\w.~-]+)/.exec(leafText(letter, 'text/plain'))[1];
  }

  /** All that the database holds of this tenant, as a sum: equal sums, nothing changed. Sessions, limits,
   * when people were seen, the search index, which is rearranged at any time, and tables of plugins that other tests install
   * (with a number in their name), which may be gone any moment, are left out. */
  async fingerprint() {
    await waitFor('people to be told', async () => (await this.rows('1', 'job', "kind = 'notice.tell'")).length === 0);
    const tables = await this.s.sql(
      'SELECT table_name, GROUP_CONCAT(column_name ORDER BY ordinal_position) ' +
        "FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name NOT IN ('throttle', 'session') AND table_name NOT LIKE 'search%' AND table_name NOT REGEXP '^p_[a-z]+[0-9]' " +
        "AND column_name <> 'seen_at' GROUP BY table_name HAVING SUM(column_name = 'tenant_id') = 1",
    );
    const sums = tables.map(([table, columns]) => {
      const all = columns
        .split(',')
        .map((c) => `COALESCE(HEX(\`${c}\`), '-')`)
        .join();
      return (
        `SELECT '${table}', COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', ${all}))), 0) FROM \`${table}\` ` +
        `WHERE tenant_id = ${this.id}${table === 'job' ? " AND kind NOT LIKE 'search.%'" : ''}`
      );
    });
    return Object.fromEntries(
      (await this.s.sql(sums.join(' UNION ALL '))).map(([t, n, sum]) => [t, `${n} ${sum}`]),
    );
  }
}
