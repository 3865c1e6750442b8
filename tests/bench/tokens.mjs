// tests/bench/tokens.mjs - one-time tokens for posts to come: tokens.mjs PORT HOST EMAIL PASSWORD KIND COUNT
// Prints the cookies, then a token a line, each once: the forms of a page share theirs, and a second post with it
// changes nothing. KIND login: of a browser that is not logged in.
import { Client, formsOf } from '../support/http.mjs';

const [port, host, email, password, kind, count] = process.argv.slice(2);
const client = new Client(Number(port), host);
if (kind !== 'login') await client.login(email, password);
const page = kind === 'login' ? '/login' : '/tickets/1';
const tokens = new Set();
while (tokens.size < Number(count)) {
  const { body } = await client.get(page);
  for (const form of formsOf(body)) if (form.fields.get('token')) tokens.add(form.fields.get('token'));
}
console.log([...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
console.log([...tokens].slice(0, Number(count)).join('\n'));
