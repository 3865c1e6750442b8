// tests/faults/operations.mjs - the operations that are struck, each under a name of its own
import { tokenOf } from '../support/desk.mjs';
import { deliver, mail } from '../support/lmtp.mjs';
import { operation } from './shim.mjs';

const form = (action) => ({ action, method: 'POST', enctype: 'multipart/form-data', fields: new URLSearchParams() });
const upload = (name) => ({ files: [{ filename: `${name}.txt`, type: 'text/plain', data: `content of ${name}\n`.repeat(2000) }] });

/** Sent again by whoever sent it until somebody took it: how often. */
async function insistently(send) {
  for (let tries = 1; ; tries++) {
    const code = await send().catch(() => 0);
    if (code === 250) return tries;
    if (code >= 500 || tries === 20) throw new Error(`the mail was refused: ${code}`);
  }
}

/** A mail with HTML, a text and a file, as a customer writes it. */
export function letter(name, to, extra = {}) {
  const b = `b-${name}`;
  const part = (type, text) => `--${b}\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`;
  return mail({ from: `Carla <carla@${name}.example>`, to, subject: `Mail ${name}`,
    headers: { 'Message-ID': `<${name}@tests.example>`, 'Content-Type': `multipart/mixed; boundary="${b}"`, ...extra },
    text: `${part('text/html; charset=utf-8', `<p>text of ${name}</p>`)}${part(`text/plain; name="${name}.txt"`, `content of ${name}\n`.repeat(2000))}--${b}--` });
}

/** What a browser does, prepared so that a repetition sends the very same form. Returns a function. */
export async function answer(desk, number, name, { verb = 'answer' } = {}) {
  const c = await desk.as();
  const token = await tokenOf(c);
  const address = `/tickets/${number}/${verb}`;
  const fields = verb === 'answer' ? { to: `${name}@${name}.example`, text: `text of ${name}` } : { text: `text of ${name}` };
  return () => c.sendForm(address, form(address), { token, ...fields }, upload(name));
}

export async function opening(desk, name) {
  const c = await desk.as();
  const token = await tokenOf(c);
  return () => c.sendForm('/tickets/new', form('/tickets/new'), { token, customer_email: `${name}@${name}.example`,
    department: desk.home.id, subject: `Ticket ${name}`, text: `text of ${name}`, send: 'mail' }, upload(name));
}

/** A mail for the help desk, sent until it is taken. */
export function sending(desk, name, extra) {
  const message = letter(name, desk.home.address, extra);
  return () => insistently(async () =>
    (await deliver(desk.s.lmtpSocket, { from: `carla@${name}.example`, to: desk.home.address, message }))[0].code);
}

export const struck = operation;
