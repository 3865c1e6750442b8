// tests/support/load.mjs - closed-loop clients and a mail server that work with deskd and write down its promises
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, formsOf } from './http.mjs';
import { deliver, mail } from './lmtp.mjs';

const WEIGHTS = [['read', 60], ['answer', 25], ['open', 10], ['search', 5]];
const VIEWS = ['all', 'mine', 'answered', 'postponed', 'resolved'];
const PAUSE_MS = 50;

const pick = (list) => list[Math.floor(Math.random() * list.length)];

function kindOfStep() {
  let n = Math.random() * 100;
  return WEIGHTS.find(([, weight]) => (n -= weight) < 0)[0];
}

/** One agent's browser: reads, answers, opens; what fails is sent again until it is answered. */
class Worker {
  constructor(load, index, cookies) {
    Object.assign(this, { load, index, tickets: [], token: null });
    this.client = new Client(load.s.port, load.desk.host);
    this.client.cookies = new Map(cookies);
  }

  async run() {
    while (!this.load.isOver) await this[kindOfStep()]();
  }

  /** A request, timed and counted; null where none came back. */
  async #ask(method, work, isRight) {
    const start = performance.now();
    const rs = await work().catch((e) => ({ status: 0, body: e.message, headers: {} }));
    this.load.count(method, rs, performance.now() - start, isRight(rs.status));
    return rs;
  }

  async #get(path) {
    const rs = await this.#ask('GET', () => this.client.get(path), (status) => status === 200);
    const token = formsOf(rs.body).find((f) => f.fields.has('token'))?.fields.get('token');
    if (rs.status === 200 && token) this.token = token;
    if (rs.status !== 200) await sleep(PAUSE_MS);
    return rs;
  }

  /** Again until deskd has an answer; then that answer. A form's token makes that safe. */
  async #post(path, fields) {
    for (;;) {
      const rs = await this.#ask('POST', () => this.client.post(path, fields), (status) => status === 303 || status === 409);
      if (rs.status !== 0 && rs.status < 500) return rs;
      if (this.load.isCut) return rs;
      await sleep(PAUSE_MS);
    }
  }

  read() {
    return this.#get(this.tickets.length > 0 && Math.random() < 0.5 ? `/tickets/${pick(this.tickets)}` : '/tickets');
  }

  search() {
    return this.#get(`/tickets?view=${pick(VIEWS)}`);
  }

  async open() {
    if (!this.token) await this.#get('/tickets');
    if (!this.token) return;
    const { id, text } = this.load.text();
    const { token } = this;
    this.token = null;
    const rs = await this.#post('/tickets/new', { token, customer_email: `${id}@customers.example`,
      department: this.load.desk.home.id, subject: `Ticket ${id}`, text, send: 'mail' });
    if (rs.status !== 303) return;
    await this.load.ledger.acknowledge('open', id, text);
    const number = /\/tickets\/(\d+)/.exec(rs.headers.location)?.[1];
    if (number) this.tickets.push(number);
    if (this.tickets.length > 20) this.tickets.shift();
  }

  async answer() {
    if (this.tickets.length === 0) return this.open();
    const number = pick(this.tickets);
    const page = await this.#get(`/tickets/${number}`);
    const form = formsOf(page.body).find((f) => f.action === `/tickets/${number}/answer`);
    if (!form) return undefined;
    const { id, text } = this.load.text();
    const rs = await this.#post(form.action, { token: form.fields.get('token'), version: form.fields.get('version'), text });
    if (rs.status === 303) await this.load.ledger.acknowledge('answer', id, text);
    return undefined;
  }
}

export class Load {
  /** clients: how many loops; mails: how many a second by LMTP (0: none), each from a customer of its own. */
  static async start(desk, ledger, { clients = 32, mails = 20 } = {}) {
    const load = Object.assign(new Load(), { desk, s: desk.s, ledger, mails, isOver: false, isCut: false, n: 0,
      run: randomBytes(4).toString('hex'), asked: 0, failures: [], slowest: 0, times: [], tried: new Set(), mailTries: 0, mailTrouble: 0 });
    const { cookies } = await desk.as();
    load.workers = Array.from({ length: clients }, (_, i) => new Worker(load, i, cookies));
    load.running = Promise.all([...load.workers.map((w) => w.run()), load.#post()]);
    return load;
  }

  /** A text that nobody else has, with the mark that it is known by. */
  text() {
    const id = `${this.run}-${++this.n}`;
    this.tried.add(id);
    return { id, text: `Words of ${randomBytes(24).toString('hex')} [mark:${id}]` };
  }

  count(method, rs, ms, isRight) {
    this.asked++;
    this.times.push(ms);
    if (!isRight) this.failures.push({ method, status: rs.status, at: Date.now(), retryAfter: rs.headers['retry-after'], ms,
      why: rs.status === 0 ? rs.body : '' });
  }

  /** How long requests took: 0.5 is the median. */
  quantile(q) {
    const sorted = [...this.times].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
  }

  async #post() {
    const all = [];
    while (this.mails > 0 && !this.isOver) {
      all.push(this.#letter());
      await sleep(1000 / this.mails);
    }
    await Promise.all(all);
  }

  /** As a mail server does it: again, the same mail, until it is taken. */
  async #letter() {
    const { id, text } = this.text();
    const from = `${id}@customers.example`;
    const message = mail({ from, to: this.desk.home.address, subject: `Mail ${id}`, text });
    for (;;) {
      this.mailTries++;
      const [rs] = await deliver(this.s.lmtpSocket, { from, to: this.desk.home.address, message }).catch((e) => [{ code: 0, text: e.message }]);
      if (rs.code === 250) return this.ledger.acknowledge('mail', id, text);
      if (rs.code >= 500) throw new Error(`a mail was refused: ${rs.code} ${rs.text}`);
      this.mailTrouble++;
      if (this.isCut) return undefined;
      await sleep(PAUSE_MS);
    }
  }

  /** No new work; what is under way is ended, which takes a deskd that answers. */
  async stop() {
    this.isOver = true;
    await this.running;
    return this;
  }

  /** As stop, but what gets no answer is given up. */
  cut() {
    this.isCut = true;
    return this.stop();
  }

  /** One line for a log. */
  summary() {
    const by = {};
    for (const f of this.failures) by[f.status] = (by[f.status] ?? 0) + 1;
    return `${this.asked} requests, ${this.failures.length} failed ${JSON.stringify(by)}, ` +
      `median ${this.quantile(0.5).toFixed(0)} ms, p99 ${this.quantile(0.99).toFixed(0)} ms, ` +
      `${this.mailTries} mails tried, ${this.mailTrouble} again`;
  }
}
