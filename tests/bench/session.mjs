// tests/bench/session.mjs - logs in and prints the session's cookies: session.mjs PORT HOST EMAIL PASSWORD
import { Client } from '../support/http.mjs';

const [port, host, email, password] = process.argv.slice(2);
const client = new Client(Number(port), host);
await client.login(email, password);
console.log([...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
