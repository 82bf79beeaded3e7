// The vital signs: how busy the host is. Without them nobody could tell an idle host that is fine from a busy one.
import { clock } from './zone.js';
import { bits, byId, h, keep, number, percent, setText } from './dom.js';
import { Plot } from './plot.js';

const tiles = new Map();

// The share of retransmissions is taken over this many milliseconds, because a single second has too few of them.
const shareOver = 10_000;

const perSecond = value => (value === null ? '-' : `${number(value)}/s`);

// name, how to read it from a row, how to write it, what it means.
function signs(store) {
  const rate = (name, factor = 1) => {
    const read = store.rate(store.gauge(`traffic.${name}`));
    return (row, before = store.before(row)) => {
      const value = read(row, before);
      return value === null ? null : value * factor;
    };
  };
  return [
    ['New connections in', rate('accepted'), perSecond, 'TCP connections accepted, per second'],
    ['New connections out', rate('opened'), perSecond, 'TCP connections opened by this host, per second'],
    ['Established', store.gauge('tcp.established'), number, 'TCP connections that are established'],
    ['Retransmitted', row => retransmitted(store, row), percent, 'share of data segments that were sent again, over ten seconds'],
    ['Reset', rate('resets'), perSecond, 'established connections that ended by a reset or an abort, per second'],
    ['Received', rate('received_bytes', 8), bits, 'by the network devices with a driver, else by all but loopback'],
    ['Sent', rate('sent_bytes', 8), bits, 'by the network devices with a driver, else by all but loopback'],
  ];
}

function retransmitted(store, row) {
  const before = store.at(row.t - shareOver);
  const [again, data] = ['retransmitted', 'segments'].map(name => store.gauge(`traffic.${name}`)).map(read => [read(row), read(before)]);
  if ([...again, ...data].includes(null) || before === row || again[0] < again[1] || data[0] < data[1]) return null;
  const [lost, all] = [again[0] - again[1], again[0] - again[1] + data[0] - data[1]];
  return all === 0 ? 0 : lost / all;
}

class Tile {
  constructor(name, meaning) {
    this.plot = new Plot(name);
    this.figure = h('b', { class: 'figure' });
    this.more = h('span', { class: 'more' });
    this.element = h('li', { title: meaning }, h('span', { class: 'what', text: name }), this.figure, this.plot.element, this.more);
  }
}

export function drawVitals(store, view) {
  const list = signs(store);
  const isRecorded = view.rows.some(row => store.gauge('traffic.accepted')(row) !== null);
  byId('vitals').hidden = !isRecorded;
  if (!isRecorded) return;
  keep(byId('signs'), tiles, list.map(([name]) => name), name => new Tile(name, list.find(one => one[0] === name)[3]));
  for (const [name, read, write] of list) {
    const tile = tiles.get(name);
    const points = store.points(read, view.rows, view.span);
    const best = store.highest(point => point.y, points);
    const value = write(read(view.row));
    setText(tile.figure, value);
    setText(tile.more, best === null ? '' : `highest ${write(best.value)}`);
    const high = best === null ? 'no data' : `highest ${write(best.value)} at ${clock(best.t)}`;
    tile.plot.draw(view, points, {
      top: Math.max(best?.value ?? 0, name === 'Retransmitted' ? 0.01 : 1), label: `${name} over time: ${value} now, ${high}`,
      format: row => write(read(row)),
    });
  }
}
