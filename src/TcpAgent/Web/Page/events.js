// What happened in the range in view, and the incidents that the agent kept.
import { clock, dayAndClock } from './zone.js';
import { byId, h, keep, minute, setText } from './dom.js';
import { since } from './timeline.js';

const few = 8;
const mostEvents = 80;
const eventItems = new Map();
let isLong = false;

// The newest first while the page follows the present; a story of the past is read from its beginning.
export function drawEvents(store, view, { isPast, onPick }) {
  const events = store.events.filter(event => event.t >= view.from && event.t <= view.to).slice(-mostEvents);
  if (!isPast) events.reverse();
  const shown = isLong ? events : events.slice(0, few);
  const keyOf = event => `${clock(event.t)} ${event.t} ${event.text}`;
  const byKey = new Map(shown.map(event => [keyOf(event), event]));
  keep(byId('events'), eventItems, byKey.size === 0 ? ['none'] : [...byKey.keys()], key => {
    const event = byKey.get(key);
    if (!event) return { element: h('li', { class: 'aside', text: 'Nothing changed in this range.' }) };
    const button = h('button', { type: 'button', text: clock(event.t) });
    button.addEventListener('click', () => onPick(event.t));
    return { element: h('li', { 'data-kind': event.kind }, button, h('span', { text: event.text })) };
  });
  const more = byId('events-more');
  more.hidden = events.length <= few;
  setText(more, isLong ? 'Show fewer' : `Show all ${events.length}`);
  if (!more.dataset.listens)
    more.addEventListener('click', () => {
      isLong = !isLong;
      document.dispatchEvent(new Event('redraw'));
    });
  more.dataset.listens = 'yes';
}

const incidentItems = new Map();

// list: the newest first; otherwise: what to say when there are none.
export function drawIncidents(list, otherwise) {
  const byKey = new Map(list.map(one => [`${dayAndClock(Date.parse(one.time))} ${one.name}`, one]));
  keep(byId('incidents'), incidentItems, byKey.size === 0 ? [`none ${otherwise}`] : [...byKey.keys()], key => {
    const one = byKey.get(key);
    if (!one) return { element: h('li', { class: 'aside', text: otherwise }) };
    const link = h('a', { href: `?since=${one.since}&until=${one.until}&incident=${one.name}`, text: dayAndClock(Date.parse(one.time)) });
    const words = one.headline ? [h('b', { text: one.headline })] : [];
    return { element: h('li', {}, link, h('div', {}, ...words, ...one.limiting.map(text => h('span', { class: 'what', text })))) };
  });
}

// While something limits, its minutes are being recorded.
export function drawRecording(store, doc) {
  const start = doc?.history && doc.why.verdict === 'limiting' ? since(store, doc.why.limiting[0], 2, store.last) : null;
  const isNew = start !== null && start.isTurn && store.last.t - start.t < 3 * minute;
  byId('recording').hidden = !isNew;
  if (isNew) setText(byId('recording'), `Recording since ${clock(start.t)}. It is listed here after ${clock(start.t + 3 * minute)}.`);
}
