// tests/support/http.mjs - a small browser without a screen: Host of our choice, cookies, forms
import http from 'node:http';

/** One request to nginx. Returns { status, headers, body (text), bytes, cookies (raw Set-Cookie) }. */
export function request(port, { host, method = 'GET', path = '/', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const rq = http.request(
      { host: '127.0.0.1', port, method, path, headers: { Host: `${host}:${port}`, ...headers }, agent: false },
      (rs) => {
        const parts = [];
        rs.on('data', (part) => parts.push(part));
        rs.on('error', reject);
        rs.on('end', () => {
          const bytes = Buffer.concat(parts);
          resolve({
            status: rs.statusCode,
            headers: rs.headers,
            cookies: rs.headers['set-cookie'] ?? [],
            bytes,
            body: bytes.toString('utf8'),
          });
        });
      },
    );
    rq.setTimeout(30000, () => rq.destroy(new Error(`no answer to ${method} ${host}${path}`)));
    rq.on('error', reject);
    rq.end(body);
  });
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Text of an attribute or of a piece of HTML without tags. */
export function unescapeHtml(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, dec, name) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    if (dec) return String.fromCodePoint(Number(dec));
    return entities[name] ?? all;
  });
}

/** What a reader sees of a page: no tags, white space folded. */
export function textOf(html) {
  const bare = html.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  return unescapeHtml(bare).replace(/\s+/g, ' ').trim();
}

function attributes(tag) {
  const found = {};
  for (const [, name, , quoted, single, bare] of tag.matchAll(
    /\s([\w:-]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  ))
    found[name.toLowerCase()] = unescapeHtml(quoted ?? single ?? bare ?? '');
  return found;
}

function fieldsOf(inside) {
  const fields = new URLSearchParams();
  for (const [tag] of inside.matchAll(/<input\b[^>]*>/gi)) {
    const a = attributes(tag.slice(6));
    const silent = ['submit', 'button', 'image', 'file', 'reset'].includes(a.type);
    const unticked = ['checkbox', 'radio'].includes(a.type) && !('checked' in a);
    if (a.name && !silent && !unticked && !('disabled' in a)) fields.append(a.name, a.value ?? '');
  }
  for (const [, open, text] of inside.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/gi)) {
    const a = attributes(open);
    if (a.name) fields.append(a.name, unescapeHtml(text.replace(/^\n/, '')));
  }
  for (const [, open, options] of inside.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/gi)) {
    const a = attributes(open);
    const all = [...options.matchAll(/<option\b([^>]*)>([^<]*)/gi)].map(([, o, text]) => {
      const at = attributes(o);
      return { value: at.value ?? unescapeHtml(text).trim(), selected: 'selected' in at };
    });
    const chosen = all.find((o) => o.selected) ?? all[0];
    if (a.name && chosen) fields.append(a.name, chosen.value);
  }
  return fields;
}

/** The forms of a page: { action, method, enctype, fields, names } in order; names: of all that could be filled in. */
export function formsOf(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, open, inside]) => {
    const a = attributes(open);
    return {
      action: a.action ?? '',
      method: (a.method ?? 'get').toUpperCase(),
      enctype: a.enctype ?? 'application/x-www-form-urlencoded',
      fields: fieldsOf(inside),
      names: [...inside.matchAll(/\sname="([^"]+)"/g)].map(([, name]) => unescapeHtml(name)),
    };
  });
}

/** Body of a multipart/form-data request; files: { name: { filename, type, data } }. */
function multipart(fields, files) {
  const boundary = `----deskd${Math.random().toString(36).slice(2)}`;
  const parts = [];
  for (const [name, value] of fields)
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  for (const [name, list] of Object.entries(files))
    for (const f of [list].flat())
      parts.push(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${f.filename}"\r\n` +
          `Content-Type: ${f.type}\r\n\r\n`,
        f.data,
        '\r\n',
      );
  parts.push(`--${boundary}--\r\n`);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat(parts.map((p) => Buffer.from(p))),
  };
}

/** A visitor of one host with own cookies. */
export class Client {
  constructor(port, host) {
    this.port = port;
    this.host = host;
    this.cookies = new Map();
  }

  async send(method, path, { headers = {}, body } = {}) {
    const jar = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    const all = { ...(jar ? { Cookie: jar } : {}), ...headers };
    if (body !== undefined) all['Content-Length'] = Buffer.byteLength(body);
    const rs = await request(this.port, { host: this.host, method, path, headers: all, body });
    for (const line of rs.cookies) this.#keep(line);
    return rs;
  }

  #keep(line) {
    const [pair, ...rest] = line.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const gone = rest.some((r) => /^\s*max-age=(0|-\d+)\s*$/i.test(r));
    if (gone) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(at + 1));
  }

  get(path, headers) {
    return this.send('GET', path, { headers });
  }

  /** Sends fields (object or URLSearchParams) as they are; for what a page would send, see submit. */
  post(path, fields = {}, headers = {}) {
    const body = new URLSearchParams(fields).toString();
    const origin = `http://${this.host}:${this.port}`;
    const type = 'application/x-www-form-urlencoded';
    return this.send('POST', path, { headers: { 'Content-Type': type, Origin: origin, ...headers }, body });
  }

  /** Loads page, finds the form whose action matches (text or RegExp), fills in fields, sends it.
   * A field whose value is null is left out; files make it multipart. */
  async submit(page, action, fields = {}, files) {
    const rs = await this.get(page);
    const form = formsOf(rs.body).find((f) =>
      action instanceof RegExp ? action.test(f.action) : f.action.split('?')[0] === action,
    );
    if (!form) throw new Error(`no form ${action} on ${this.host}${page} (${rs.status})`);
    return this.sendForm(page, form, fields, files);
  }

  sendForm(page, form, fields = {}, files) {
    const filled = new URLSearchParams(form.fields);
    for (const [name, value] of Object.entries(fields)) {
      filled.delete(name);
      for (const one of [value].flat()) if (one !== null) filled.append(name, one);
    }
    const target = new URL(form.action || page, `http://${this.host}:${this.port}${page}`);
    const path = target.pathname + target.search;
    if (form.method === 'GET') return this.get(`${target.pathname}?${filled}`);
    if (!files && !form.enctype.startsWith('multipart/')) return this.post(path, filled);
    const { type, body } = multipart(filled, files ?? {});
    return this.send('POST', path, { headers: { 'Content-Type': type, Origin: target.origin }, body });
  }

  /** Follows redirects within this host. */
  async follow(rs) {
    let now = rs;
    for (let hop = 0; hop < 5 && [301, 302, 303, 307].includes(now.status); hop++) {
      const to = new URL(now.headers.location, `http://${this.host}:${this.port}/`);
      now = await this.get(to.pathname + to.search);
    }
    return now;
  }

  async login(email, password) {
    const rs = await this.submit('/login', '/login', { email, password });
    if (rs.status !== 303) throw new Error(`login of ${email} at ${this.host}: ${rs.status} ${textOf(rs.body)}`);
    return this;
  }
}
