// tests/security/canary.mjs - many help desks at once, each with a word of its own in all that it writes, walked at
// random; whoever sees the word of another has seen a leak
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { formsOf } from '../support/http.mjs';
import { leavesOf, decodeWords } from '../support/eml.mjs';
import { mail } from '../support/lmtp.mjs';
import { PASSWORD } from '../support/stack.mjs';

const MARK = 'kanar';
const anyCanary = new RegExp(`${MARK}[a-z]{10}`, 'g');
const SHARED = 6; // customers who write to every help desk
const POOL = 400; // addresses that a help desk remembers

/** Numbers that are random, and the same for the same seed (mulberry32). */
export function random(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, of: (list) => list[below(list.length)], chance: (p) => next() < p };
}

const letters = (rnd, n) => Array.from({ length: n }, () => 'abcdefghijklmnopqrstuvwxyz'[rnd.below(26)]).join('');

class House {
  /** A tenant with an owner and an agent, whose addresses other tenants have too. */
  static async open(s) {
    const canary = MARK + [...randomBytes(10)].map((b) => String.fromCharCode(97 + (b % 26))).join(''); // new in every run
    const h = Object.assign(new House(), { s, canary, ...(await s.tenant({ title: `Desk ${canary}` })) });
    h.id = (await s.sql(`SELECT id FROM tenant WHERE name = '${h.name}'`))[0][0];
    h.agent = 'ann@agents.example';
    await s.ctl('user', 'create', h.agent, '--tenant', h.name, '--role', 'agent', '--name', `Ann ${canary}`, '--password', PASSWORD);
    h.clients = [await s.login(h), await s.login(h, h.agent), s.client(h)];
    h.paths = ['/tickets', '/tickets?view=all', '/profile', '/tickets/new', '/contact', '/config/agents', '/config/departments', '/config/mail', '/login', '/forgot', '/nowhere'];
    h.references = [];
    h.replyTo = [];
    return h;
  }

  learn(more) {
    for (const p of more) if (!this.paths.includes(p)) this.paths.push(p);
    while (this.paths.length > POOL) this.paths.splice(11 + Math.floor(this.paths.length / 3), 1);
  }
}

const isDangerous = (form) => /\/logout|\/delete$|\/profile\/password|\/password\/|\/login|\/reset$|\/invite$/.test(form.action);

export class Canaries {
  /** n help desks; the seed decides all that happens. */
  static async open(s, { n = 20, seed = 1 } = {}) {
    const c = Object.assign(new Canaries(), { s, rnd: random(seed), leaks: [], steps: 0, bytes: 0, did: {} });
    c.houses = [];
    for (let i = 0; i < n; i += 5)
      c.houses.push(...(await Promise.all(Array.from({ length: Math.min(5, n - i) }, () => House.open(s)))));
    c.mailsSeen = new Set();
    c.words = new Set(c.houses.map((h) => h.canary)); // those of an earlier walk are not ours to judge
    return c;
  }

  /** Notes the canaries of others in what a house was shown. house null: nobody's. */
  scan(house, text, where) {
    this.bytes += text.length;
    for (const word of new Set(text.match(anyCanary)))
      if (word !== house?.canary && this.words.has(word)) this.leaks.push(`${where}: ${word}`);
  }

  async ask(house, client, method, address, options) {
    const rs = await client.send(method, address, options);
    this.scan(house, `${JSON.stringify(rs.headers)}\n${rs.body}`, `${method} ${house.name}${address}`);
    if (rs.status >= 500) throw new Error(`${method} ${house.host}${address}: ${rs.status} ${rs.body.slice(0, 2000)}`);
    return rs;
  }

