// tests/support/lmtp.mjs - an LMTP client: one answer per recipient
import net from 'node:net';

class Lines {
  constructor(socket) {
    this.socket = socket;
    this.text = '';
    this.waiting = null;
    socket.setEncoding('utf8');
    socket.on('data', (d) => this.#more(d));
    socket.on('close', () => this.#more('', new Error('LMTP connection closed')));
    socket.on('error', (e) => this.#more('', e));
  }

  #more(data, error) {
    this.text += data;
    this.error ??= error;
    this.waiting?.();
  }

  async next() {
    while (!this.text.includes('\n')) {
      if (this.error) throw this.error;
      await new Promise((r) => (this.waiting = r));
    }
    const at = this.text.indexOf('\n');
    const line = this.text.slice(0, at).replace(/\r$/, '');
    this.text = this.text.slice(at + 1);
    return line;
  }

  /** A whole reply: { code, text } */
  async reply() {
    const lines = [];
    for (;;) {
      const line = await this.next();
      lines.push(line.slice(4));
      if (line[3] !== '-') return { code: Number(line.slice(0, 3)), text: lines.join('\n') };
    }
  }

  say(line) {
    this.socket.write(`${line}\r\n`);
    return this.reply();
  }
}

function stuffed(message) {
  const raw = Buffer.isBuffer(message) ? message.toString('latin1') : Buffer.from(message).toString('latin1');
  const text = raw.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
  return Buffer.from(text.endsWith('\r\n') ? text : `${text}\r\n`, 'latin1');
}

/** Delivers message (text or Buffer). Returns one { to, code, text } for each recipient, in order. */
export async function deliver(socketPath, { from, to, message }) {
  const socket = net.connect(socketPath);
  const peer = new Lines(socket);
  try {
    const results = [to].flat().map((address) => ({ to: address, code: 0, text: '' }));
    await peer.reply();
    await peer.say('LHLO tests.example');
    await peer.say(`MAIL FROM:<${from}>`);
    const accepted = [];
    for (const r of results) {
      Object.assign(r, await peer.say(`RCPT TO:<${r.to}>`));
      if (r.code === 250) accepted.push(r);
    }
    if (accepted.length > 0 && (await peer.say('DATA')).code === 354) {
      socket.write(stuffed(message));
      socket.write('.\r\n');
      for (const r of accepted) Object.assign(r, await peer.reply());
    }
    await peer.say('QUIT');
    return results;
  } finally {
    socket.destroy();
  }
}

/** Delivers mails of one recipient each over one connection, commands together, as Postfix does; fails on a refusal. */
export async function deliverAll(socketPath, mails) {
  const socket = net.connect(socketPath);
  const peer = new Lines(socket);
  const expect = async (wanted) => {
    const { code, text } = await peer.reply();
    if (code !== wanted) throw new Error(`LMTP answered ${code} ${text}`);
  };
  try {
    await expect(220);
    await peer.say('LHLO tests.example');
    for (const { from, to, message } of mails) {
      socket.write(`MAIL FROM:<${from}>\r\nRCPT TO:<${to}>\r\nDATA\r\n`);
      for (const code of [250, 250, 354]) await expect(code);
      socket.write(Buffer.concat([stuffed(message), Buffer.from('.\r\n')]));
      await expect(250);
    }
    await peer.say('QUIT');
  } finally {
    socket.destroy();
  }
}

/** A plain text mail; headers: more of them, or others instead. */
export function mail({ from, to, subject, text = 'Hello', headers = {} }) {
  const all = {
    From: from,
    To: to,
    Subject: subject,
    Date: new Date().toUTCString().replace('GMT', '+0000'),
    'Message-ID': `<${Math.random().toString(36).slice(2)}.${Date.now()}@tests.example>`,
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding': '8bit',
    ...headers,
  };
  const lines = Object.entries(all).filter(([, v]) => v !== null && v !== undefined);
  return `${lines.map(([k, v]) => `${k}: ${v}`).join('\r\n')}\r\n\r\n${text.replace(/\r?\n/g, '\r\n')}\r\n`;
}
