// Connection tracking and the CPUs. Both are folded while nothing is wrong with them.
import { clock } from './zone.js';
import { byId, h, keep, number, percent, setText, worst } from './dom.js';
import { Meter, Plot } from './plot.js';

const counters = [
  ['drops', 'dropped', 'no entry could be made'], ['early_drops', 'evicted early', 'to make room in a full table'],
  ['insert_failures', 'insert failed', 'a race, or a NAT port clash'], ['invalid', 'invalid', 'out of window, or no known connection'],
  ['chain_too_long', 'chain too long', 'too few buckets'],
];

let tracking = null;

function makeTracking(place) {
  const meter = new Meter('conntrack: share of the limit');
  const plot = new Plot('tracked connections', 'tall');
  const [figure, more] = [h('b', { class: 'figure' }), h('span', { class: 'more' })];
  const list = h('dl', {});
  const cells = new Map();
  for (const [name, title, what] of counters) {
    const cell = h('dd', {});
    cells.set(name, cell);
    list.append(h('div', {}, h('dt', { text: title, title: what }), cell));
  }
  place.replaceChildren(h('div', { class: 'figures' }, figure, ' ', more), meter.element, plot.element, list);
  return { meter, plot, figure, more, cells };
}

// Opens a folded part when something is wrong, once: what the viewer folds again stays folded.
export function openIf(id, isWrong) {
  const details = byId(id);
  if (isWrong && details.dataset.was !== 'wrong') details.open = true;
  details.dataset.was = isWrong ? 'wrong' : 'fine';
}

export function drawConntrack(store, view) {
  const place = byId('conntrack');
  const [used, limit] = [store.gauge('conntrack.used'), store.gauge('conntrack.limit')];
  const best = store.highest(used, view.rows);
  byId('conntrack-part').hidden = best === null;
  if (best === null) return;
  tracking ??= makeTracking(place);
  const [now, most] = [used(view.row), limit(view.row)];
  const state = worst(view, store.gauge('conntrack.state'));
  openIf('conntrack-part', state !== 'ok');
  const isBounded = most > 0 && now !== null;
  setText(byId('conntrack-count'), `${number(now)} of ${number(most)} entries${isBounded ? `, ${percent(now / most)}` : ''}`);
  setText(tracking.figure, number(now));
  const buckets = view.row.conntrack?.buckets;
  const inBuckets = buckets ? `, ${number(buckets)} buckets` : '';
  setText(tracking.more, `of ${number(most)} entries, highest ${number(best.value)} at ${clock(best.t)}${inBuckets}`);
  const text = `${number(now)} of ${number(most)}, peak ${number(best.value)}`;
  tracking.meter.draw(isBounded ? now / most : null, most > 0 ? best.value / most : null, text, state);
  for (const [name] of counters) {
    const read = row => row.conntrack?.[name] ?? null;
    const gained = store.gain(read, view.rows);
    const ever = read(view.row) === null ? '' : `, ${number(read(view.row))} since boot`;
    setText(tracking.cells.get(name), gained === null ? '-' : `${number(gained)} in this range${ever}`);
  }
  tracking.plot.element.hidden = best.value === 0;

  // The chart includes the limit only where the table comes near it; far below, the curve itself matters more.
  const top = best.value * 3 >= most ? Math.max(most, best.value, 1) : Math.max(8, best.value * 1.2);
  tracking.plot.draw(view, store.points(used, view.rows, view.span), {
    top, limit: most, losses: store.points(store.rate(store.gauge('conntrack.losses')), view.rows, view.span),
    label: `tracked connections over time: ${number(now)} now, highest ${number(best.value)}, limit ${number(most)}`,
    format: row => number(used(row)),
  });
}

const cpus = new Map();
const mostCpus = 16;
const cpuTitles = ['CPU', 'Packets/s', 'Backlog', 'Dropped', 'Squeezed'];

function makeCpu(name) {
  const cells = cpuTitles.slice(1).map(() => h('td'));
  return { cells, element: h('tr', {}, h('th', { scope: 'row', text: name }), ...cells) };
}

// Figures only: the history has none for a CPU, so a chart would begin when the page was opened.
export function drawSoftnet(store, view) {
  const table = byId('softnet-table');
  if (table.tHead === null)
    table.append(h('thead', {}, h('tr', {}, ...cpuTitles.map(text => h('th', { scope: 'col', text })))), h('tbody', { id: 'softnet' }));
  const row = view.row.cpus ? view.row : null;
  byId('softnet-part').hidden = row === null;
  if (row === null) return;
  const all = [...row.cpus.keys()];
  const drops = name => row.cpus.get(name).dropped ?? 0;
  const shown = all.length <= mostCpus ? all : all.sort((a, b) => drops(b) - drops(a)).slice(0, mostCpus).sort((a, b) => a - b);
  const isWrong = shown.some(name => worst(view, at => at.cpus?.get(name)?.state) !== 'ok');
  openIf('softnet-part', isWrong);
  setText(byId('softnet-count'), `${all.length} ${all.length === 1 ? 'CPU' : 'CPUs'}, dropped and squeezed since boot`);
  keep(byId('softnet'), cpus, shown, makeCpu);
  for (const name of shown) {
    const line = cpus.get(name);
    const one = row.cpus.get(name);
    const rate = store.rate(at => at.cpus?.get(name)?.processed ?? null)(row, store.before(row));
    [number(rate), number(one.backlog), number(one.dropped), number(one.squeezed)].forEach((text, i) => setText(line.cells[i], text));
    line.element.dataset.state = worst(view, at => at.cpus?.get(name)?.state);
  }
}
