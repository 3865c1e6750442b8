// tests/bench/mails.mjs - mails over LMTP from several senders at once: mails.mjs SOCKET HOST CLIENTS COUNT
// COUNT each, every one from a customer of its own, so that it becomes a ticket.
import { deliver, mail } from '../support/lmtp.mjs';

const [socket, host, clients, count] = process.argv.slice(2);
const run = `${process.pid}x${Date.now().toString(36)}`;
const text = 'The printer on the second floor has stopped again. '.repeat(35);

async function send(who) {
  for (let i = 0; i < Number(count); i++) {
    const from = `c${run}.${who}.${i}@bench.example`;
    const to = `support@${host}`;
    const [{ code }] = await deliver(socket, { from, to, message: mail({ from, to, subject: 'Printer', text }) });
    if (code !== 250) throw new Error(`LMTP answered ${code}`);
  }
}

await Promise.all(Array.from({ length: Number(clients) }, (_, who) => send(who)));
