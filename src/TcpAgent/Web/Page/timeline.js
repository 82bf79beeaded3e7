// The verdict over time. It is also the handle of the time cursor that all charts share, by pointer or by keys.
import { clock, zoneAt } from './zone.js';
import { byId, duration, h, minute, number, setAttribute, setText, stateWords, svg } from './dom.js';

const heights = [22, 55, 100];
const help = 'Arrow keys move by seconds, page up and down by minutes; enter shows the surrounding minute, escape returns to now.';
const isTouch = matchMedia('(hover: none)').matches;
const invitation = isTouch ? 'Tap a chart to read any second.' : 'Point at a chart, or use the arrow keys here, to read any second.';

export class Timeline {
  constructor(onMove, onZoom) {
    this.paths = stateWords.map(word => svg('path', { class: `is-${word}` }));
    this.cursor = svg('path', { class: 'cursor' });
    this.ends = [h('span'), h('span'), h('span')];
    this.told = h('p', { id: 'told' });
    this.name = '';
    this.slider = h(
      'div', { class: 'strip plot', role: 'slider', tabindex: 0, 'aria-label': 'Time', 'aria-describedby': 'slider-help' },
      svg('svg', { viewBox: '0 0 1000 100', preserveAspectRatio: 'none', 'aria-hidden': true }, ...this.paths, this.cursor));
    this.slider.plot = this;
    byId('timeline').append(
      this.told, this.slider, h('div', { class: 'axis', 'aria-hidden': true }, ...this.ends),
      h('p', { id: 'slider-help', class: 'unseen', text: help }));
    this.slider.addEventListener('keydown', event => this.#key(event, onMove, onZoom));
  }

  #key(event, onMove, onZoom) {
    const { view } = this;
    if (!view || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = view.cursor ?? view.row.t;
    const target = {
      ArrowLeft: at - this.interval, ArrowDown: at - this.interval, ArrowRight: at + this.interval, ArrowUp: at + this.interval,
      PageDown: at - minute, PageUp: at + minute, Home: view.from, End: null, Escape: null,
    }[event.key];
    if (event.key === 'Enter') onZoom(at);
    else if (target === undefined) return;
    else onMove(target === null || target > view.to ? null : Math.max(view.from, target));
    event.preventDefault();
  }

  draw(store, view) {
    this.view = view;
    this.interval = store.interval;
    const verdict = store.gauge('verdict');
    const x = t => Math.min(1000, (t - view.from) / (view.to - view.from) * 1000).toFixed(1);
    const runs = ['', '', ''];
    const { rows } = view;
    for (let i = 0; i < rows.length;) {
      const state = verdict(rows[i]);
      const start = i++;
      while (i < rows.length && verdict(rows[i]) === state && store.follows(rows[i], rows[i - 1])) i++;
      if (state === null) continue;
      const until = i < rows.length && store.follows(rows[i], rows[i - 1]) ? rows[i].t : rows[i - 1].t + store.interval;
      runs[state] += `M${x(rows[start].t)} 100V${100 - heights[state]}H${x(until)}V100Z`;
    }
    runs.forEach((path, state) => setAttribute(this.paths[state], 'd', path));
    const [from, to] = [view.from, view.to];
    [from, (from + to) / 2, to].forEach((t, i) => setText(this.ends[i], clock(t) + (i === 2 ? ` ${zoneAt(to)}` : '')));
    setAttribute(this.slider, 'aria-valuemin', Math.round(view.from / 1000));
    setAttribute(this.slider, 'aria-valuemax', Math.round(view.to / 1000));
    this.point(view, store);
  }

  point(view, store) {
    const at = view.cursor === null ? -1 : (view.cursor - view.from) / (view.to - view.from) * 1000;
    setAttribute(this.cursor, 'd', at < 0 || at > 1000 ? '' : `M${at.toFixed(1)} 0V100`);
    setAttribute(this.slider, 'aria-valuenow', Math.round((view.cursor ?? view.row.t) / 1000));
    const ago = Math.round((view.to - view.row.t) / 1000);
    const text = `${clock(view.row.t)}${ago > 0 ? `, ${duration(ago * 1000)} before the end` : ''}: ${describe(store, view.row)}`;
    setAttribute(this.slider, 'aria-valuetext', text);
    setText(this.told, view.cursor === null ? `Verdict over time${view.isShort ? ', since the first sample' : ''}. ${invitation}` : text);
    this.tell = row => describe(store, row);
  }
}

// The verdict of one second in words.
export function describe(store, row) {
  const verdict = store.gauge('verdict')(row);
  if (verdict === null) return 'not known';
  if (verdict === 0) return 'nothing limits';
  const names = store.resources.filter(name => store.gauge(`${name}.state`)(row) === verdict);
  return `${stateWords[verdict]}: ${names.map(name => {
    const [used, limit] = [store.gauge(`${name}.used`)(row), store.gauge(`${name}.limit`)(row)];
    return used === null || limit === null ? name : `${name} ${number(used)} of ${number(limit)}`;
  }).join(', ')}`;
}

// When and how far each resource was at its limit within rows; the worst first.
export function judge(store, rows) {
  const found = [];
  for (const name of store.resources) {
    const state = store.gauge(`${name}.state`);
    const worst = store.highest(state, rows);
    if (worst === null || worst.value === 0) continue;
    const during = rows.filter(row => state(row) === worst.value);
    const peak = store.highest(store.gauge(`${name}.used`), during);
    const before = store.before(during[0]);
    found.push({
      name, state: worst.value, from: during[0].t, until: during.at(-1).t, lasted: during.length * store.interval,
      peak: peak?.value ?? null, limit: peak === null ? null : store.gauge(`${name}.limit`)(store.at(peak.t)),
      lost: store.gain(store.gauge(`${name}.losses`), rows),
      isTurn: store.follows(during[0], before), isOver: during.at(-1) !== rows.at(-1),
    });
  }
  return found.sort((a, b) => b.state - a.state || a.from - b.from);
}

// Since when the resource has been in its state, { t, isTurn }; null if the row does not have it.
export function since(store, name, wanted, row) {
  const state = store.gauge(`${name}.state`);
  if (!row || state(row) !== wanted) return null;
  let before = store.before(row);
  for (; store.follows(row, before) && state(before) === wanted; before = store.before(row)) row = before;
  return { t: row.t, isTurn: store.follows(row, before) };
}

// The last stretch that had something limiting and is over, within rows: { from, until, names, lost }; null if there is none.
export function lastLimited(store, rows) {
  const verdict = store.gauge('verdict');
  let end = rows.length - 1;
  while (end >= 0 && verdict(rows[end]) !== 2) end--;
  if (end < 0 || end === rows.length - 1) return null;
  let start = end;
  while (start > 0 && verdict(rows[start - 1]) === 2 && store.follows(rows[start], rows[start - 1])) start--;
  const during = rows.slice(start, end + 1);
  const names = store.resources.filter(name => during.some(row => store.gauge(`${name}.state`)(row) === 2));
  const counted = start > 0 ? rows.slice(start - 1, end + 1) : during;
  const lost = names.reduce((sum, name) => sum + (store.gain(store.gauge(`${name}.losses`), counted) ?? 0), 0);
  return { from: rows[start].t, until: rows[end].t, lasted: during.length * store.interval, names, lost };
}
