// Resources, TCP states and drops. What is fine is folded. Each part is created once and then redrawn for a view: the rows in view, and the
// row under the pointer.
import { clock } from './zone.js';
import { byId, h, keep, limitText, number, setText, stateWords, worst } from './dom.js';
import { Meter, Plot } from './plot.js';

// One line: name, bar, chart over time, figures.
class Row {
  constructor(title, name, what, { meter = false, kind = '' } = {}) {
    this.name = h('b', { text: title });
    this.subject = h('span', { class: 'subject' });
    this.meter = meter ? new Meter(`${title}: share of the limit`) : null;
    this.plot = new Plot(title, kind);
    this.figure = h('b', { class: 'figure' });
    this.more = h('span', { class: 'more' });
    this.word = h('span', { class: 'word' });
    const code = name === title ? '' : h('code', { text: name });
    this.element = h(
      'li', {}, h('div', { class: 'name', title: what }, this.name, ' ', code, ' ', this.subject),
      ...(this.meter ? [this.meter.element] : []), this.plot.element,
      h('div', { class: 'figures' }, this.figure, ' ', this.more), this.word);
  }
}

const parts = { hot: new Map(), rest: new Map(), chips: new Map(), states: new Map(), drops: new Map() };

const highLabel = best => (best ? `highest ${number(best.value)} at ${clock(best.t)}` : 'no data');

// A folded part shows its summary only, so its rows need not be drawn.
function redrawWhenOpened(details) {
  if (details.dataset.listens) return;
  details.dataset.listens = 'yes';
  details.addEventListener('toggle', () => document.dispatchEvent(new Event('redraw')));
}

export function drawResources(store, view, doc) {
  const seen = one => {
    const state = store.gauge(`${one.resource}.state`);
    return view.rows.some(row => state(row) !== null);
  };
  const shown = doc.why.resources.filter(seen).map(one => measure(store, view, one));
  const [hot, rest] = [shown.filter(one => one.isHot), shown.filter(one => !one.isHot)];
  const rank = one => -stateWords.indexOf(one.worst);
  hot.sort((a, b) => rank(a) - rank(b));
  drawMissing(doc.why.resources.filter(one => !seen(one)));
  drawRows(store, view, byId('resources'), parts.hot, hot);
  byId('resources').hidden = hot.length === 0;
  const details = byId('resources-rest');
  details.hidden = rest.length === 0;
  redrawWhenOpened(details);
  setText(byId('resources-count'), `${rest.length}${hot.length > 0 ? ' others' : ' queues and tables'}, none near its limit`);
  drawChips(rest);
  if (details.open) drawRows(store, view, byId('resources-all'), parts.rest, rest);
}

function drawMissing(missing) {
  const names = state => missing.filter(one => (one.state === 'unknown') === (state === 'unknown')).map(one => one.label);
  const list = [[names('unknown'), 'Not readable here'], [names('absent'), 'Not on this host or in this namespace']];
  const told = list.filter(([some]) => some.length > 0).map(([some, title]) => `${title}: ${some.join(', ')}.`);
  setText(byId('resources-aside'), told.join(' '));
}

function drawChips(rest) {
  keep(byId('resources-chips'), parts.chips, rest.map(one => one.resource), name => {
    const one = rest.find(each => each.resource === name);
    const fill = h('i', { class: 'fill' });
    return { fill, element: h('span', { class: 'chip' }, h('span', { text: one.label }), h('i', { class: 'mini' }, fill)) };
  });
  for (const one of rest) parts.chips.get(one.resource).fill.style.width = `${Math.min(1, one.peak?.share ?? 0) * 100}%`;
}

function measure(store, view, one) {
  const read = key => store.gauge(`${one.resource}.${key}`);
  const lost = store.gain(read('losses'), view.rows);
  const state = worst(view, read('state'));
  return { ...one, read, lost, worst: state, peak: peakOf(store, view, one), isHot: state !== 'ok' || lost > 0 };
}

function drawRows(store, view, list, rows, shown) {
  keep(list, rows, shown.map(one => one.resource), name => {
    const one = shown.find(each => each.resource === name);
    return new Row(one.label, name, one.title, { meter: true });
  });
  for (const one of shown) drawResource(store, view, rows.get(one.resource), one);
}

