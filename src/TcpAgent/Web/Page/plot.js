// A small chart: a line over time, perhaps its limit, and marks where something was lost. To a screen reader it is one sentence.
import { setAttribute, svg, h } from './dom.js';

const width = 1000;
const height = 100;

export class Plot {
  // name: what the chart shows, for the tooltip.
  constructor(name, kind = '') {
    this.name = name;
    this.area = svg('path', { class: 'area' });
    this.line = svg('path', { class: 'line' });
    this.second = svg('path', { class: 'second' });
    this.limit = svg('path', { class: 'limit' });
    this.losses = svg('path', { class: 'losses' });
    this.cursor = svg('path', { class: 'cursor' });
    this.picture = svg(
      'svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': 'no data yet' },
      this.area, this.losses, this.limit, this.second, this.line, this.cursor);
    this.element = h('div', { class: `plot ${kind}` }, this.picture);
    this.element.plot = this;
  }

  // view: { from, to, cursor }; points: from Store.points; top: the value at full height; second: points of a second, thinner line.
  draw(view, points, { top, limit = null, losses = null, second = null, label, format }) {
    const x = t => ((t - view.from) / (view.to - view.from) * width).toFixed(1);
    const y = value => (height - 1 - Math.min(1, value / top) * (height - 4)).toFixed(1);
    const { line, area } = trace(points, x, y);
    setAttribute(this.line, 'd', line);
    setAttribute(this.area, 'd', area);
    setAttribute(this.second, 'd', second === null ? '' : trace(second, x, y).line);
    setAttribute(this.limit, 'd', limit !== null && limit <= top ? `M0 ${y(limit)}H${width}` : '');
    setAttribute(this.losses, 'd', losses === null ? '' : losses.map(loss => (loss.y > 0 ? `M${x(loss.t)} 0V${height}` : '')).join(''));
    setAttribute(this.picture, 'aria-label', label);
    this.view = view;
    this.tell = format;
    this.point(view);
  }

  point(view) {
    const at = view.cursor === null ? -1 : (view.cursor - view.from) / (view.to - view.from);
    setAttribute(this.cursor, 'd', at < 0 || at > 1 ? '' : `M${(at * width).toFixed(1)} 0V${height}`);
  }
}

// The line through points and the area below it, both with a gap where there are no samples.
export function trace(points, x, y, floor = height) {
  let [line, area, start, last] = ['', '', null, null];
  const close = () => { if (start !== null) area += `L${x(last.t)} ${floor}L${x(start)} ${floor}Z`; };
  for (const point of points) {
    if (point.y === null || (last && point.t - last.t > points.gap)) {
      close();
      start = last = null;
    }
    if (point.y === null) continue;
    const at = `${start === null ? 'M' : 'L'}${x(point.t)} ${y(point.y)}`;
    line += at + (start === null ? 'h0.1' : '');
    area += at;
    start ??= point.t;
    last = point;
  }
  close();
  return { line, area };
}

// A bar that shows the share of the limit in use and its peak.
export class Meter {
  constructor(label) {
    this.fill = h('i', { class: 'fill' });
    this.mark = h('i', { class: 'mark' });
    const range = { 'aria-valuemin': 0, 'aria-valuemax': 100 };
    this.element = h('div', { class: 'meter', role: 'meter', 'aria-label': label, ...range }, this.fill, this.mark);
  }

  // Shares of the limit, now and at the peak; null if there is no limit. The state is the agent's.
  draw(share, highest, text, state) {
    const isKnown = share !== null || highest !== null;
    this.element.classList.toggle('empty', !isKnown);
    const high = Math.min(1, Math.max(share ?? 0, highest ?? 0));
    share = Math.min(1, share ?? 0);
    this.fill.style.width = `${share * 100}%`;
    this.mark.style.left = `${high * 100}%`;
    this.mark.hidden = high === 0 || !isKnown;
    this.element.dataset.level = state;
    setAttribute(this.element, 'aria-valuenow', Math.round(share * 100));
    setAttribute(this.element, 'aria-valuetext', isKnown ? text : 'no known limit');
  }
}
