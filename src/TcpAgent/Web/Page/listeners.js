// The listeners as a table that sorts by any column. The fullest come first unless the viewer chooses otherwise.
import { clock } from './zone.js';
import { byId, duration, h, keep, number, setAttribute, setText, worst } from './dom.js';
import { Meter, Plot } from './plot.js';

const mostListeners = 16;
const lines = new Map();

// Title, what it means, and how to read the sort key.
const columns = [
  ['Listener', 'address and port', one => one.name],
  ['Queue', 'connections that wait to be accepted now', one => one.queue],
  ['Limit', 'how many may wait: the backlog of listen(), capped by somaxconn', one => one.limit],
  ['Peak', 'longest queue in this range', one => one.peak],
  ['Half-open', 'connections in SYN_RECV now', one => one.synRecv],
  ['Dropped', 'packets dropped at this listener in this range', one => one.dropped],
  ['Waited', 'how long the oldest connection in the queue has waited', one => one.wait],
  ['Owner', 'the program and the unit or container that opened it', one => one.owner],
];

let sorting = { column: -1, isDown: true };

function makeHead(table) {
  const cells = columns.map(([title, meaning], i) => {
    const button = h('button', { type: 'button', title: meaning, text: title });
    button.addEventListener('click', () => {
      sorting = { column: i, isDown: sorting.column === i ? !sorting.isDown : i > 0 };
      document.dispatchEvent(new Event('redraw'));
    });
    return h('th', { scope: 'col', class: i === 0 ? 'wide' : title === 'Owner' ? 'owner' : '' }, button);
  });
  cells.splice(1, 0, h('th', { scope: 'col', class: 'course' }, h('span', { text: 'Over time' })));
  table.append(h('thead', {}, h('tr', {}, ...cells)), h('tbody', { id: 'listeners' }));
}

class Line {
  constructor(name) {
    this.meter = new Meter(`${name}: share of the limit`);
    this.plot = new Plot(name);
    this.note = h('span', { class: 'word' });
    this.cells = columns.slice(1).map(() => h('td'));
    this.figure = h('b', { class: 'figure' });
    this.cells[0].append(this.figure, this.meter.element);
    this.cells.at(-1).classList.add('owner');
    const title = h('th', { scope: 'row' }, h('span', { text: name }), ' ', this.note);
    this.element = h('tr', {}, title, h('td', { class: 'course' }, this.plot.element), ...this.cells);
  }
}

export function drawListeners(store, view, doc) {
  const table = byId('listener-table');
  if (table.tHead === null) makeHead(table);
  const all = measureAll(store, view, doc);
  byId('listener-frame').hidden = all.length === 0;
  const total = view.isNow ? doc.listeners_total : null;
  setText(byId('listeners-aside'), all.length === 0 ? 'No TCP listeners here.'
    : total > all.length ? `There are ${number(total)} listeners; these are the fullest.` : '');
  const [, , key] = columns[Math.max(0, sorting.column)];
  if (sorting.column >= 0) all.sort((a, b) => compare(key(a), key(b)) * (sorting.isDown ? -1 : 1) || a.name.localeCompare(b.name));
  const order = sorting.isDown ? 'descending' : 'ascending';
  const heads = table.querySelectorAll('thead th:not(.course)');
  heads.forEach((cell, i) => setAttribute(cell, 'aria-sort', sorting.column === i ? order : 'none'));
  keep(byId('listeners'), lines, all.map(one => one.name), name => new Line(name));
  for (const one of all) drawLine(store, view, lines.get(one.name), one);
}

const compare = (a, b) => (typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : (a ?? -1) - (b ?? -1));

