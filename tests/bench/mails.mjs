// tests/bench/mails.mjs - mails over LMTP from several senders at once: mails.mjs SOCKET HOST CLIENTS COUNT
// COUNT each, every one from a customer of its own, so that it becomes a ticket.
import { deliverAll, mail } from '../support/lmtp.mjs';

const [socket, host, clients, count] = process.argv.slice(2);
const run = `${process.pid}x${Date.now().toString(36)}`;
const text = 'The printer on the second floor has stopped again. '.repeat(35);
const to = `support@${host}`;

function* mailsOf(who) {
  for (let i = 0; i < Number(count); i++) {
    const from = `c${run}.${who}.${i}@bench.example`;
    yield { from, to, message: mail({ from, to, subject: 'Printer', text }) };
  }
}

await Promise.all(Array.from({ length: Number(clients) }, (_, who) => deliverAll(socket, mailsOf(who))));
