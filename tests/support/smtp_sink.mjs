// tests/support/smtp_sink.mjs - a mail server that does what a test tells it, and remembers everything
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';

/** A key and a certificate for 127.0.0.1 that certifies itself; ca and keyFile are the files. close() deletes it. */
export function certificate() {
  const folder = mkdtempSync(path.join(tmpdir(), 'deskd-cert-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((f) => path.join(folder, f));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=sink', '-addext', 'subjectAltName=IP:127.0.0.1'],
  { stdio: 'pipe' });
  return { key: readFileSync(key), cert: readFileSync(cert), ca: cert, keyFile: key, close: () => rmSync(folder, { recursive: true }) };
}

const accepted = { connect: '220 sink ready', ehlo: '250 sink', mail: '250 2.1.0 ok', rcpt: '250 2.1.5 ok',
  data: '354 go ahead', end: '250 2.0.0 taken', auth: '235 2.7.0 welcome', starttls: '220 go ahead' };

const unstuffed = (wire) => wire.replace(/(^|\r\n)\.\./g, '$1.');

class Dialogue {
  constructor(sink, socket) {
    Object.assign(this, { sink, text: '', isData: false, isTls: false, lines: [], mail: null, isOver: false });
    sink.dialogues.push(this);
    this.#listen(socket);
    this.#queue = this.#answer('connect');
  }

  #queue;

  #listen(socket) {
    this.socket = socket;
    socket.on('data', (d) => {
      this.text += d.toString('latin1');
      this.#queue = this.#queue.then(() => this.#work());
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#end());
  }

  #end() {
    this.isOver = true;
  }

  /** Says what the test wants here: a reply, or the texts "drop" (closes) and "hang" (says nothing more).
   * True: the dialogue goes on as usual. */
  async #answer(verb, arg = '') {
    const told = (await this.sink.behave?.({ verb, arg, mail: this.mail, dialogue: this })) ?? accepted[verb];
    if (told === 'drop') this.socket.destroy();
    if (told === 'hang') this.isHanging = true;
    if (told === 'drop' || told === 'hang' || this.isOver) return false;
    this.socket.write(`${told}\r\n`);
    return /^[23]/.test(told);
  }

  async #work() {
    while (!this.isHanging && !this.isOver) {
      const end = this.isData ? /(^|\r\n)\.\r\n/.exec(this.text) : /\r\n/.exec(this.text);
      if (!end) return;
      const upTo = end.index + end[0].length;
      const piece = this.text.slice(0, this.isData ? end.index + end[1].length : end.index);
      this.text = this.text.slice(upTo);
      await (this.isData ? this.#letter(piece) : this.#command(piece));
    }
  }

  async #letter(wire) {
    this.isData = false;
    Object.assign(this.mail, { wire, raw: unstuffed(wire), isAccepted: false });
    this.sink.attempts.push(this.mail);
    const mail = this.mail;
    const isTaken = await this.#answer('end');
    mail.isAccepted = isTaken;
    this.mail = null;
  }

  async #command(line) {
    this.lines.push(line);
    const verb = line.split(' ')[0].toUpperCase();
    if (verb === 'EHLO' || verb === 'HELO') return this.#hello(line, verb);
    if (verb === 'STARTTLS') return this.#secure();
    if (verb === 'AUTH') return this.#login(line);
    if (verb === 'MAIL') {
      this.mail = { from: /<(.*?)>/.exec(line)[1], to: [], line, dialogue: this };
      return this.#answer('mail', line);
    }
    if (verb === 'RCPT') {
      this.mail.to.push(/<(.*?)>/.exec(line)[1]);
      return this.#answer('rcpt', line);
    }
    if (verb === 'DATA') {
      this.isData = await this.#answer('data', line);
      return undefined;
    }
    this.socket.write(verb === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
    if (verb === 'RSET') this.mail = null;
    if (verb === 'QUIT') this.socket.end();
    return undefined;
  }

  async #hello(line, verb) {
    const can = ['SIZE 50000000', ...(this.sink.tls && !this.isTls ? ['STARTTLS'] : []),
      ...(this.sink.auth ? ['AUTH PLAIN'] : [])];
    const told = await this.sink.behave?.({ verb: 'ehlo', arg: line, dialogue: this });
    if (told) return this.#answer('ehlo', line);
    const lines = verb === 'HELO' ? [] : can;
    ['sink', ...lines].forEach((l, i) => this.socket.write(`250${i < lines.length ? '-' : ' '}${l}\r\n`));
    return undefined;
  }

  async #secure() {
    if (!(await this.#answer('starttls'))) return;
    const plain = this.socket;
    plain.removeAllListeners('data');
    this.isTls = true;
    this.#listen(new tls.TLSSocket(plain, { isServer: true, key: this.sink.tls.key, cert: this.sink.tls.cert }));
  }

  async #login(line) {
    const given = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString().split('\0').slice(1);
    const isRight = given[0] === this.sink.auth?.user && given[1] === this.sink.auth?.password;
    if (isRight) await this.#answer('auth');
    else this.socket.write('535 5.7.8 wrong name or password\r\n');
  }
}

export class Sink {
  /** Listens on a loopback port. tls: certificate(); auth: { user, password }. Set behave to a function of
   * { verb, arg, mail, dialogue } that returns what to say instead of "yes": a reply, "drop" or "hang".
   * attempts: the mails whose end was seen, { from, to, raw, wire, isAccepted }. */
  static async open({ tls: secret, auth } = {}) {
    const sink = Object.assign(new Sink(), { tls: secret, auth, dialogues: [], attempts: [], behave: null });
    sink.server = net.createServer((socket) => new Dialogue(sink, socket));
    await new Promise((done) => sink.server.listen(0, '127.0.0.1', done));
    sink.port = sink.server.address().port;
    sink.url = `smtp://127.0.0.1:${sink.port}`;
    return sink;
  }

  /** Mails seen for an address, oldest first. */
  to(address) {
    return this.attempts.filter((m) => m.to.includes(address));
  }

  get accepted() {
    return this.attempts.filter((m) => m.isAccepted);
  }

  /** Ends the connections that are open. */
  hangUp() {
    for (const d of this.dialogues) d.socket.destroy();
  }

  close() {
    this.hangUp();
    return new Promise((done) => this.server.close(done));
  }
}

export const headerOf = (raw, name) => {
  const head = raw.split('\r\n\r\n')[0].replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1];
};
