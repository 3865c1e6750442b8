// tests/security/watch.mjs - Chromium under observation: scripts that run, dialogs, windows, connections elsewhere
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { launch, visit } from '../browser/browser.mjs';
import { certificate } from '../support/smtp_sink.mjs';

const browsersOwn = /(^|\.)(google|googleapis|googleusercontent|gstatic|gvt1|chromium)\.(com|org)$/;

/** A port to which the browser sends every connection that is not for *.localhost: no request stays unseen, whatever
 * made it. asked: hosts of requests; greeted: hosts of TLS handshakes, with or without a request. What the browser asks
 * of its maker by itself does not count. */
class Elsewhere {
  static async open() {
    const it = Object.assign(new Elsewhere(), { asked: [], greeted: [] });
    const note = (list, host) => host && !browsersOwn.test(host) && list.push(host);
    it.secret = certificate();
    const answer = (rq, rs) => {
      note(it.asked, (rq.headers.host ?? '?').split(':')[0]);
      rs.writeHead(404, { Connection: 'close' }).end();
    };
    const greet = (name, done) => done(null, note(it.greeted, name) && null);
    it.inner = [http.createServer(answer), https.createServer({ ...it.secret, SNICallback: greet }, answer)];
    for (const server of it.inner) await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const [plain, secure] = it.inner.map((server) => server.address().port);
    it.sockets = new Set();
    it.server = net.createServer((socket) => {
      it.sockets.add(socket.on('error', () => {}));
      socket.once('data', (first) => {
        const inner = net.connect(first[0] === 22 ? secure : plain, '127.0.0.1');
        inner.on('error', () => socket.destroy());
        inner.write(first);
        socket.pipe(inner).pipe(socket);
      });
    });
    await new Promise((done) => it.server.listen(0, '127.0.0.1', done));
    it.port = it.server.address().port;
    return it;
  }

  close() {
    for (const socket of this.sockets) socket.destroy();
    this.secret.close();
    for (const server of this.inner) {
      server.closeAllConnections();
      server.close();
    }
    return new Promise((done) => this.server.close(done));
  }
}

/** A browser and what it did that it should not: { browser, seen, elsewhere, visit(), close() }. seen: texts. */
export class Watch {
  static async open(port) {
    const w = Object.assign(new Watch(), { port, seen: [], elsewhere: await Elsewhere.open() });
    w.browser = await launch({ elsewhere: w.elsewhere.port });
    return w;
  }

  /** A visitor whose page is watched; scripts other than those of our own files count as run. */
  async visit(host, options) {
    const visitor = await visit(this.browser, this.port, host, options);
    const { context, page } = visitor;
    const own = new RegExp(`^http://${host}:${this.port}/static/[\\w-]+\\.js$`);
    page.on('dialog', (d) => {
      this.seen.push(`dialog: ${d.message()}`);
      d.dismiss().catch(() => {});
    });
    context.on('page', (p) => this.seen.push(`window: ${p.url()}`));
    page.on('framenavigated', (f) => {
      const { hostname, protocol } = new URL(f.url());
      if (!['about:', 'chrome-error:'].includes(protocol) && hostname !== host) this.seen.push(`navigation: ${f.url()}`);
    });
    const tools = await context.newCDPSession(page);
    const mine = new Set(); // the worlds that look() works in
    tools.on('Debugger.scriptParsed', (script) => {
      const isDriver = script.length === 0 || mine.has(script.executionContextId) || script.url.startsWith('chrome-error:');
      if (!isDriver && !own.test(script.url)) this.seen.push(`script: ${script.url || '(no address)'}, ${script.length} bytes`);
    });
    await tools.send('Debugger.enable');
    /* Evaluates a function in the page, in a world of its own: the page does not notice, nor do we. */
    visitor.look = async (fn, ...args) => {
      const { frameTree } = await tools.send('Page.getFrameTree');
      const world = await tools.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'looks' });
      mine.add(world.executionContextId);
      const { result, exceptionDetails } = await tools.send('Runtime.evaluate', {
        expression: `(${fn})(...${JSON.stringify(args)})`,
        contextId: world.executionContextId,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    };
    return visitor;
  }

  /** What was seen since the last time. Handshakes without a request count unless told otherwise. */
  take({ greets = true } = {}) {
    const { asked, greeted } = this.elsewhere;
    const hosts = [...asked, ...(greets ? greeted : [])];
    const all = [...this.seen, ...hosts.map((host) => `elsewhere: ${host}`)];
    for (const list of [this.seen, asked, greeted]) list.length = 0;
    return all;
  }

  async close() {
    await this.browser?.close();
    await this.elsewhere.close();
  }
}
