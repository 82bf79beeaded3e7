// Saves the range in view as one file that needs no agent, with this page's own files inline and the data.
import { h } from './dom.js';

// Allows only this page's own scripts, and no requests at all.
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

async function text(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.text();
}

export async function save(saved) {
  const [page, style, script] = await Promise.all(['./', 'page/style.css', 'page/page.js'].map(text));
  const data = JSON.stringify(saved, (_, value) => (value instanceof Map ? [...value.values()] : value)).replaceAll('<', '\\u003c');
  const end = '<' + '/script>';
  const file = page
    .replace('<meta charset="utf-8">', () => `<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace(/<script src[^>]*><.script>\n/, '')
    .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>\n${style}</style>`)
    .replace(/<script type="module"[^>]*><.script>/, () => `<script type="application/json" id="saved">${data}${end}\n<script type="module">\n${script}${end}`);
  const url = URL.createObjectURL(new Blob([file], { type: 'text/html' }));
  const stamp = new Date(saved.view.to).toISOString().replace(/[-:]|\.\d+/g, '');
  const link = h('a', { href: url, download: `tcp-agent-${saved.doc.host.replace(/[^A-Za-z0-9.-]/g, '_')}-${stamp}.html` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// The data of a saved file; null on the agent's own page.
export function readSaved() {
  const element = document.getElementById('saved');
  if (element === null) return null;
  const saved = JSON.parse(element.textContent);
  const by = (list, key) => list && new Map(list.map(one => [one[key], one]));
  for (const row of saved.rows) [row.listeners, row.cpus] = [by(row.listeners, 'listener'), by(row.cpus, 'cpu')];
  return saved;
}
