// The parts below the verdict. Each is created once and then redrawn for a view: the rows in view, and the row under the pointer.
import { byId, clock, h, keep, number, setText, stateWords, worst } from './dom.js';
import { Meter, Plot } from './plot.js';

const most = 16;

// One line: name, bar, chart over time, figures.
class Row {
  constructor(name, what, { meter = false, kind = '' } = {}) {
    this.name = h('b', { text: name });
    this.subject = h('span', { class: 'subject' });
    this.what = h('span', { class: 'what', text: what });
    this.meter = meter ? new Meter(`${name}: share of the limit`) : null;
    this.plot = new Plot(kind);
    this.figure = h('b', { class: 'figure' });
    this.more = h('span', { class: 'more' });
    this.word = h('span', { class: 'word' });
    this.element = h(
      'li', {}, h('div', { class: 'name' }, this.name, ' ', this.subject, this.what), ...(this.meter ? [this.meter.element] : []), this.plot.element,
      h('div', { class: 'figures' }, this.figure, ' ', this.more), this.word);
  }
}

const parts = { resources: new Map(), states: new Map(), listeners: new Map(), drops: new Map(), softnet: new Map() };

const highLabel = best => (best ? `highest ${number(best.value)} at ${clock(best.t)}` : 'no data');

export function drawResources(store, view, doc) {
  const shown = doc.why.resources.filter(one => {
    const state = store.gauge(`${one.resource}.state`);
    return view.rows.some(row => state(row) !== null);
  });
  const missing = doc.why.resources.filter(one => !shown.includes(one));
  setText(byId('resources-aside'), missing.length === 0 ? '' : `Not on this host, or not readable here: ${missing.map(one => one.resource).join(', ')}.`);
  keep(byId('resources'), parts.resources, shown.map(one => one.resource), name =>
    new Row(name, doc.why.resources.find(one => one.resource === name).title, { meter: true }));
  for (const one of shown) {
    const row = parts.resources.get(one.resource);
    const read = key => store.gauge(`${one.resource}.${key}`);
    const [used, limit, losses, state] = [read('used')(view.row), read('limit')(view.row), read('losses'), read('state')(view.row)];
    const peak = peakOf(store, view, one);
    const lost = store.gain(losses, view.rows);
    const value = number(used, one.unit);
    const peakText = peak && `peak ${number(peak.used, one.unit)}${peak.limit !== null && peak.limit !== limit ? ` of ${number(peak.limit, one.unit)}` : ''}`;
    const more = [limit === null ? 'in use' : `of ${number(limit, one.unit)}`, peakText, lost ? `lost ${number(lost)}` : ''];
    setText(row.figure, used === null ? (lost ? `lost ${number(lost)}` : 'nothing lost') : value);
    setText(row.more, used === null ? '' : more.filter(text => text).join(', '));
    setText(row.subject, view.isNow && one.subject ? one.subject : '');
    setText(row.word, state === null ? 'not known' : stateWords[state]);
    row.element.dataset.state = state === null ? 'unknown' : stateWords[state];
    row.element.dataset.quiet = !lost && !state && (peak?.share ?? 0) < 0.01;
    row.meter.draw(shareOf(used, limit), peak?.share ?? null, `${value} of ${number(limit, one.unit)}, ${peakText}`, worst(view, read('state')));

    // The height is the share of the limit, because the limit and the instance behind the figures may change.
    const isBounded = peak !== null && peak.share !== null;
    const course = isBounded ? at => shareOf(read('used')(at), read('limit')(at)) : read('used');
    row.plot.draw(view, store.points(course, view.rows, view.span), {
      top: Math.max(1, isBounded ? peak.share : peak?.used ?? 1), limit: isBounded ? 1 : null, losses: store.points(store.rate(losses), view.rows, view.span),
      label: used === null ? `${one.resource} over time: ${lost ? `${number(lost)} lost` : 'nothing lost'}`
        : `${one.resource} over time: ${value} of ${number(limit, one.unit)} now, ${peakText ?? 'no peak'}, ${number(lost ?? 0)} lost`,
      format: at => `${number(read('used')(at), one.unit)}${read('limit')(at) === null ? '' : ` of ${number(read('limit')(at), one.unit)}`}`,
    });
  }
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
    const row = new Row(name, '');
    row.element.replaceChildren(h('div', { class: 'name' }, row.name), row.figure, row.plot.element, row.more);
    return row;
  });
  for (const name of names) {
    const row = parts.states.get(name);
    const read = store.gauge(`tcp.${name}`);
    const best = store.highest(read, view.rows);
    const value = number(read(view.row));
    setText(row.figure, value);
    setText(row.more, best && best.value > 0 ? `highest ${number(best.value)}, ${clock(best.t)}` : '');
    row.element.dataset.quiet = best === null || best.value === 0;
    row.plot.draw(view, store.points(read, view.rows, view.span), {
      top: Math.max(4, best?.value ?? 0), label: `${name} over time: ${value} now, ${highLabel(best)}`, format: at => number(read(at)),
    });
  }
}

