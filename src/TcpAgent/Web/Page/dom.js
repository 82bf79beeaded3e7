// Elements and texts. Names from the kernel are data: they become text, never markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name === 'text') element.textContent = value;
    else if (value !== false) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const byId = id => document.getElementById(id);

// Writes only changes, so that a screen reader and the browser's layout have nothing to do for the rest.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

// Brings the children to the given keys, in that order; make(key) builds a new one. Returns the parts by key.
export function keep(parent, parts, keys, make) {
  for (const [key, part] of parts)
    if (!keys.includes(key)) {
      part.element.remove();
      parts.delete(key);
    }
  keys.forEach((key, i) => {
    if (!parts.has(key)) parts.set(key, make(key));
    const element = parts.get(key).element;
    if (parent.children[i] !== element) parent.insertBefore(element, parent.children[i] ?? null);
  });
  return parts;
}

// Makes one tree like another without replacing equal parts: open details stay open, a selection stays selected.
export function morph(element, wanted) {
  const [old, fresh] = [[...element.childNodes], [...wanted.childNodes]];
  const isAlike = old.length === fresh.length && old.every((node, i) => node.nodeName === fresh[i].nodeName);
  if (!isAlike) return element.replaceChildren(...fresh);
  old.forEach((node, i) => {
    if (node.nodeType !== Node.TEXT_NODE) morph(node, fresh[i]);
    else if (node.data !== fresh[i].data) node.data = fresh[i].data;
  });
}

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1, notation: 'compact' });

export function number(value, unit = '') {
  if (value === null || value === undefined) return '-';
  if (unit === 'bytes') return bytes(value);
  if (value > 0 && value < 10 && !Number.isInteger(value)) return value.toFixed(1);
  return value < 1e7 ? plain.format(value) : short.format(value);
}

function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let i = 0;
  for (; value >= 1024 && i < units.length - 1; i++) value /= 1024;
  return `${i === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${units[i]}`;
}

// The viewer's time zone; one formatter, because making one is slow.
const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

export const clock = t => clockFormat.format(t);

export const dayAndClock = t => `${dayFormat.format(t)} ${clock(t)}`;

export const zone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

export function duration(ms) {
  const s = Math.round(ms / 1000);
  if (s < 120) return `${s} s`;
  return s < 7200 ? `${Math.floor(s / 60)} min${s % 60 ? ` ${s % 60} s` : ''}` : `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
}

export const stateWords = ['ok', 'near', 'limiting'];

// The worst state that the agent reported in the range in view. A live sample has words, a history record numbers.
export function worst(view, read) {
  const states = view.rows.map(row => read(row) ?? 0).map(state => (typeof state === 'string' ? stateWords.indexOf(state) : state));
  return stateWords[Math.max(0, ...states)];
}
