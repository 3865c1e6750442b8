// tests/support/eml.mjs - reads the mails that deskd sent, and nothing else
const words = /=\?([\w-]+)\?([bq])\?([^?]*)\?=(\s+(?==\?))?/gi;

function quotedPrintable(text) {
  const bytes = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

/** A header's value, its encoded words decoded. */
export function decodeWords(value) {
  return value.replace(words, (_, charset, way, coded) =>
    (way.toLowerCase() === 'b'
      ? Buffer.from(coded, 'base64')
      : quotedPrintable(coded.replace(/_/g, ' '))
    ).toString('utf8'),
  );
}

function headersOf(head) {
  const headers = {};
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const at = line.indexOf(':');
    headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  return headers;
}

function decoded(body, encoding) {
  if (/base64/i.test(encoding)) return Buffer.from(body, 'base64');
  if (/quoted-printable/i.test(encoding)) return quotedPrintable(body);
  return Buffer.from(body, 'latin1');
}

/** The leaves of a mail (raw text in latin1): { type, name, headers, bytes }. */
export function leavesOf(raw) {
  const [, head, body] = /^([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(raw);
  const headers = headersOf(head);
  const type = headers['content-type'] ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (!boundary) {
    const name = /filename="?([^";]+)"?/i.exec(headers['content-disposition'] ?? '')?.[1];
    return [
      {
        type: type.split(';')[0].toLowerCase(),
        name,
        headers,
        bytes: decoded(body, headers['content-transfer-encoding'] ?? ''),
      },
    ];
  }
  const parts = `\n${body}`.split(
    new RegExp(`\\r?\\n--${boundary.replace(/[^\w]/g, '\\$&')}(?:--)?[ \\t]*\\r?\\n?`),
  );
  return parts.slice(1, -1).flatMap(leavesOf);
}

/** Text of the first leaf of a type. */
export function leafText(letter, type) {
  return (
    leavesOf(letter.raw)
      .find((l) => l.type === type && !l.name)
      ?.bytes.toString('utf8') ?? ''
  );
}
