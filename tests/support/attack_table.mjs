// tests/support/attack_table.mjs - prints which test holds which row of the table of attacks; fails where one is missing
//
//   node attack_table.mjs [LOGS SUITE...]   LOGS: folder of the logs of this run; SUITE: names of the suites that ran
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const counts = { X: 9, M: 13, A: 6, S: 11, I: 3, R: 2, Q: 9, U: 5, T: 3, D: 2 };
const ids = Object.entries(counts).flatMap(([letter, n]) =>
  Array.from({ length: n }, (_, i) => letter + String(i + 1).padStart(2, '0')),
);

const [logs, ...ran] = process.argv.slice(2);

/** The suite of tests/run that a file belongs to. */
function suiteOf(file) {
  const [, kind, name] = file.split('/');
  if (kind === 'unit') return 'unit-gcc';
  if (kind === 'live') return 'live-asan';
  return kind === 'corpora' ? `corpora-${path.basename(name, '.py')}` : kind;
}

function logOf(suite) {
  const file = path.join(logs ?? '', `${suite}.log`);
  return ran.includes(suite) && existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Is there such a test in the source? */
function isWritten(file, part) {
  const text = readFileSync(path.join(root, file), 'utf8');
  const lines = text.split('\n').filter((l) => /^\s*(await )?(t\.)?(test|describe|it)\(|START_TEST\(/.test(l));
  return part === '-' || lines.some((l) => l.replaceAll("\\'", "'").includes(part));
}

/** "passed", "failed", "not run" as the log says, or what the log cannot say. */
function outcome(file, part) {
  const log = logOf(suiteOf(file));
  if (log === null) return ran.includes(suiteOf(file)) ? 'no log' : 'suite not run';
  if (file.endsWith('.c') || part === '-') return /[1-9]\d* passed, 0 failed|[1-9]\d*: Failures: 0, Errors: 0|Checks: \d+, Failures: 0, Errors: 0/.test(log) ? 'passed' : 'failed';
  const line = log.split('\n').find((l) => /^\s*(not )?ok \d+ - /.test(l) && l.includes(part.replaceAll('#', '\\#')));
  if (!line) return 'did not run';
  return /^\s*ok/.test(line) && !/# SKIP/.test(line) ? 'passed' : 'failed';
}

function rows() {
  const text = readFileSync(path.join(root, 'tests/security/rows.txt'), 'utf8');
  return text.split('\n').filter((l) => l.trim() && !l.startsWith('#')).map((l) => l.split(' | ').map((f) => f.trim()));
}

const said = { passed: 0, failed: 0 };
function judge(isRight, line) {
  said[isRight ? 'passed' : 'failed']++;
  console.log(isRight ? line : `not ok ${line}`);
}

const all = rows();
for (const [id] of all) if (!ids.includes(id)) judge(false, `${id} is no row`);
for (const id of ids) {
  const cases = all.filter(([row]) => row === id);
  if (cases.length === 0) judge(false, `${id} has neither test nor reason`);
  for (const [, file, part, what] of cases) {
    if (file === '-') judge(part?.length > 10, `${id}  (none) ${part}`);
    else if (!existsSync(path.join(root, file)) || !isWritten(file, part)) judge(false, `${id}  ${file}: there is no test "${part}"`);
    else {
      const how = outcome(file, part);
      judge(!['failed', 'did not run', 'no log'].includes(how), `${id}  ${how.padEnd(13)} ${what}  [${file}${part === '-' ? '' : `: ${part}`}]`);
    }
  }
}
const none = all.filter(([, file]) => file === '-').length;
console.log(`${ids.length} rows, ${all.length - none} cases, ${none} rows with a reason why not; ${said.failed} wrong`);
process.exit(said.failed ? 1 : 0);
