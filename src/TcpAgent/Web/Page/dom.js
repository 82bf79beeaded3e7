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

export const minute = 60_000;

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
  const isLike = (node, other) => node.nodeName === other.nodeName && node.className === other.className;
  const isAlike = old.length === fresh.length && old.every((node, i) => isLike(node, fresh[i]));
  if (!isAlike) return element.replaceChildren(...fresh);
  old.forEach((node, i) => {
    if (node.nodeType !== Node.TEXT_NODE) {
      const href = fresh[i].getAttribute('href');
      if (href !== null && node.getAttribute('href') !== href) node.setAttribute('href', href);
      morph(node, fresh[i]);
    } else if (node.data !== fresh[i].data) node.data = fresh[i].data;
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

// The kernel writes no limit as a number that is as large as a long.
export const limitText = (value, unit) => (value !== null && value > 2 ** 60 ? 'unlimited' : number(value, unit));

function scaled(value, units, base) {
  let i = 0;
  for (; value >= base && i < units.length - 1; i++) value /= base;
  return `${i === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${units[i]}`;
}

const bytes = value => scaled(value, ['B', 'KiB', 'MiB', 'GiB', 'TiB'], 1024);

export const bits = value => (value === null ? '-' : scaled(value, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'], 1000));

export function percent(share) {
  if (share === null) return '-';
  const value = share * 100;
  return `${value === 0 || value >= 10 ? Math.round(value) : value < 0.1 ? '<0.1' : value.toFixed(1)}%`;
}

export const capital = text => text.charAt(0).toUpperCase() + text.slice(1);

// The time that a state has lasted, or how long ago it was.
export function duration(ms) {
  const s = Math.round(ms / 1000);
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min${s % 60 ? ` ${s % 60} s` : ''}`;
  return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
}

export const stateWords = ['ok', 'near', 'limiting'];

// The worst state that the agent reported in the range in view. A live sample has words, a history record numbers.
export function worst(view, read) {
  const states = view.rows.map(row => read(row) ?? 0).map(state => (typeof state === 'string' ? stateWords.indexOf(state) : state));
  return stateWords[Math.max(0, ...states)];
}
