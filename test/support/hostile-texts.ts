/**
 * What people put into a field to make a page run it, one of every usual class. `run` stands where a script would; each text
 * is told from the others by its `id`.
 */
export interface HostileText {
  readonly id: string;
  readonly text: string;
}

const writers: readonly ((run: string) => string)[] = [
  (run) => `<script>${run}</script>`,
  (run) => `"><script>${run}</script>`,
  (run) => `</script><script>${run}</script>`,
  (run) => `</title></textarea></style><script>${run}</script>`,
  (run) => `<img src=x onerror="${run}">`,
  (run) => `<svg/onload=${run}>`,
  (run) => `<svg><animate onbegin=${run} attributeName=x dur=1s>`,
  (run) => `<iframe srcdoc="<script>parent.${run}</script>"></iframe>`,
  (run) => `<iframe src="javascript:parent.${run}"></iframe>`,
  (run) => `javascript:${run}`,
  (run) => `[click](javascript:${run})`,
  (run) => `![x](https://elsewhere.example/leak.png) ${run}`,
  (run) => `" autofocus onfocus="${run}" x="`,
  (run) => `' style='background:url(https://elsewhere.example/leak)' onmouseover='${run}`,
  (run) => `<details open ontoggle=${run}><summary>x</summary></details>`,
  (run) => `{{constructor.constructor('${run}')()}} \${${run}} <%= ${run} %>`,
  (run) => `<math><mtext><table><mglyph><style><!--</style><img src onerror=${run}>`,
  (run) => `<link rel=stylesheet href=https://elsewhere.example/x.css><base href=//elsewhere.example/> ${run}`,
  (run) => `<meta http-equiv=refresh content="0;url=https://elsewhere.example/"> ${run}`,
  (run) => `<form action=https://elsewhere.example><button formaction=javascript:${run}>x</button></form>`,
  (run) => `\u202e\u2066<\u0000script>${run}</script>\ufeff\u2028`,
  (run) => `\uff1cimg src=x onerror=${run}\uff1e &#60;img src=x onerror=${run}&#62; %3Cscript%3E${run}%3C/script%3E`,
];

export const hostileTexts: readonly HostileText[] = writers.map((write, index) => {
  const id = `hostile${String.fromCharCode(97 + index)}`;
  return { id, text: write(`alert(\`${id}\`)`) };
});

/** Keys that mean something else to careless JavaScript. */
export const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'dangerouslySetInnerHTML',
];
