// tests/faults/operations.mjs - the operations that are struck, each under a name of its own
import { tokenOf } from '../support/desk.mjs';
import { deliver, mail } from '../support/lmtp.mjs';
import { waitFor } from '../support/stack.mjs';
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

// 408: libfcgi takes an interrupted read for the end of the form, and the page asks to send it again.
const isClean = (rs) => (rs.status >= 500 || rs.status === 408) && rs.headers['x-request-id'] && rs.body.includes(rs.headers['x-request-id']);

/** A request, and the form sent again by who saw an error page. */
async function wanted(send, status) {
  const first = await send();
  if (first.status === status) return;
  if (!isClean(first)) throw new Error(`answered ${first.status}: ${first.body.slice(0, 300)}`);
  await waitFor('the same form to be taken', async () => {
    const again = await send();
    if (again.status !== status && !isClean(again)) throw new Error(`then answered ${again.status}: ${again.body.slice(0, 300)}`);
    return again.status === status; // a part that failed may be left alone for some seconds
  });
}

/** What a tenant's owner is told to type. */
function creation(desk, name, env) {
  const args = ['tenant', 'create', name, '--title', 'T', '--host', `${name}.localhost`, '--owner', `o@${name}.example`,
    '--password', 'correct-horse-7-battery'];
  return async () => {
    const first = await desk.s.tryCtl(args, '', { ...process.env, ...env, DESKD_FAULTS_START: '1' });
    if (first.status === 0) return;
    if (typeof first.status !== 'number' || !/^deskctl: \S/.test(first.stderr)) throw new Error(`deskctl: ${first.status} ${first.stderr}`);
    const second = await desk.s.tryCtl(args);
    if (second.status !== 0 && !/already/.test(second.stderr)) throw new Error(`deskctl, then: ${second.status} ${second.stderr}`);
  };
}

const page = (path) => async (desk) => {
  const c = await desk.as();
  return () => wanted(() => c.get(path(desk)), 200);
};
const posting = (prepare) => async (desk, name) => {
  const send = await prepare(desk, name);
  return () => wanted(send, 303);
};

/** desk.number is the ticket that is looked at and answered, desk.other a second department. */
export const operations = {
  'login': { what: operation.request, prepare: posting(async (desk) => {
    const c = desk.s.client(desk);
    const token = await tokenOf(c, '/login');
    return () => c.post('/login', { token, email: desk.owner, password: desk.password });
  }) },
  'list': { what: operation.request, prepare: page(() => '/tickets') },
  'ticket page': { what: operation.request, prepare: page((desk) => `/tickets/${desk.number}`) },
  'answer': { what: operation.request, prepare: posting((desk, name) => answer(desk, desk.number, name)) },
  'note': { what: operation.request, prepare: posting((desk, name) => answer(desk, desk.number, name, { verb: 'note' })) },
  'new ticket': { what: operation.request, prepare: posting(opening) },
  'transfer': { what: operation.request, prepare: posting(async (desk) => {
    const c = await desk.as();
    const token = await tokenOf(c);
    desk.place = desk.place === desk.other.id ? desk.home.id : desk.other.id;
    const department = desk.place;
    return () => c.post(`/tickets/${desk.number}/transfer`, { token, department });
  }) },
  'mail in': { what: operation.lmtp, prepare: sending },
  'import': { what: operation.import, prepare: sending },
  'delivery': { what: operation.delivery, prepare: posting((desk, name) => answer(desk, desk.number, name)) },
  'tenant create': { what: operation.command, prepare: (desk, name, shim) => creation(desk, name, shim.env) },
};
