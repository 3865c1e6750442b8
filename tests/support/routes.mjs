// tests/support/routes.mjs - the program's routes, read from its sources, so that a new one cannot be forgotten
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../fcgi', import.meta.url));

function sources(under) {
  return readdirSync(under, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(under, entry.name);
    return entry.isDirectory() ? sources(file) : /\.[ch]$/.test(entry.name) ? [file] : [];
  });
}

/** Strings that macros of the sources stand for. */
function macros(text) {
  return Object.fromEntries(
    [...text.matchAll(/^#define (\w+) +("[^"]*")$/gm)].map(([, name, value]) => [name, value]),
  );
}

function routesOf(file, text, shared) {
  const known = { ...shared, ...macros(text) };
  const entries = [...text.matchAll(/\{ (GET|POST), ([^,]*), (\w+),/g)].filter(
    ([, , , needs]) => needs !== '0',
  );
  const tables = (text.match(/const struct route \w+\[\] = \{/g) ?? []).length;
  if (tables > 0 && entries.length === 0) throw new Error(`routes of ${file} are not understood`);
  return entries.map(([, method, written, needs]) => {
    const parts = written
      .trim()
      .split(/\s+/)
      .map((p) => known[p] ?? p);
    return { method, path: parts.map((p) => JSON.parse(p)).join(''), needs };
  });
}

/** All routes: { method, path, needs (name of the capability), key ("GET /path") }. */
export function allRoutes() {
  const files = sources(folder).map((file) => [file, readFileSync(file, 'utf8')]);
  const shared = Object.assign(
    {},
    ...files.filter(([file]) => file.endsWith('.h')).map(([, text]) => macros(text)),
  );
  return files
    .flatMap(([file, text]) => routesOf(file, text, shared))
    .map((route) => ({ ...route, key: `${route.method} ${route.path}` }));
}
