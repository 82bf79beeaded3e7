// What limits the established connections, by listener and by destination. Folded while there is nothing to say about them.
import { clock } from './zone.js';
import { byId, h, keep, number, percent, setText } from './dom.js';
import { openIf } from './tables.js';

const limiters = [
  ['application', 'application', 'it had nothing to send'],
  ['receiver', 'receiver', 'the window of the peer was full: its application does not read, or its buffer is small'],
  ['send_buffer', 'send buffer', 'the send buffer of this host was full'],
  ['network', 'network', 'data was on its way, or waited for its turn'],
];

// The first two fit on a phone; for the others one scrolls.
const groupTitles = [
  ['Listener or destination', 'the listener that accepted the connections, or where this host connected to'],
  ['Limited by', `shares of the time: ${limiters.map(([, name, what]) => `${name}: ${what}`).join('; ')}`, 'limits'],
  ['Direction', 'incoming: accepted by this host; outgoing: opened by it', 'direction'],
  ['Connections', 'established connections, as a mean'],
  ['Sent again', 'share of the sent bytes that were lost and sent again'],
  ['Round trip', 'mean of the smoothed round trips, and of the lowest ones in the last minutes'],
  ['Sent/s', 'bytes sent per second, those sent again included'],
];

const lineParts = new Map();
const groups = new Map();

function makeGroup() {
  const [name, owner] = [h('span'), h('span', { class: 'what' })];
  const shares = new Map(limiters.map(([limiter]) => [limiter, {
    bar: h('i', { class: 'share', 'data-limiter': limiter }), word: h('span', { class: 'share-word', 'data-limiter': limiter }),
  }]));
  const each = [...shares.values()];
  const bar = h('div', { class: 'shares', 'aria-hidden': true }, ...each.map(one => one.bar));
  const unknown = h('span');
  const limits = h('td', { class: 'limits' }, bar, ...each.flatMap(one => [one.word, ' ']), unknown);
  const cells = groupTitles.slice(2).map(([, , kind = '']) => h('td', { class: kind }));
  const element = h('tr', {}, h('th', { scope: 'row' }, name, owner), limits, ...cells);
  return { name, owner, shares, bar, unknown, cells, element };
}

const keyOf = one => `${one.direction} ${one.subject}`;

// The agent knows only the present. A range of the past has what the agent reported in it, which is the lines, and the figures if the range
// was saved while it was the present.
function reportIn(store, view, doc) {
  if (!view.isPast || Date.parse(doc.time) <= view.to + store.interval) return { why: doc.why, at: '' };
  const said = store.reports.findLast(({ t, why }) => t >= view.from && t <= view.to && why.connections?.lines.length > 0);
  return said ? { why: said.why, at: `, as the agent reported at ${clock(said.t)}` } : { why: {}, at: '' };
}

export function drawConnections(store, view, doc) {
  const { why, at } = reportIn(store, view, doc);
  const { sampled = 0, of = 0, lines: said = [], groups: all = [] } = why.connections ?? {};
  byId('s-connections').hidden = said.length + all.length === 0;
  if (byId('s-connections').hidden) return;
  const count = all.length === 1 ? '1 listener or destination' : `${all.length} listeners and destinations`;
  const what = said.length === 0 ? 'nothing stands out' : said.length === 1 ? 'one thing stands out' : `${said.length} things stand out`;
  setText(byId('connections-count'), `${all.length > 0 ? `${count}, ` : ''}${what}${at}`);
  openIf('connections-part', said.length > 0);
  byId('connections-lines').hidden = said.length === 0;
  keep(byId('connections-lines'), lineParts, said, line => ({ element: h('li', { text: line }) }));
  byId('connections-frame').hidden = all.length === 0;
  if (all.length === 0) return setText(byId('connections-aside'), '');
  const share = of > 0 ? Math.min(1, sampled / of) : 0;
  const error = sampled > 0 ? percent(1 / Math.sqrt(sampled)) : '-';
  setText(byId('connections-aside'), `Estimates over the last minute from ${percent(share)} of the established connections. A share of all `
    + `of them is off by at most ${error} in 19 of 20 cases. Connections that last less than 10 s are hardly seen.`);
  const table = byId('connection-table');
  if (table.tHead === null) {
    const head = ([text, title, kind = '']) => h('th', { scope: 'col', title, class: kind, text });
    table.append(h('thead', {}, h('tr', {}, ...groupTitles.map(head))), h('tbody', { id: 'connections' }));
  }
  keep(byId('connections'), groups, all.map(keyOf), makeGroup);
  for (const one of all) drawGroup(groups.get(keyOf(one)), one);
}

function drawGroup(row, one) {
  const isIncoming = one.direction === 'incoming';
  setText(row.name, one.subject !== 'others' ? one.subject : isIncoming ? 'other listeners' : 'other destinations');
  setText(row.owner, one.owner ?? '');
  drawShares(row, one);
  const again = one.sent_bytes > 0 ? percent(one.retransmitted_bytes / one.sent_bytes) : '-';
  const lowest = one.lowest_round_trip_seconds === null ? '' : `, lowest ${tripText(one.lowest_round_trip_seconds)}`;
  const trip = one.round_trip_seconds === null ? '-' : tripText(one.round_trip_seconds) + lowest;
  const sent = one.busy === null ? '-' : `${number(one.sent_bytes_per_second, 'bytes')}/s`;
  [one.direction, number(Math.max(1, Math.round(one.connections))), again, trip, sent].forEach((text, i) => setText(row.cells[i], text));
}

// busy: how many of the connections had data to send; the shares by which the others limited are of that time.
function drawShares(row, one) {
  const busy = one.busy === null || !(one.connections > 0) ? null : Math.min(1, one.busy / one.connections);
  for (const [limiter, name] of limiters) {
    const { bar, word } = row.shares.get(limiter);
    const share = busy === null ? 0 : limiter === 'application' ? 1 - busy : busy * one.limited_by[limiter];
    bar.hidden = share < 0.005;
    bar.style.width = `${share * 100}%`;
    setText(word, share >= 0.005 ? `${name} ${Math.round(share * 100)}%` : '');
  }
  row.bar.hidden = busy === null;
  setText(row.unknown, busy === null ? '-' : '');
}

function tripText(seconds) {
  const ms = seconds * 1000;
  return ms < 1 ? `${number(Math.round(ms * 1000))} \u00b5s` : ms < 10 ? `${ms.toFixed(1)} ms` : `${number(Math.round(ms))} ms`;
}