function measureAll(store, view, doc) {
  const fullest = new Map();
  for (const row of view.rows)
    for (const [name, one] of row.listeners) {
      const fullness = Math.max(one.queue ?? 0, one.syn_recv ?? 0) / Math.max(1, one.limit ?? 1);
      if (fullness >= (fullest.get(name)?.fullness ?? -1)) fullest.set(name, { fullness, one, t: row.t });
    }

  // Ranks in steps of a tenth, so that nearly equal listeners keep their places.
  const rank = name => Math.round(fullest.get(name).fullness * 10);
  const names = [...fullest.keys()].sort((a, b) => rank(b) - rank(a) || a.localeCompare(b)).slice(0, mostListeners);
  return names.map(name => measureOne(store, view, doc, name, fullest.get(name).one));
}

function measureOne(store, view, doc, name, fullest) {
  const read = key => row => row.listeners.get(name)?.[key] ?? null;
  const known = view.row.listeners.get(name);
  const one = known ?? {};
  const highest = store.highest(read('queue'), view.rows)?.value ?? null;
  const states = [worst(view, row => row.listeners.get(name)?.accept_state), worst(view, row => row.listeners.get(name)?.syn_state)];
  return {
    name, read, highest, isKnown: known !== undefined, queue: one.queue ?? null, limit: one.limit ?? fullest.limit ?? null,
    synRecv: one.syn_recv ?? null, owner: one.owner ?? '', wait: one.oldest_wait_ms ?? null, dropped: store.gain(read('drops'), view.rows),
    peak: view.isNow && one.peak !== undefined ? Math.max(one.peak ?? 0, highest ?? 0) : highest,
    accept: states[0], syn: states[1], gone: known ? null : goneAt(store, view, doc, name),
  };
}

// A live sample lists every listener of a host that has few: what is missing there has closed. A record of the history has the fullest
// only.
function goneAt(store, view, doc, name) {
  const isWhole = view.row.cpus !== undefined && doc.listeners_total <= mostListeners;
  const last = isWhole ? view.rows.findLast(row => row.t <= view.row.t && row.listeners.has(name)) : undefined;
  return last === undefined ? null : last.t;
}

function drawLine(store, view, line, one) {
  const late = view.rows.some(row => row.listeners.get(one.name)?.late);
  const state = ['limiting', 'near'].find(each => one.accept === each || one.syn === each) ?? 'ok';
  const word = one.accept === 'limiting' ? (late ? 'clients waited' : 'was full') : one.syn === 'limiting' ? 'SYN queue was full' : '';
  line.element.dataset.state = state;
  line.element.dataset.gone = one.gone !== null;
  const place = one.gone !== null ? `closed ${clock(one.gone)}` : one.isKnown ? '' : 'not among the fullest then';
  setText(line.note, [place, word].filter(text => text).join(', '));
  setText(line.figure, number(one.queue));
  const wait = one.wait === null ? '-' : one.wait < 1000 ? '<1 s' : duration(one.wait);
  const figures = [number(one.limit), number(one.peak), number(one.synRecv), number(one.dropped), wait, one.owner];
  figures.forEach((text, i) => setText(line.cells[i + 1], text));
  const limit = one.limit > 0 ? one.limit : null;
  const share = value => (limit === null ? null : (value ?? 0) / limit);
  line.meter.draw(share(one.queue), share(one.peak), `${number(one.queue)} of ${number(one.limit)}, peak ${number(one.peak)}`, state);
  const halfOpen = store.highest(one.read('syn_recv'), view.rows)?.value ?? 0;
  line.plot.draw(view, store.points(one.read('queue'), view.rows, view.span), {
    top: Math.max(1, one.limit ?? 1, one.highest ?? 1), limit: one.limit,
    losses: store.points(store.rate(one.read('drops')), view.rows, view.span),
    second: halfOpen > 0 ? store.points(one.read('syn_recv'), view.rows, view.span) : null,
    label: `queue of ${one.name} over time: ${number(one.queue)} now, highest ${number(one.peak)}, limit ${number(one.limit)}; `
      + `half-open at most ${number(halfOpen)}`,
    format: row => `${number(one.read('queue')(row))} wait, ${number(one.read('syn_recv')(row))} half-open`,
  });
}
