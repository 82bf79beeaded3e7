// The page: asks the agent once a second while somebody looks, keeps what it saw, and draws the range in sight.
import { byId, clock, dayAndClock, duration, h, keep, setAttribute, setText, zone } from './dom.js';
import { Store } from './store.js';
import { Timeline, changes } from './timeline.js';
import { drawPast, drawVerdict } from './verdict.js';
import { drawDrops, drawListeners, drawResources, drawStates } from './panels.js';
import { drawConntrack, drawSoftnet } from './tables.js';
import { readSaved, save } from './save.js';

const minute = 60_000;
const saved = readSaved();
const asked = new URLSearchParams(location.search);
const isPast = saved !== null || ['since', 'until', 'incident'].some(name => asked.has(name));
const store = new Store(isPast ? Infinity : 16 * minute);

// end: the last moment in sight, null to follow the newest; doc: what the verdict is drawn from; held: the same while paused.
const state = { span: 15 * minute, end: null, cursor: null, doc: null, held: null };
const timeline = new Timeline(moveTo, zoomTo);
const tip = h('div', { id: 'tip', 'aria-hidden': true, hidden: '' });
document.body.append(tip);

function look() {
  const to = state.end ?? store.last.t;
  const from = to - state.span;
  const rows = store.between(from, to);
  const pointed = state.cursor === null ? undefined : store.at(state.cursor);
  const row = pointed ?? rows.at(-1) ?? store.last;
  return { from, to, span: state.span, rows, row, cursor: pointed ? row.t : null, isNow: !pointed && state.end === null };
}

function draw() {
  if (!store.last) return;
  const view = look();
  const doc = state.held ?? state.doc;
  setText(byId('host'), doc.host);
  if (isPast) drawPast(store, { ...view, rows: store.between(view.from, view.to) }, name => doc.why.resources.find(one => one.resource === name)?.unit);
  else drawVerdict(store, doc);
  timeline.draw(store, view);
  drawPanels(view, doc);
  drawEvents(view);
  drawControls(view);
}

function drawPanels(view, doc) {
  for (const panel of [drawResources, drawStates, drawListeners, drawDrops, drawConntrack, drawSoftnet]) panel(store, view, doc);
}

const eventItems = new Map();

function drawEvents(view) {
  const events = store.events.filter(event => event.t >= view.from && event.t <= view.to).slice(-60).reverse();
  const keys = events.length === 0 ? ['none'] : events.map(event => `${event.t} ${event.text}`);
  keep(byId('events'), eventItems, keys, key => {
    const event = events.find(one => `${one.t} ${one.text}` === key);
    if (!event) return { element: h('li', { class: 'aside', text: 'Nothing changed in this range.' }) };
    const button = h('button', { type: 'button', text: clock(event.t) });
    button.addEventListener('click', () => moveTo(event.t));
    return { element: h('li', {}, button, ' ', event.text) };
  });
}

function drawControls(view) {
  setAttribute(byId('link'), 'href', `?since=${new Date(view.from).toISOString()}&until=${new Date(view.to).toISOString()}`);
  setAttribute(byId('pause'), 'aria-pressed', state.end !== null);
  setText(byId('pause'), state.end === null ? 'Pause' : 'Resume');
  for (const button of byId('zoom').children) setAttribute(button, 'aria-pressed', state.span === button.dataset.minutes * minute);
  setText(byId('clock'), isPast ? `${dayAndClock(view.from)} to ${clock(view.to)}`
    : state.end === null ? clock(store.last.t) : `${clock(view.to)}, ${duration(store.last.t - view.to)} ago; now ${state.doc.why.verdict}`);
}

function moveTo(t) {
  state.cursor = t;
  draw();
}

function pause(end) {
  state.end = end;
  state.held = end === null ? null : state.held ?? state.doc;
}

function zoomTo(t) {
  state.span = minute;
  state.cursor = t;
  if (!isPast) pause(Math.min(store.last.t, t + minute / 2));
  else state.end = t + minute / 2;
  draw();
}

byId('pause').addEventListener('click', () => {
  pause(state.end === null ? store.last?.t ?? null : null);
  if (state.end === null) state.cursor = null;
  draw();
});

byId('zoom').addEventListener('click', event => {
  const minutes = event.target.dataset.minutes;
  if (!minutes) return;
  if (state.cursor !== null && minutes === '1') return zoomTo(state.cursor);
  state.span = minutes * minute;
  if (isPast) state.end = Math.min(store.last.t, (state.cursor ?? store.last.t - state.span / 2) + state.span / 2);
  draw();
});

byId('save').addEventListener('click', async () => {
  const view = look();
  try {
    await save({ doc: state.held ?? state.doc, view: { from: view.from, to: view.to }, rows: view.rows, events: store.events, told: store.told, interval: store.interval });
  } catch (problem) {
    note(`The file could not be made: ${problem.message}`);
  }
});

// Pointing at any chart moves the one cursor; a finger does so while it drags.
function timeAt(event) {
  const plot = event.target.closest?.('.plot');
  if (!plot || !store.last) return null;
  const box = plot.getBoundingClientRect();
  const view = look();
  return { plot, t: view.from + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * view.span };
}

