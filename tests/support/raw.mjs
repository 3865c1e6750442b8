// tests/support/raw.mjs - bytes to nginx as they are, for what no HTTP client would send
import net from 'node:net';

/** Sends text (latin1) and returns all that comes back until the other side closes. */
export function raw(port, text, seconds = 20) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    const parts = [];
    socket.setTimeout(seconds * 1000, () => socket.destroy(new Error(`no answer to ${text.slice(0, 100)}`)));
    socket.on('data', (d) => parts.push(d));
    socket.on('error', (e) => (e.code === 'ECONNRESET' || e.code === 'EPIPE' ? undefined : reject(e)));
    socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')));
    socket.write(Buffer.from(text, 'latin1'));
  });
}