function drawResource(store, view, row, one) {
  const { read, lost, peak } = one;
  const [used, limit] = [read('used')(view.row), read('limit')(view.row)];

  // A range of the past is as bad as its worst second, until the viewer points at one.
  const state = view.isPast && view.cursor === null ? stateWords.indexOf(one.worst) : read('state')(view.row);
  const value = number(used, one.unit);
  const lostText = lost ? `${number(lost)} ${one.loss}` : '';
  const isOther = peak !== null && peak.limit !== null && peak.limit !== limit;
  const peakText = peak && `peak ${number(peak.used, one.unit)}${isOther ? ` of ${number(peak.limit, one.unit)}` : ''}`;
  const more = [limit === null ? 'in use' : `of ${limitText(limit, one.unit)}`, peakText, lostText];
  setText(row.figure, used === null ? lostText || 'nothing lost' : value);
  setText(row.more, used === null ? '' : more.filter(text => text).join(', '));
  setText(row.subject, view.isNow && one.subject ? one.subject : '');
  setText(row.word, state === null ? 'not known' : stateWords[state]);
  row.element.dataset.state = state === null ? 'unknown' : stateWords[state];
  row.element.dataset.quiet = !one.isHot && (peak?.share ?? 0) < 0.01;
  row.meter.draw(shareOf(used, limit), peak?.share ?? null, `${value} of ${number(limit, one.unit)}, ${peakText}`, one.worst);

  // The height is the share of the limit, because the limit and the instance behind the figures may change.
  const isBounded = peak !== null && peak.share !== null;
  const course = isBounded ? at => shareOf(read('used')(at), read('limit')(at)) : read('used');
  row.plot.draw(view, store.points(course, view.rows, view.span), {
    top: Math.max(1, isBounded ? peak.share : peak?.used ?? 1), limit: isBounded ? 1 : null,
    losses: store.points(store.rate(read('losses')), view.rows, view.span),
    label: used === null ? `${one.label} over time: ${lostText || 'nothing lost'}`
      : `${one.label} over time: ${value} of ${limitText(limit, one.unit)} now, ${peakText ?? 'no peak'}, ${lostText || 'nothing lost'}`,
    format: at => number(read('used')(at), one.unit) + (read('limit')(at) === null ? '' : ` of ${limitText(read('limit')(at), one.unit)}`),
  });
}

const shareOf = (used, limit) => (used === null || limit === null || limit <= 0 ? null : used / limit);

// The time when the resource was fullest among the rows in view. For the present the agent knows more, because it also sees what happens
// between two samples.
function peakOf(store, view, one) {
  const [used, limit] = [store.gauge(`${one.resource}.used`), store.gauge(`${one.resource}.limit`)];
  const isBounded = store.highest(limit, view.rows) !== null;
  const best = store.highest(isBounded ? row => shareOf(used(row), limit(row)) : used, view.rows);
  if (best === null) return null;
  const at = store.at(best.t);
  const seen = { used: used(at), limit: limit(at), share: isBounded ? best.value : null };
  const share = shareOf(one.peak, one.limit);
  return view.isNow && share !== null && share > (seen.share ?? 0) ? { used: one.peak, limit: one.limit, share } : seen;
}

export function drawStates(store, view, doc) {
  const names = doc.series.filter(name => name.startsWith('tcp.')).map(name => name.slice(4));
  keep(byId('states'), parts.states, names, name => {
    const row = new Row(name, name, '');
    row.element.replaceChildren(h('div', { class: 'name' }, row.name), row.figure, row.plot.element, row.more);
    return row;
  });
  const empty = [];
  for (const name of names) {
    const row = parts.states.get(name);
    const read = store.gauge(`tcp.${name}`);
    const best = store.highest(read, view.rows);
    const value = number(read(view.row));
    setText(row.figure, value);
    setText(row.more, best && best.value > 0 ? `highest ${number(best.value)}, ${clock(best.t)}` : '');
    row.element.hidden = best === null || best.value === 0;
    if (row.element.hidden) empty.push(name);
    row.plot.draw(view, store.points(read, view.rows, view.span), {
      top: Math.max(4, best?.value ?? 0), label: `${name} over time: ${value} now, ${highLabel(best)}`, format: at => number(read(at)),
    });
  }
  setText(byId('states-aside'), empty.length === 0 ? '' : `None in this range: ${empty.join(', ')}.`);
}

export function drawDrops(store, view, doc) {
  const all = doc.why.drops.map(one => ({ ...one, lost: store.gain(store.gauge(`drops.${one.stage}`), view.rows) }));
  const [hot, rest] = [all.filter(one => one.lost > 0), all.filter(one => !(one.lost > 0))];
  keep(byId('drops'), parts.drops, hot.map(one => one.stage), stage => {
    const row = new Row(stage, stage, '', { kind: 'dropped' });
    row.element.firstChild.append(h('span', { class: 'what', text: all.find(one => one.stage === stage).meaning }));
    return row;
  });
  byId('drops').hidden = hot.length === 0;
  byId('drops-rest').hidden = rest.length === 0;
  setText(byId('drops-count'), `Nothing was dropped at ${hot.length > 0 ? `${rest.length} other stages` : `any of ${rest.length} stages`}`);
  const list = byId('drops-none');
  const item = one => h('li', {}, h('b', { text: one.stage }), ' ', h('span', { class: 'what', text: one.meaning }));
  if (list.children.length !== rest.length) list.replaceChildren(...rest.map(item));
  for (const one of hot) {
    const row = parts.drops.get(one.stage);
    const rate = store.rate(store.gauge(`drops.${one.stage}`));
    const points = store.points(rate, view.rows, view.span);
    const best = store.highest(point => point.y, points);
    const now = rate(view.row, store.before(view.row));
    setText(row.figure, number(one.lost));
    setText(row.more, `${number(now)}/s, highest ${number(best?.value)}/s`);
    setText(row.word, one.harmful ? '' : 'may be harmless');
    row.element.dataset.state = one.harmful ? 'limiting' : 'ok';
    row.plot.draw(view, points, {
      top: Math.max(1, best?.value ?? 0),
      label: `${one.stage} drops a second over time: ${number(now)} now, ${highLabel(best)}, ${number(one.lost)} in all`,
      format: at => `${number(rate(at, store.before(at)))}/s`,
    });
  }
}