document.addEventListener('pointermove', event => {
  const at = timeAt(event);
  tip.hidden = at === null;
  if (at === null) {
    if (state.cursor !== null && !pinned) moveTo(null);
    return;
  }
  pinned = false;
  moveTo(at.t);
  const row = store.at(at.t);
  setText(tip, `${clock(row.t)}  ${at.plot.plot.tell?.(row) ?? ''}`);
  tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.max(8, event.clientY - 36)}px`;
});

document.addEventListener('dblclick', event => {
  const at = timeAt(event);
  if (at !== null) zoomTo(at.t);
});

// What keys or a click set stays when the pointer leaves.
let pinned = false;
document.addEventListener('keydown', () => { pinned = true; tip.hidden = true; });
document.addEventListener('click', () => { pinned = true; });

function note(text) {
  byId('note').hidden = text === '';
  setText(byId('note'), text);
}

class Problem extends Error {}

async function ask(path) {
  const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(10_000) });
  if (answer.status === 401) throw new Problem('the agent asks for a name and a password (401): reload this page to give them');
  if (!answer.ok) throw new Problem(`the agent says: ${(await answer.text()).trim() || 'no reason given'} (${answer.status})`);
  return answer.json();
}

function take(doc) {
  state.doc = doc;
  store.resources = doc.why.resources.map(one => one.resource);
}

// The past of an open page: at its start, and after a pause in which nobody looked.
async function fill(doc, since) {
  if (!doc.history) return;
  try {
    store.addHistory(await ask(`api/v1/history?since=${since}`));
    note('');
  } catch (problem) {
    note(`The past cannot be shown: ${problem.message}`);
  }
}

let timer = 0;
let lost = null;
let began = false;

async function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  let wait = 2000;
  try {
    const doc = await ask('api/v1/live');
    const before = store.last?.t;
    take(doc);
    store.addLive(doc);
    if (!began || (before !== undefined && store.last.t - before > 2.5 * store.interval)) {
      await fill(doc, began ? new Date(before).toISOString() : '-15m');
      if (!began) incidents(doc);
      began = true;
    }
    store.addEvents(changes(store, store.last));
    if (store.events.some(event => event.t === store.last.t && event.text.includes('is ok again'))) setTimeout(() => incidents(doc), 200_000);
    wait = Math.max(250, store.interval - doc.age_seconds * 1000 + 30);
    lost = null;
    setText(byId('connection'), 'live');
    document.body.dataset.connection = 'live';
  } catch (problem) {
    lost ??= store.last ? ` since ${clock(store.last.t)}` : '';
    setText(byId('connection'), problem instanceof Problem ? `${problem.message}; no sample${lost}` : `no answer${lost}; trying again`);
    document.body.dataset.connection = 'lost';
  }
  draw();
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, wait);
}

async function incidents(doc) {
  const list = doc.history ? (await ask('api/v1/incidents').catch(() => ({ incidents: [] }))).incidents : [];
  const items = list.slice(-8).reverse().map(one => h(
    'li', {}, h('a', { href: `?since=${one.since}&until=${one.until}&incident=${one.name}`, text: dayAndClock(Date.parse(one.time)) }), ' ', one.limiting.join('; ')));
  if (items.length === 0)
    items.push(h('li', { class: 'aside', text: doc.history ? 'None is kept: an incident is, three minutes after the verdict turned to limiting.'
      : 'This agent keeps no history: start it with --history.file, or under systemd with a state directory.' }));
  byId('incidents').replaceChildren(...items);
}

function showRange(from, to) {
  [state.span, state.end] = [Math.max(minute, to - from), to];
  byId('pause').hidden = true;
  setText(byId('connection'), saved ? 'saved' : 'a range of the past');
}

async function showPast() {
  byId('now').hidden = false;
  try {
    const doc = await ask('api/v1/live');
    take(doc);
    incidents(doc);
    if (!doc.history) return note('This agent keeps no history (--history.file), so a range of the past cannot be shown.');
    const query = new URLSearchParams([...asked].filter(([name]) => ['since', 'until', 'incident'].includes(name)));
    const history = await ask(`api/v1/history?${query}`);
    store.addHistory(history);
    store.interval = history.interval_seconds * 1000;
    if (!store.last) return note('The history has nothing of this range.');
    showRange(store.rows[0].t, store.last.t);
    draw();
  } catch (problem) {
    note(problem instanceof Problem ? `The range cannot be shown: ${problem.message}` : 'No answer from the agent: reload to try again.');
  }
}

function showSaved() {
  take(saved.doc);
  Object.assign(store, { rows: saved.rows, events: saved.events, told: saved.told, interval: saved.interval });
  for (const name of saved.doc.series) store.column(name);
  for (const id of ['save', 'link', 'links']) byId(id).hidden = true;
  byId('incidents').closest('section').hidden = true;
  showRange(saved.view.from, saved.view.to);
  draw();
}

setText(byId('about'), `Times in ${zone()}.`);
if (saved) showSaved();
else if (isPast) showPast();
else {
  document.addEventListener('visibilitychange', poll);
  poll();
}
