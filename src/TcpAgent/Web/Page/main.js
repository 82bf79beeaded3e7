// The page: asks the agent once a second while it is visible, keeps the samples, and draws the range in view.
import { ask, askHistory, inWords, Problem } from './agent.js';
import { byId, clock, dayAndClock, duration, h, keep, setAttribute, setText, zone } from './dom.js';
import { Past } from './past.js';
import { Store } from './store.js';
import { Timeline, changes } from './timeline.js';
import { drawPast, drawVerdict } from './verdict.js';
import { drawDrops, drawListeners, drawResources, drawStates } from './panels.js';
import { drawConntrack, drawSoftnet } from './tables.js';
import { followPointer } from './pointer.js';
import { readSaved, save } from './save.js';

const minute = 60_000;
const saved = readSaved();
const asked = [...new URLSearchParams(location.search)].filter(([name]) => ['since', 'until', 'incident'].includes(name));
const isPast = saved !== null || asked.length > 0;
const store = new Store(isPast ? Infinity : 16 * minute);
const past = new Past(store, note, drawSoon);

// end: the last moment in view, null to follow the newest; doc: the newest answer; held: the one of when it was paused.
const state = { span: 15 * minute, end: null, cursor: null, isPinned: false, doc: null, held: null };
const timeline = new Timeline(keepAt, zoomTo);
const eventItems = new Map();
let isDue = false;

function look() {
  const to = state.end ?? store.last.t;
  const from = to - state.span;
  if (state.cursor < from) [state.cursor, state.isPinned] = [null, false];
  const rows = store.between(from, to);
  const pointed = state.cursor === null || rows.length === 0 ? undefined : store.at(state.cursor);
  return {
    from, to, span: state.span, rows, row: pointed ?? rows.at(-1) ?? { t: to, v: [], listeners: new Map() },
    cursor: pointed ? pointed.t : null, isNow: !pointed && state.end === null,
  };
}

function draw() {
  isDue = false;
  if (!store.last) return;
  const view = look();
  const doc = state.held ?? state.doc;
  setText(byId('host'), doc.host);
  if (isPast) drawPast(store, view, doc, saved !== null && saved.isNow);
  else drawVerdict(store, doc);
  timeline.draw(store, view);
  byId('nothing').hidden = view.rows.length > 0;
  for (const panel of [drawResources, drawStates, drawListeners, drawDrops, drawConntrack, drawSoftnet]) panel(store, view, doc);
  drawEvents(view);
  drawControls(view);
}

// Draws once per frame, however often the pointer moves.
function drawSoon() {
  if (!isDue) requestAnimationFrame(draw);
  isDue = true;
}

function drawEvents(view) {
  const events = new Map(store.events.filter(event => event.t >= view.from && event.t <= view.to).slice(-60).reverse().map(event => [`${event.t} ${event.text}`, event]));
  keep(byId('events'), eventItems, events.size === 0 ? ['none'] : [...events.keys()], key => {
    const event = events.get(key);
    if (!event) return { element: h('li', { class: 'aside', text: 'Nothing changed in this range.' }) };
    const button = h('button', { type: 'button', text: clock(event.t) });
    button.addEventListener('click', () => keepAt(event.t));
    return { element: h('li', {}, button, ' ', event.text) };
  });
}

function drawControls(view) {
  setAttribute(byId('link'), 'href', `?since=${new Date(view.from).toISOString()}&until=${new Date(view.to).toISOString()}`);
  setText(byId('pause'), state.end === null ? 'Pause' : 'Resume');
  for (const button of byId('zoom').children) setAttribute(button, 'aria-pressed', state.span === Number(button.dataset.span));
  setText(byId('clock'), isPast ? `${dayAndClock(view.from)} to ${clock(view.to)}`
    : state.end === null ? clock(store.last.t) : `paused at ${clock(view.to)}, ${duration(store.last.t - view.to)} ago; now: ${state.doc.why.verdict}`);
}

function moveTo(t) {
  state.cursor = t;
  drawSoon();
}

function keepAt(t) {
  [state.cursor, state.isPinned] = [t, t !== null];
  draw();
}

// Null follows the newest again.
function endAt(end) {
  state.end = store.held = end;
  state.held = isPast || end === null ? null : state.held ?? state.doc;
}

function zoomTo(t) {
  endAt(Math.min(store.last.t, t + minute / 2));
  state.span = minute;
  keepAt(t);
}

byId('pause').addEventListener('click', () => {
  endAt(state.end === null ? store.last?.t ?? null : null);
  keepAt(null);
});

