// tests/support/ledger.mjs - what deskd has acknowledged, on a disk of its own account; and who compares it
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { waitFor } from './stack.mjs';

export const hashOf = (text) => createHash('sha256').update(text).digest('hex');

/** The mark in a text by which it is found again: one text, one mark. */
export const MARK = /\[mark:([\w-]+)\]/;

/** Lines { kind, id, hash }: an acknowledgement counts once it has reached the disk. */
export class Ledger {
  static async open(file) {
    return Object.assign(new Ledger(), { file, handle: await open(file, 'ax'), waiting: [], isWriting: false });
  }

  /** Resolves when the line is durable; lines that come together share an fsync. */
  acknowledge(kind, id, text) {
    const line = `${JSON.stringify({ kind, id, hash: hashOf(text) })}\n`;
    return new Promise((done, failed) => {
      this.waiting.push({ line, done, failed });
      if (!this.isWriting) this.#write();
    });
  }

  async #write() {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0);
      try {
        await this.handle.write(batch.map((b) => b.line).join(''));
        await this.handle.datasync();
        for (const b of batch) b.done();
      } catch (e) {
        for (const b of batch) b.failed(e);
      }
    }
    this.isWriting = false;
  }

  async lines() {
    return (await readFile(this.file, 'utf8')).split('\n').filter(Boolean).map((l) => JSON.parse(l));
  }

  close() {
    return this.handle.close();
  }
}

/** All texts of a tenant whose mark begins so: mark -> [{ kind, hash, mailId, mails }]. */
async function stored(desk, run) {
  const found = new Map();
  const rows = await desk.s.sql(`SELECT m.kind, m.body, COALESCE(m.mail_id, ''), (SELECT GROUP_CONCAT(o.state) FROM outbox o
    WHERE o.tenant_id = m.tenant_id AND o.ticket_id = m.ticket_id AND o.message_id = m.id AND o.kind = 1)
    FROM message m WHERE m.tenant_id = ${desk.id} AND m.body LIKE '%[mark:${run}-%'`);
  for (const [kind, body, mailId, mails] of rows) {
    const text = body.trim();
    const mark = MARK.exec(text)[1];
    const one = { kind: Number(kind), hash: hashOf(text), mailId, mails: mails === null ? [] : mails.split(',') };
    found.set(mark, [...(found.get(mark) ?? []), one]);
  }
  return found;
}

/** Message-ID -> how often a mail with it has left, for a stack whose mails are files. */
function delivered(s) {
  const count = new Map();
  for (const m of s.outbox()) {
    const id = m.headers['message-id'].replace(/[<>]/g, '');
    count.set(id, (count.get(id) ?? 0) + 1);
  }
  return count;
}

const waitingFiles = (s) => {
  const folder = path.join(s.folder, 'data', 'spool', 'new');
  return existsSync(folder) ? readdirSync(folder).length : 0;
};

/** Waits until all that was accepted is worked off. Leases of children that were killed end now, and mails whose import
 * was killed twice are imported again, as an administrator does it. Returns how many those were. */
export async function worked(desk, seconds = 60) {
  const { s } = desk;
  await waitFor('the spool to be empty', () => waitingFiles(s) === 0, seconds);
  const parked = await desk.rows('id', 'mail_in', 'outcome = 7');
  for (const [id] of parked) await s.ctl('mail', 'retry', '--tenant', desk.name, '--id', id, '--wait');
  await waitFor('the outbox to be empty', async () => {
    await s.sql('UPDATE outbox SET lease_until = 0 WHERE state = 2 AND attempts < 9');
    const [[left]] = await desk.rows('COUNT(*)', 'outbox', 'state IN (1, 2, 4)');
    return left === '0';
  }, seconds);
  return parked.length;
}

/** Compares a ledger with the database, the outbox and the mails that left:
 * { checked, lost, doubled, changed, unsent, unknown } are lists of marks. run: what the marks begin with; tried: all
 * marks that were ever sent, also those that nobody acknowledged; sent: Message-ID -> how often it left (default: the folder of mails). */
export async function compare(desk, ledger, { run, tried }, sent = delivered(desk.s)) {
  const there = await stored(desk, run);
  const lines = await ledger.lines();
  const result = { checked: lines.length, lost: [], doubled: [], changed: [], unsent: [], unknown: [] };
  for (const { id, kind, hash } of lines) {
    const found = there.get(id) ?? [];
    if (found.length === 0) result.lost.push(id);
    else if (found[0].hash !== hash) result.changed.push(id);
    else if (kind !== 'mail' && (found[0].mails.join() !== '3' || !sent.has(found[0].mailId))) result.unsent.push(id);
  }
  for (const [mark, found] of there) {
    const mails = found.flatMap((f) => f.mails);
    if (found.length > 1 || mails.length > 1 || (found[0].mails.length > 0 && sent.get(found[0].mailId) > 1))
      result.doubled.push(mark);
    if (!tried.has(mark)) result.unknown.push(mark);
  }
  return result;
}
