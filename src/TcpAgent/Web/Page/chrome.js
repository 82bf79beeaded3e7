// The parts around the content: clock, zone, controls, copied links, footer.
import { clock, dayAndClock, isUtc, setZone, zoneAt } from './zone.js';
import { byId, duration, h, minute, number, setAttribute, setText } from './dom.js';

let toast = 0;

export function say(text) {
  clearTimeout(toast);
  setText(byId('toast'), text);
  byId('toast').hidden = false;
  toast = setTimeout(() => { byId('toast').hidden = true; }, 4000);
}

// A browser gives the clipboard to pages of https and of this host only; others may copy what is selected.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return say('Link copied.');
  } catch {
    const field = h('textarea', { class: 'unseen', 'aria-hidden': true });
    field.value = text;
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand('copy');
    field.remove();
    return say(isCopied ? 'Link copied.' : `Copy this: ${text}`);
  }
}

// t: the time of the newest sample; now: the agent's clock; both in milliseconds.
export function drawClock(t, now) {
  setText(byId('clock'), clock(now));
  setText(byId('age'), now - t > 5000 ? `last sample ${duration(now - t)} ago` : '');
}

export function drawZone(t) {
  setText(byId('zone'), zoneAt(t));
  setAttribute(byId('zone'), 'title', isUtc() ? 'Times in UTC; press for local time' : 'Times in the local time zone; press for UTC');
  setAttribute(byId('zone'), 'aria-label', `Time zone ${zoneAt(t)}: ${isUtc() ? 'switch to the local zone' : 'switch to UTC'}`);
}

export function followZone(redraw) {
  byId('zone').addEventListener('click', () => {
    setZone(isUtc() ? 'local' : 'utc');
    redraw();
  });
}

export function drawFooter(doc) {
  const revision = doc.revision && doc.revision !== 'unknown' ? ` (${doc.revision.slice(0, 7)})` : '';
  const up = doc.started ? `, up ${duration(Date.parse(doc.time) - Date.parse(doc.started))}` : '';
  const failing = doc.failing?.length > 0 ? ` (failing: ${doc.failing.join(', ')})` : '';
  const sources = doc.sources === undefined ? '' : `, ${number(doc.sources)} sources${failing}`;
  setText(byId('about'), `TcpAgent ${doc.agent}${revision}${up}${sources}, a sample every ${number(doc.interval_seconds)} s`);
  if (!doc.docs) return;
  for (const [id, path] of [['docs', ''], ['runbook', 'operations.md']]) {
    byId(id).hidden = false;
    setAttribute(byId(id), 'href', doc.docs + path);
  }
}

export function note(text, ...parts) {
  byId('note').hidden = text === '';
  if (byId('note').textContent !== text || parts.length > 0) byId('note').replaceChildren(text, ...parts);
}

// A range without a record: says how far the history reaches, with a way there.
export function showNothing(asked, history) {
  const wanted = text => (Number.isNaN(Date.parse(text)) ? text : `${dayAndClock(Date.parse(text))} ${zoneAt(Date.parse(text))}`);
  const [from, to] = ['since', 'until'].map(name => wanted(asked.find(([one]) => one === name)?.[1] ?? ''));
  Object.assign(document.body.dataset, { empty: 'yes', verdict: 'unknown' });
  setText(byId('state'), 'NO RECORD');
  setText(byId('words'), `Nothing was recorded ${from && to ? `from ${from} to ${to}` : from ? `since ${from}` : `until ${to}`}`);
  if (!history.oldest) return note('The history is empty.');
  const [oldest, newest] = [history.oldest, history.newest].map(time => Date.parse(time));
  const until = new Date(Math.min(newest, oldest + 15 * minute)).toISOString();
  drawZone(newest);
  const link = h('a', { href: `?since=${history.oldest}&until=${until}`, text: 'Show its beginning' });
  return note(`The history reaches from ${rangeTitle(oldest, newest)}. `, link);
}

// The link in an alert ends minutes after the alert: says how far the range is recorded, so that what still goes on does not look over.
export function noteFuture(asked, now, last) {
  const end = Date.parse(asked.find(([name]) => name === 'until')?.[1]);
  if (!(end > now)) return;
  const again = h('a', { href: location.search, text: 'Load it again' });
  note(`This range ends in the future, at ${dayAndClock(end)} ${zoneAt(end)}. It is recorded up to ${clock(last)}. `, again);
}

export const rangeTitle = (from, to) => `${dayAndClock(from)} to ${clock(to)} ${zoneAt(to)}`;