export function drawListeners(store, view, doc) {
  const fullest = new Map();
  for (const row of view.rows)
    for (const [name, one] of row.listeners) {
      const fullness = Math.max(one.queue ?? 0, one.syn_recv ?? 0) / Math.max(1, one.limit ?? 1);
      if (fullness >= (fullest.get(name)?.fullness ?? -1)) fullest.set(name, { fullness, one });
    }
  // Ranks in steps of a tenth, so that nearly equal listeners keep their places.
  const rank = name => Math.round(fullest.get(name).fullness * 10);
  const names = [...fullest.keys()].sort((a, b) => rank(b) - rank(a) || a.localeCompare(b)).slice(0, most);
  const total = view.isNow ? doc.listeners_total : null;
  setText(byId('listeners-aside'), names.length === 0 ? 'No TCP listeners here.'
    : total > names.length ? `There are ${number(total)} listeners; these are the fullest.` : '');
  keep(byId('listeners'), parts.listeners, names, name => new Row(name, '', { meter: true }));
  for (const name of names) {
    const row = parts.listeners.get(name);
    const read = key => at => at.listeners.get(name)?.[key] ?? null;
    const known = view.row.listeners.get(name);
    const one = known ?? {};
    const limit = one.limit ?? fullest.get(name).one.limit ?? null;
    const highest = store.highest(read('queue'), view.rows)?.value ?? null;
    const peak = view.isNow && one.peak !== undefined ? Math.max(one.peak ?? 0, highest ?? 0) : highest;
    const dropped = store.gain(read('drops'), view.rows);
    setText(row.figure, number(one.queue));
    setText(row.more, `of ${number(limit)} wait${peak === null ? '' : `, peak ${number(peak)}`}, half-open ${number(one.syn_recv)}${dropped ? `, dropped ${number(dropped)}` : ''}`);
    const halfOpen = store.highest(read('syn_recv'), view.rows)?.value ?? 0;
    const [accept, syn] = [worst(view, at => at.listeners.get(name)?.accept_state), worst(view, at => at.listeners.get(name)?.syn_state)];
    const state = accept === 'limiting' || syn === 'limiting' ? 'limiting' : accept === 'near' || syn === 'near' ? 'near' : 'ok';
    row.element.dataset.state = state;
    row.element.dataset.quiet = !peak && !halfOpen && !dropped;
    const late = view.rows.some(at => at.listeners.get(name)?.late);
    setText(row.word, accept === 'limiting' ? (late ? 'clients waited' : 'was full') : syn === 'limiting' ? 'SYN queue was full' : '');
    row.meter.draw(shareOf(one.queue ?? 0, limit), shareOf(peak ?? 0, limit), `${number(one.queue)} of ${number(limit)}, peak ${number(peak)}`, state);
    row.plot.draw(view, store.points(read('queue'), view.rows, view.span), {
      top: Math.max(1, limit ?? 1, highest ?? 1), limit, losses: store.points(store.rate(read('drops')), view.rows, view.span),
      second: halfOpen > 0 ? store.points(read('syn_recv'), view.rows, view.span) : null,
      label: `queue of ${name} over time: ${number(one.queue)} now, highest ${number(peak)}, limit ${number(limit)}; half-open at most ${number(halfOpen)}`,
      format: at => `${number(read('queue')(at))} wait, ${number(read('syn_recv')(at))} half-open`,
    });
  }
}

export function drawDrops(store, view, doc) {
  const names = doc.why.drops.map(one => one.stage);
  keep(byId('drops'), parts.drops, names, stage => new Row(stage, doc.why.drops.find(one => one.stage === stage).meaning, { kind: 'dropped' }));
  for (const one of doc.why.drops) {
    const row = parts.drops.get(one.stage);
    const read = store.gauge(`drops.${one.stage}`);
    const rate = store.rate(read);
    const points = store.points(rate, view.rows, view.span);
    const best = store.highest(point => point.y, points);
    const [lost, now] = [store.gain(read, view.rows), rate(view.row, store.before(view.row))];
    setText(row.figure, number(lost));
    setText(row.more, lost ? `${number(now)}/s, highest ${number(best?.value)}/s` : 'none');
    row.figure.hidden = !lost;
    setText(row.word, lost && !one.harmful ? 'may be harmless' : '');
    row.element.dataset.state = lost && one.harmful ? 'limiting' : 'ok';
    row.element.dataset.quiet = !lost;
    row.plot.draw(view, points, {
      top: Math.max(1, best?.value ?? 0), label: `${one.stage} drops a second over time: ${number(now)} now, ${highLabel(best)}, ${number(lost)} in all`,
      format: at => `${number(rate(at, store.before(at)))}/s`,
    });
  }
}