byId('zoom').addEventListener('click', event => {
  const span = Number(event.target.dataset.span);
  if (!span || !store.last) return;
  const middle = state.cursor ?? (state.end ?? store.last.t) - span / 2;
  if (state.end !== null) endAt(Math.min(store.last.t, middle + span / 2));
  state.span = span;
  drawSoon();
});

byId('save').addEventListener('click', async () => {
  const view = look();
  try {
    await save({
      doc: state.held ?? state.doc, isNow: !isPast, view: { from: view.from, to: view.to }, rows: view.rows, columns: store.columns,
      events: store.events, interval: store.interval,
    });
  } catch (problem) {
    note(`The file could not be created: ${problem.message}`);
  }
});

function note(text) {
  byId('note').hidden = text === '';
  setText(byId('note'), text);
}

function take(doc) {
  state.doc = doc;
  store.resources = doc.why.resources.map(one => one.resource);
}

let timer = 0;
let lost = null;
let polls = 0;

// Adds a live answer. Requests missing earlier samples without waiting for them.
function see(doc) {
  const before = store.last?.t ?? null;
  take(doc);
  if (store.addLive(doc)) {
    past.forget();
    endAt(null);
    [state.cursor, state.isPinned] = [null, false];
    store.addEvents([{ t: store.last.t, text: 'the clock was set back' }]);
  } else if (before === null) past.miss(store.last.t - 15 * minute);
  else if (store.last.t - before > 2.5 * store.interval) past.miss(before);
  store.addEvents(changes(store, store.last));
  past.fill(doc);
  past.incidents(doc);
}

// A tab that becomes visible again asks again: an answer to an older request comes too late.
async function poll() {
  clearTimeout(timer);
  const turn = ++polls;
  if (document.hidden) return;
  let wait = 2000;
  try {
    const doc = await ask('api/v1/live');
    if (turn !== polls) return;
    see(doc);
    wait = Math.max(250, store.interval - doc.age_seconds * 1000 + 30);
    lost = null;
    setText(byId('connection'), 'live');
    document.body.dataset.connection = 'live';
  } catch (problem) {
    if (turn !== polls) return;
    lost ??= store.last ? ` since ${clock(store.last.t)}` : '';
    setText(byId('connection'), problem instanceof Problem ? `no sample${lost}: ${problem.message}` : `no answer${lost}; retrying`);
    document.body.dataset.connection = 'lost';
  }
  timer = setTimeout(poll, wait);
  draw();
}

function showRange(from, to) {
  [state.span, state.end] = [Math.max(minute, to - from), to];
  const all = byId('zoom').firstElementChild;
  all.dataset.span = state.span;
  setText(all, 'All');
  byId('pause').hidden = true;
  draw();
}

async function showPast() {
  byId('now').hidden = false;
  setText(byId('connection'), 'past range');
  try {
    const doc = await ask('api/v1/live');
    take(doc);
    if (!doc.history) return note('This agent keeps no history (--history.file), so it cannot show a past range.');
    const history = await askHistory(new URLSearchParams(asked));
    store.addHistory(history);
    store.interval = history.interval_seconds * 1000;
    note(store.last ? '' : 'The history has no data for this range.');
    if (store.last) showRange(store.rows[0].t, store.last.t);
  } catch (problem) {
    const isPassing = !(problem instanceof Problem) || problem.isBusy;
    note(`The range cannot be shown${isPassing ? ' yet' : ''}: ${inWords(problem)}${isPassing ? '; retrying' : ''}.`);
    if (isPassing) setTimeout(showPast, 5000);
  }
}

function showSaved() {
  take(saved.doc);
  for (const name of saved.columns) store.column(name);
  Object.assign(store, { rows: saved.rows, events: saved.events, interval: saved.interval });
  for (const element of [byId('save'), byId('link'), byId('links'), byId('incidents').closest('section')]) element.hidden = true;
  setText(byId('connection'), 'saved from the agent');
  showRange(saved.view.from, saved.view.to);
}

setText(byId('about'), `Times in ${zone()}.`);
followPointer({ store, look, moveTo, zoomTo, isPinned: () => state.isPinned, pin: isPinned => { state.isPinned = isPinned; } });
if (saved) showSaved();
else if (isPast) {
  showPast();
  setInterval(() => document.hidden || !state.doc || past.incidents(state.doc, Infinity), 1000);
}
else {
  setText(byId('connection'), 'asking the agent');
  document.addEventListener('visibilitychange', poll);
  poll();
}