  #text(house) {
    return `${house.canary} ${letters(this.rnd, 3 + this.rnd.below(12))}`;
  }

  /** Fills in a form as people do, with the word of the house in every text. */
  #filled(house, form) {
    const fields = new URLSearchParams(form.fields);
    for (const name of new Set(form.names)) {
      if (/^(token|version|website|department|departments|agent|role|view|gender|locale|timezone|theme|status|until|reopen|reopen_days|next|to|resolve)$/.test(name)) continue;
      if (/^(has_|is_|send$|files$|claim|reply_takes|takes)/.test(name)) continue;
      if (/email/.test(name)) fields.set(name, `c${this.rnd.below(SHARED)}@customers.example`);
      else if (name === 'addresses') fields.set(name, fields.get(name) || `${letters(this.rnd, 8)}@${house.host}`);
      else if (name === 'cc') fields.set(name, this.rnd.chance(0.2) ? `c${this.rnd.below(SHARED)}@customers.example` : '');
      else fields.set(name, this.#text(house));
    }
    if (form.names.includes('until')) fields.set('until', '2031-01-01T09:00');
    return fields;
  }

  async #submit(house, client, page, form) {
    const fields = this.#filled(house, form);
    const target = new URL(form.action || page, `http://${house.host}${page}`);
    if (form.method === 'GET') return this.ask(house, client, 'GET', `${target.pathname}?${fields}`);
    const rs = await this.ask(house, client, 'POST', target.pathname, {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: `http://${house.host}:${this.s.port}` },
      body: fields.toString(),
    });
    if (rs.status < 400) this.#did(`POST ${target.pathname.replace(/\d+|[0-9a-f]{15,}-[0-9a-f]+/g, 'N')}`);
    return rs;
  }

  #did(what) {
    this.did[what] = (this.did[what] ?? 0) + 1;
  }

  /** Somebody of the house looks at a page, and now and then does what it offers. */
  async #walk(house) {
    const client = this.rnd.of(house.clients);
    const tickets = house.paths.filter((p) => /^\/tickets\/\d+$/.test(p));
    const page = this.rnd.of(tickets.length > 0 && this.rnd.chance(0.5) ? tickets : house.paths);
    let rs = await this.ask(house, client, 'GET', page);
    this.#did('GET');
    if (rs.status === 303 && rs.headers.location?.startsWith('/')) rs = await this.ask(house, client, 'GET', rs.headers.location);
    house.learn([...rs.body.matchAll(/(?:href|src)="(\/(?!\/|static\/)[^"#]*)/g)].map(([, l]) => l.replaceAll('&amp;', '&')));
    const isRare = (f) => /^\/profile\/theme/.test(f.action) && this.rnd.chance(0.95); // stands on every page
    const forms = formsOf(rs.body).filter((f) => !isDangerous(f) && !isRare(f));
    if (forms.length > 0 && this.rnd.chance(0.5)) await this.#submit(house, client, page, this.rnd.of(forms));
  }

  async #mail(house) {
    const from = `Carla ${house.canary} <c${this.rnd.below(SHARED)}@customers.example>`;
    const other = this.rnd.of(this.houses);
    const headers = { 'Message-ID': `<${letters(this.rnd, 12)}.${house.canary}@customers.example>` };
    if (house.references.length > 0 && this.rnd.chance(0.5)) headers['In-Reply-To'] = this.rnd.of(house.references);
    else if (other !== house && other.references.length > 0) headers.References = this.rnd.of(other.references);
    if (this.rnd.chance(0.3)) headers['Content-Type'] = 'text/html; charset=utf-8';
    let to = `support@${house.host}`;
    if (house.replyTo.length > 0 && this.rnd.chance(0.3)) to = this.rnd.of(house.replyTo);
    else if (other !== house && other.replyTo.length > 0 && this.rnd.chance(0.2))
      to = this.rnd.of(other.replyTo).replace(/@.*/, `@${house.host}`);
    const message = mail({ from, to, subject: `[#${1 + this.rnd.below(30)}] ${this.#text(house)}`, text: `${this.#text(house)}\n> ${this.#text(house)}`, headers });
    const [rs] = await this.s.deliver({ from: /<(.*)>/.exec(from)[1], to, message });
    if (![250, 550].includes(rs.code)) throw new Error(`mail to ${to}: ${rs.code} ${rs.text}`);
    this.#did('mail');
  }

  /** Somebody asks another house for what is not theirs: with their session, their addresses, or both. */
  async #trespass(house) {
    const other = this.rnd.of(this.houses);
    const guest = this.s.client(house);
    guest.cookies = new Map(this.rnd.of(other.clients).cookies);
    const client = this.rnd.chance(0.5) ? guest : this.rnd.of(house.clients);
    await this.ask(house, client, 'GET', this.rnd.of(other.paths));
    this.#did('trespass');
  }

  async #login(house) {
    const client = this.s.client(house);
    const page = await this.ask(house, client, 'GET', '/login');
    const form = formsOf(page.body).find((f) => f.action === '/login');
    const password = this.rnd.chance(0.5) ? PASSWORD : this.#text(house);
    const body = new URLSearchParams({ ...Object.fromEntries(form.fields), email: this.rnd.chance(0.3) ? `${house.canary}@x.example` : house.agent, password });
    await this.ask(house, client, 'POST', '/login', { headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: `http://${house.host}:${this.s.port}` }, body: body.toString() });
    this.#did('login');
  }

  async step() {
    const house = this.rnd.of(this.houses);
    const what = this.rnd.below(100);
    this.steps++;
    if (what < 15) return this.#mail(house);
    if (what < 30) return this.#trespass(house);
    if (what < 31) return this.#login(house);
    if (what < 33) return this.#readMails();
    return this.#walk(house);
  }

  async run(steps, walkers = 3) {
    const end = this.steps + steps;
    const walk = async () => {
      while (this.steps < end) await this.step();
    };
    await Promise.all(Array.from({ length: walkers }, walk));
  }

  /** Reads the mails that have left since last time: scans them, learns from them how to answer. */
  #readMails() {
    for (const file of readdirSync(this.s.outboxFolder)) {
      if (!/^[^.].*\.eml$/.test(file) || this.mailsSeen.has(file)) continue;
      this.mailsSeen.add(file);
      this.#readMail(readFileSync(path.join(this.s.outboxFolder, file), 'latin1'), file);
    }
  }

  #readMail(raw, file) {
    const head = raw.split(/\r?\n\r?\n/)[0].replace(/\r?\n[ \t]+/g, ' ');
    const id = /^message-id: *(<[^>]+@([^>]+)>)/im.exec(head);
    const house = this.houses.find((h) => h.host === id?.[2]);
    const text = [raw, decodeWords(head), ...leavesOf(raw).map((l) => l.bytes.toString('utf8'))].join('\n');
    this.scan(house, text, `mail ${file}`);
    if (!house) return;
    house.references.push(id[1]);
    const to = /^reply-to:.*?([^\s<]+@[^\s>]+)/im.exec(head)?.[1];
    if (to) house.replyTo.push(to);
    house.learn([...text.matchAll(/https?:\/\/[^/\s"]+(\/t\/[\w.~-]+)/g)].map(([, p]) => p));
    for (const list of [house.references, house.replyTo]) if (list.length > 50) list.shift();
  }

  /** Everything that stays: the database, files, mails, the log, keys of Redis. */
  async scanAll() {
    this.#readMails();
    await this.#scanDatabase();
    this.#scanLog();
    this.#scanRedis();
    this.#scanFiles();
    return this.leaks;
  }

  async #scanDatabase() {
    const columns = await this.s.sql(
      "SELECT table_name, column_name FROM information_schema.columns c WHERE table_schema = DATABASE() AND data_type IN ('char', 'varchar', 'text', 'mediumtext', 'longtext', 'varbinary', 'binary', 'blob', 'mediumblob', 'longblob') " +
        "AND EXISTS (SELECT 1 FROM information_schema.columns o WHERE o.table_schema = c.table_schema AND o.table_name = c.table_name AND o.column_name = 'tenant_id')",
    );
    const own = this.houses.map((h) => `WHEN ${h.id} THEN '${h.canary}'`).join(' ');
    const ids = this.houses.map((h) => h.id).join();
    const found = await this.s.sql(
      columns
        .map(([t, c]) => `SELECT '${t}.${c}', tenant_id, LEFT(CONVERT(\`${c}\` USING utf8mb4), 300) FROM \`${t}\` WHERE tenant_id IN (${ids}) AND REPLACE(CONVERT(\`${c}\` USING utf8mb4), CASE tenant_id ${own} END, '') LIKE '%${MARK}%'`)
        .join(' UNION ALL '),
    );
    for (const [where, tenant, text] of found) this.leaks.push(`${where} of tenant ${tenant}: ${text}`);
  }

  #scanLog() {
    const ids = new Map(this.houses.map((h) => [String(h.id), h]));
    for (const line of readFileSync(this.s.logFile, 'utf8').split('\n'))
      if (line.includes(MARK)) this.scan(ids.get(/"tenant":(\d+)/.exec(line)?.[1]), line, 'log');
  }

  #scanRedis() {
    const redis = (...args) => execFileSync('redis-cli', ['-s', this.s.env.DESKD_REDIS_SOCKET, ...args], { maxBuffer: 64 << 20, encoding: 'latin1' });
    for (const key of redis('--raw', 'KEYS', '*').split('\n').filter(Boolean)) {
      const text = `${key}\n${redis('DUMP', key)}`;
      const house = this.houses.find((h) => new RegExp(`\\b(${h.id}|${h.name})\\b`).test(key));
      this.scan(house, text, `key ${key}`);
    }
  }

  #scanFiles() {
    const folder = path.join(this.s.folder, 'data/tenants');
    for (const h of this.houses) {
      const own = path.join(folder, String(h.id));
      if (!existsSync(own)) continue;
      const words = execFileSync('bash', ['-c', 'grep -raohE "$1" "$2" | sort -u || true', '-', `${MARK}[a-z]{10}`, own], { encoding: 'utf8' });
      this.scan(h, words, `files of ${h.name}`);
    }
  }
}
