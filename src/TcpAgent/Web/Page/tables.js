// Connection tracking and the CPUs.
import { byId, clock, h, keep, number, setText, worst } from './dom.js';
import { Meter, Plot } from './plot.js';

const counters = [
  ['drops', 'dropped', 'no entry could be made'], ['early_drops', 'evicted early', 'to make room in a full table'],
  ['insert_failures', 'insert failed', 'a race, or a NAT port clash'], ['invalid', 'invalid', 'out of window, or no known connection'],
  ['chain_too_long', 'chain too long', 'too few buckets'],
];

let tracking = null;

function makeTracking(place) {
  const meter = new Meter('conntrack: share of the limit');
  const plot = new Plot('tall');
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

export function drawConntrack(store, view) {
  const place = byId('conntrack');
  const [used, limit] = [store.gauge('conntrack.used'), store.gauge('conntrack.limit')];
  const best = store.highest(used, view.rows);
  if (best === null) {
    tracking = null;
    place.replaceChildren(h('p', { class: 'aside', text: 'No connections are tracked on this host or in this namespace.' }));
    return;
  }
  tracking ??= makeTracking(place);
  const [now, most] = [used(view.row), limit(view.row)];
  setText(tracking.figure, number(now));
  const buckets = view.row.conntrack?.buckets;
  setText(tracking.more, `of ${number(most)} entries, highest ${number(best.value)} at ${clock(best.t)}${buckets ? `, ${number(buckets)} buckets` : ''}`);
  tracking.meter.draw(most > 0 && now !== null ? now / most : null, most > 0 ? best.value / most : null, `${number(now)} of ${number(most)}, peak ${number(best.value)}`, worst(view, store.gauge('conntrack.state')));
  for (const [name] of counters) {
    const read = row => row.conntrack?.[name] ?? null;
    const gained = store.gain(read, view.rows);
    setText(tracking.cells.get(name), gained === null ? '-' : `${number(gained)} in this range${read(view.row) === null ? '' : `, ${number(read(view.row))} since boot`}`);
  }
  tracking.plot.element.hidden = best.value === 0;

  // The chart includes the limit only where the table comes near it; far below, the curve itself matters more.
  const top = best.value * 3 >= most ? Math.max(most, best.value, 1) : Math.max(8, best.value * 1.2);
  tracking.plot.draw(view, store.points(used, view.rows, view.span), {
    top, limit: most, losses: store.points(store.rate(store.gauge('conntrack.losses')), view.rows, view.span),
    label: `tracked connections over time: ${number(now)} now, highest ${number(best.value)}, limit ${number(most)}`, format: row => number(used(row)),
  });
}

const cpus = new Map();
const mostCpus = 16;

function makeCpu(name) {
  const row = { plot: new Plot(), figure: h('b', { class: 'figure' }), more: h('span', { class: 'more' }) };
  row.element = h(
    'li', {}, h('div', { class: 'name' }, h('b', { text: `cpu ${name}` })), row.plot.element, h('div', { class: 'figures' }, row.figure, ' ', row.more), h('span', { class: 'word' }));
  return row;
}

export function drawSoftnet(store, view) {
  const rows = view.rows.filter(row => row.cpus);
  const newest = rows.at(-1)?.cpus ?? new Map();
  const read = (name, key) => row => row.cpus?.get(name)?.[key] ?? null;
  const gain = (name, key) => store.gain(read(name, key), rows) ?? 0;
  const all = [...newest.keys()];
  const busiest = all.length <= mostCpus ? all
    : all.sort((a, b) => gain(b, 'dropped') - gain(a, 'dropped') || gain(b, 'processed') - gain(a, 'processed')).slice(0, mostCpus).sort((a, b) => a - b);
  setText(byId('softnet-aside'), all.length === 0 ? 'The history has no data per CPU: only an open page sees it.'
    : all.length > busiest.length ? `The busiest ${busiest.length} of ${all.length} CPUs.` : '');
  keep(byId('softnet'), cpus, busiest, makeCpu);
  const best = Math.max(1, ...busiest.map(name => store.highest((row) => store.rate(read(name, 'processed'))(row, store.before(row)), rows)?.value ?? 0));
  for (const name of busiest) {
    const row = cpus.get(name);
    const rate = store.rate(read(name, 'processed'));
    const now = view.row.cpus ? rate(view.row, store.before(view.row)) : null;
    const [dropped, squeezed] = [gain(name, 'dropped'), gain(name, 'squeezed')];
    setText(row.figure, now === null ? '-' : `${number(now)}/s`);
    setText(row.more, now === null ? 'no data' : `backlog ${number(read(name, 'backlog')(view.row))}, dropped ${number(dropped)}, squeezed ${number(squeezed)}`);
    row.element.dataset.state = worst(view, at => at.cpus?.get(name)?.state);
    row.plot.draw(view, store.points(rate, rows, view.span), {
      top: best, losses: store.points(store.rate(read(name, 'dropped')), rows, view.span),
      label: `cpu ${name} packets a second over time: ${number(now)} now, ${number(dropped)} dropped`, format: at => `${number(rate(at, store.before(at)))}/s`,
    });
  }
}
