// tests/security/vectors.mjs - HTML that wants to run, to ask elsewhere or to be what it is not: our own, and the
// collections of others where ../shared/data has them
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.env.DESKD_SOURCE ?? fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, '../shared/data/xss');

const FAR = 'https://far.example';

/** Grouped by the row they stand for. */
const own = {
  run: [
    '<script>alert(1)</script>',
    `<script src=${FAR}/a.js></script>`,
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '<svg><script>alert(1)</script></svg>',
    '<body onload=alert(1)>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    '<object data="data:text/html,<script>alert(1)</script>"></object>',
    '<embed src="javascript:alert(1)">',
    '<a href="javascript:alert(1)">a</a>',
    '<a href="java\tscript:alert(1)">a</a>',
    '<a href="&#1;javascript:alert(1)">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    '<form action="javascript:alert(1)"><button>b</button></form>',
    '<details open ontoggle=alert(1)>',
    '<input autofocus onfocus=alert(1)>',
    '<video><source onerror=alert(1)></video>',
    '<marquee onstart=alert(1)>x</marquee>',
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    `<meta http-equiv="refresh" content="0;url=${FAR}/gone">`,
    `<base href="${FAR}/"><img src="a.png">`,
    '<style>@keyframes x{}</style><b style="animation-name:x" onanimationstart="alert(1)">x</b>',
    '<isindex type=image src=1 onerror=alert(1)>',
  ],
  /* What one parser takes for text and another for markup. */
  mutate: [
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<template><img src=x onerror=alert(1)></template>',
    '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<table><a href="x"><td><img src=x onerror=alert(1)></a></table>',
    '<!--><img src=x onerror=alert(1)>-->',
    '<!-- --!><img src=x onerror=alert(1)> -->',
    '<![CDATA[><img src=x onerror=alert(1)>]]>',
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
    '<plaintext><img src=x onerror=alert(1)>',
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
    '<title><img title="</title><img src=x onerror=alert(1)>"></title>',
    '<img\0src=x\0onerror=alert(1)>',
    '<img\fsrc=x\fonerror=alert(1)>',
    '<img/src="x"/onerror="alert(1)">',
    '<img src="x` `<script>alert(1)</script>"` `>',
    '+ADw-script+AD4-alert(1)+ADw-/script+AD4-',
    '<select><style></select><img src=x onerror=alert(1)></style>',
    '<a title="a<img src=x onerror=alert(1)>">x</a>',
  ],
  /* Asks elsewhere without a script. */
  ask: [
    `<img src="${FAR}/pixel.gif">`,
    `<img srcset="${FAR}/1.png 1x, //far.example/2.png 2x">`,
    `<picture><source srcset="${FAR}/s.png"><img></picture>`,
    `<table background="${FAR}/t.png"><tr><td background="${FAR}/d.png">x</table>`,
    `<div style="background:url(${FAR}/b.png)">x</div>`,
    `<div style="background:u\\72l(${FAR}/e.png)">x</div>`,
    `<div style="background:image-set('${FAR}/i.png' 1x)">x</div>`,
    `<div style="--a:url(${FAR}/v.png);background:var(--a)">x</div>`,
    `<style>@import url(${FAR}/i.css);:root{background:url(${FAR}/r.png)}</style>`,
    `<link rel=stylesheet href="${FAR}/l.css"><link rel=preload as=image href="${FAR}/p.png">`,
    `<link rel=dns-prefetch href="${FAR}"><link rel=preconnect href="${FAR}">`,
    `<video poster="${FAR}/p.png" src="${FAR}/v.mp4" autoplay></video><audio src="${FAR}/a.mp3" autoplay></audio>`,
    `<svg><image href="${FAR}/s.png"/><rect fill="url(${FAR}/f.svg#x)" width=9 height=9 /></svg>`,
    `<ul style="list-style-image:url(${FAR}/u.png)"><li style="list-style:url(${FAR}/u.png)">x</ul>`,
    `<div style="content:url(${FAR}/c.png);cursor:url(${FAR}/c.cur),auto">x</div>`,
    `<iframe src="${FAR}/frame"></iframe><object data="${FAR}/o"></object><embed src="${FAR}/e">`,
    `<input type=image src="${FAR}/in.png"><form action="${FAR}/f"><input name=a></form>`,
    `<font face="a;background:url(${FAR}/font.png)">x</font>`,
    `<div style="position:fixed;inset:0;z-index:99999;background:#fff">covered</div>`,
    `<a ping="${FAR}/ping" href="${FAR}/a">x</a>`,
  ],
  /* Names that hide the page's own, windows that reach back. */
  clobber: [
    '<a id="location" name="location" href="https://a.example">x</a>',
    '<form id="document" name="cookie"><input name="body"></form>',
    '<img name="getElementById" id="querySelector">',
    '<a href="https://a.example" target="_self">x</a><a href="https://a.example" rel="opener" target="_top">y</a>',
  ],
};

function collection(file) {
  const all = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  return all.map((v) => (typeof v === 'string' ? v : v.payload));
}

export const hasCollections = existsSync(folder);
export const ours = Object.values(own).flat();
export const asking = own.ask;
export const running = own.run;

/** All there are: ours first. */
export const vectors = [
  ...ours,
  ...(hasCollections ? [...collection('dompurify.json'), ...collection('owasp-filter-evasion.json')] : []),
];

/** Text that breaks out of wherever it is put, if that lets it. RUN marks are told apart by their number. */
export const polyglots = [
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(2)>",
  '</title><script>alert(3)</script>',
  '</textarea><script>alert(4)</script>',
  '<script>alert(5)</script>',
  '" autofocus onfocus=alert(6) x="',
  "' onmouseover=alert(7) x='",
  'javascript:alert(8)',
  '--><script>alert(9)</script>',
  ']]><script>alert(10)</script>',
  '</style><img src=x onerror=alert(11)>',
  '</script><script>alert(12)</script>',
  '{{{"<img src=x onerror=alert(13)>"}}}',
  '{{#x}}<b>{{/x}}${7*7}<%= 7*7 %>#{7*7}',
  '&lt;img src=x onerror=alert(15)&gt;&#60;img src=x onerror=alert(15)&#62;',
  '`${alert(16)}`"\';alert(16)//',
  '\u2028<img src=x onerror=alert(17)>\u202e<b>',
  '</a><a href=javascript:alert(18)>x</a><!--',
  'x"/><iframe srcdoc="<script>parent.alert(19)</script>">',
  '</select></table></noscript><svg><script>alert(20)</script>',
];
