// The chart of the resource that limits, inside the verdict: its use with an axis and the limit, and below it what was lost each second.
import { clock, zoneAt } from './zone.js';
import { h, limitText, minute, number, setAttribute, setText, svg } from './dom.js';
import { trace } from './plot.js';

const [heroWidth, useHeight, lossHeight] = [1000, 130, 44];

// Its range: from two minutes before the resource's state turned to a minute after it ended, within what is in view.
export function fit(view, from, until) {
  const start = Math.max(view.from, Math.min(from - 2 * minute, view.to - 3 * minute));
  return { from: start, to: Math.min(view.to, Math.max(until + minute, start + 3 * minute)), cursor: view.cursor };
}

// A round number that is at least the value.
function nice(value) {
  const step = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return Math.ceil(value / step * 2) / 2 * step;
}

const filling = (used, limit) => (used === null || !(limit > 0) ? null : used / limit);

export class Hero {
  constructor() {
    const path = name => svg('path', { class: name });
    [this.area, this.line, this.limit, this.turn, this.cursor] = ['area', 'line', 'limit', 'turn', 'cursor'].map(path);
    [this.bars, this.turnBelow, this.cursorBelow] = ['bars', 'turn', 'cursor'].map(path);
    const picture = (height, ...paths) =>
      svg('svg', { viewBox: `0 0 ${heroWidth} ${height}`, preserveAspectRatio: 'none', role: 'img' }, ...paths);
    this.use = picture(useHeight, this.area, this.limit, this.turn, this.line, this.cursor);
    this.loss = picture(lossHeight, this.turnBelow, this.bars, this.cursorBelow);
    this.top = h('span', { class: 'tick' });
    this.limitLabel = h('span', { class: 'tick at-limit' });
    this.zero = h('span', { class: 'tick', text: '0' });
    this.lossTop = h('span', { class: 'tick' });
    this.lossName = h('span', { class: 'tick', text: 'lost/s' });
    this.title = h('p', { class: 'hero-title' });
    this.times = Array.from({ length: 4 }, () => h('span'));
    this.usePlot = h('div', { class: 'plot use' }, this.use);
    this.lossPlot = h('div', { class: 'plot loss' }, this.loss);
    this.useScale = h('div', { class: 'scale use', 'aria-hidden': true }, this.top, this.limitLabel, this.zero);
    this.lossScale = h('div', { class: 'scale loss', 'aria-hidden': true }, this.lossTop, this.lossName);
    this.element = h(
      'figure', { class: 'hero' }, this.title, this.useScale, this.usePlot, this.lossScale, this.lossPlot,
      h('div', { class: 'axis', 'aria-hidden': true }, ...this.times));
    this.usePlot.plot = { tell: row => this.tellUse(row), name: '' };
    this.lossPlot.plot = { tell: row => this.tellLoss(row), name: 'lost' };
  }

  // one: the resource, { resource, label, unit }; turn: when its state turned, null if before the range.
  draw(store, view, one, turn) {
    const read = key => store.gauge(`${one.resource}.${key}`);
    const [used, limit, losses] = [read('used'), read('limit'), store.rate(read('losses'))];
    const rows = store.between(view.from, view.to);
    const peak = store.highest(row => filling(used(row), limit(row)) ?? used(row), rows);

    // The limit may be that of another instance before the turn. Where no sample saw any use, the last one is of the one that lost.
    const atPeak = peak === null || peak.value === 0 ? rows.at(-1) : store.at(peak.t);
    const [most, bound] = [atPeak && used(atPeak), (atPeak && limit(atPeak)) ?? null];
    const [points, lost] = [store.points(used, rows, view.to - view.from), store.points(losses, rows, view.to - view.from)];
    const isBounded = bound > 0 && bound < 2 ** 60;
    // A limit that is far above all use would flatten the curve.
    const isInSight = isBounded && (!most || bound <= 8 * most);
    const top = nice(Math.max(1, most ?? 0, isInSight ? bound : 0) * 1.08);
    const x = t => ((t - view.from) / (view.to - view.from) * heroWidth).toFixed(1);
    const y = value => (useHeight - Math.min(1, value / top) * useHeight).toFixed(1);
    const drawn = trace(points, x, y, useHeight);
    setAttribute(this.line, 'd', drawn.line);
    setAttribute(this.area, 'd', drawn.area);
    const within = row => (limit(row) <= top ? limit(row) : null);
    setAttribute(this.limit, 'd', isInSight ? trace(store.points(within, rows, view.to - view.from), x, y, useHeight).line : '');
    const marker = turn !== null && turn >= view.from ? `M${x(turn)} 0V` : '';
    setAttribute(this.turn, 'd', marker && `${marker}${useHeight}`);
    setAttribute(this.turnBelow, 'd', marker && `${marker}${lossHeight}`);
    const worst = store.highest(point => point.y, lost);
    const lossTop = worst === null || worst.value === 0 ? null : nice(worst.value);
    const barTop = value => ((1 - Math.max(0.06, value / lossTop)) * lossHeight).toFixed(1);
    const bar = point => (point.y > 0 ? `M${x(point.t)} ${lossHeight}V${barTop(point.y)}` : '');
    setAttribute(this.bars, 'd', lossTop === null ? '' : lost.map(bar).join(''));
    this.#scale({ one, top, limit: isInSight ? bound : null, isUsed: peak !== null, lossTop });
    const at = view.cursor === null || view.cursor < view.from || view.cursor > view.to ? '' : `M${x(view.cursor)} 0V`;
    setAttribute(this.cursor, 'd', at && `${at}${useHeight}`);
    setAttribute(this.cursorBelow, 'd', at && `${at}${lossHeight}`);
    const tickAt = i => view.from + (view.to - view.from) * i / 3;
    this.times.forEach((time, i) => setText(time, clock(tickAt(i)) + (i === 3 ? ` ${zoneAt(view.to)}` : '')));
    const total = store.gain(read('losses'), rows);
    const limits = !isBounded ? ', no known limit' : isInSight ? '' : `, limit ${limitText(bound, one.unit)}`;
    setText(this.title, `${one.label}${limits}: in use${lossTop === null ? '' : ', and lost each second'}`);
    const atMost = `${number(most ?? null, one.unit)} of ${limitText(bound, one.unit)}`;
    setAttribute(this.use, 'aria-label', `${one.label} from ${clock(view.from)} to ${clock(view.to)}: at most ${atMost} in use`);
    const inOne = worst?.value > 0 ? `, at most ${number(worst.value)} in a second` : '';
    setAttribute(this.loss, 'aria-label', `${number(total)} lost in that time${inOne}`);
    this.usePlot.plot.name = one.label;
    this.usePlot.plot.view = this.lossPlot.plot.view = view;
    this.tellUse = row => `${number(used(row), one.unit)}${limit(row) === null ? '' : ` of ${limitText(limit(row), one.unit)}`}`;
    this.tellLoss = row => `${number(losses(row, store.before(row)) ?? 0)}/s`;
  }

  #scale({ one, top, limit, isUsed, lossTop }) {
    this.usePlot.hidden = this.useScale.hidden = !isUsed;
    this.lossPlot.hidden = this.lossScale.hidden = lossTop === null;
    setText(this.top, limit !== null && limit / top > 0.8 ? '' : number(top, one.unit));
    setText(this.limitLabel, limit === null ? '' : `limit ${limitText(limit, one.unit)}`);
    this.limitLabel.style.top = `${(1 - limit / top) * 100}%`;
    setText(this.lossTop, lossTop === null ? '' : `${number(lossTop)}`);
  }
}
