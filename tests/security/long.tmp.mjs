import { openStack } from '../support/stack.mjs';
import { Canaries } from './canary.mjs';
const s = openStack();
const c = await Canaries.open(s, { n: 20, seed: 20261122 });
const end = Date.now() + Number(process.argv[2]) * 60000;
let n = 0;
while (c.steps < 100000 && Date.now() < end) { await c.run(1000, 6); if (++n % 5 === 0) console.log(new Date().toISOString(), c.steps, c.leaks.length, c.mailsSeen.size); }
console.log('scan'); const leaks = await c.scanAll();
console.log(`${c.steps} steps, ${c.mailsSeen.size} mails, ${c.bytes} bytes, leaks ${leaks.length}`, leaks.slice(0, 20), JSON.stringify(c.did));
