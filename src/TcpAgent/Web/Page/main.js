// The page: asks the agent once a second while it is visible, keeps the samples, and draws the range in view.
import { ask, askHistory, inWords, Problem } from './agent.js';
import { clock } from './zone.js';
import { byId, duration, minute, setAttribute, setText } from './dom.js';
import { Store } from './store.js';
import { Timeline } from './timeline.js';
import { drawNoData, drawPast, drawVerdict } from './verdict.js';
import { drawVitals } from './vitals.js';
import { drawDrops, drawResources, drawStates } from './panels.js';
import { drawListeners } from './listeners.js';
import { drawConntrack, drawSoftnet } from './tables.js';
import { drawConnections } from './connections.js';
import { drawEvents, drawRecording } from './events.js';
import { Past } from './past.js';
import { copy, drawClock, drawFooter, drawZone, followZone, note, noteFuture, rangeTitle, showNothing } from './chrome.js';
import { followPointer } from './pointer.js';
import { readSaved, save } from './save.js';

// This many requests without an answer, and the last verdict is no verdict any more.
const mostMisses = 3;
const retryAfter = 2000;

const saved = readSaved();
const asked = [...new URLSearchParams(location.search)].filter(([name]) => ['since', 'until', 'incident'].includes(name));
const isPast = saved !== null || asked.length > 0;
const store = new Store(isPast ? Infinity : 16 * minute);
const past = new Past(store, note, drawSoon);

// end: the last moment in view, null to follow the newest again; doc: the newest answer; held: the one of when it was paused; ahead: how
// far the agent's clock is ahead of the browser's.
const state = { span: 15 * minute, end: null, cursor: null, isPinned: false, doc: null, held: null, ahead: 0 };
const lost = { misses: 0, since: null, problem: '' };
const timeline = new Timeline(keepAt, zoomTo);
const panels = [drawVitals, drawResources, drawStates, drawListeners, drawConnections, drawDrops, drawConntrack, drawSoftnet];
let [isDue, timer, polls] = [false, 0, 0];

// The axis begins with the first sample where there is none before it.
function look() {
  const to = state.end ?? store.last.t;
  const first = store.rows[0].t;
  const isShort = !isPast && state.end === null && first > to - state.span;
  const from = isShort ? Math.min(first, to - minute) : to - state.span;
  if (state.cursor < from) [state.cursor, state.isPinned] = [null, false];
  const rows = store.between(from, to);
  const pointed = state.cursor === null || rows.length === 0 ? undefined : store.at(state.cursor);
  return {
    from, to, span: to - from, isShort, isPast, rows, row: pointed ?? rows.at(-1) ?? { t: to, v: [], listeners: new Map() },
    cursor: pointed ? pointed.t : null, isNow: !pointed && state.end === null,
  };
}

const now = () => Date.now() + state.ahead;

function draw() {
  isDue = false;
  if (!store.last) return;
  const view = look();
  const doc = state.held ?? state.doc;
  setText(byId('host'), doc.host);
  if (isPast) drawPast(store, view, doc);
  else if (lost.misses >= mostMisses) drawNoData(state.doc, lost.problem);
  else drawVerdict(store, view, doc);
  timeline.draw(store, view);
  byId('nothing').hidden = view.rows.length > 0;
  for (const panel of panels) panel(store, view, doc);
  drawEvents(store, view, { isPast, onPick: keepAt });
  drawRecording(store, isPast ? null : doc);
  past.drawIncidents(doc);
  drawFooter(doc);
  drawControls(view);
}

// Once per frame, however often the pointer moves.
function drawSoon() {
  if (!isDue) requestAnimationFrame(draw);
  isDue = true;
}

function drawControls(view) {
  setText(byId('pause'), state.end === null ? 'Pause' : 'Resume');
  byId('pause').classList.toggle('active', state.end !== null);
  for (const button of byId('zoom').children) setAttribute(button, 'aria-pressed', state.span === Number(button.dataset.span));
  setText(byId('span'), isPast ? rangeTitle(view.from, view.to)
    : state.end === null ? '' : `paused at ${clock(view.to)}, ${duration(store.last.t - view.to)} ago; now: ${state.doc.why.verdict}`);
  tick();
}

// The clock runs on, whether the agent answers or not.
function tick() {
  if (store.last) drawZone(store.last.t);
  if (!isPast && store.last) drawClock(store.last.t, lost.misses > 0 ? now() : store.last.t);
}

function moveTo(t) {
  state.cursor = t;
  drawSoon();
}

function keepAt(t) {
  [state.cursor, state.isPinned] = [t, t !== null];
  draw();
}

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

byId('copy').addEventListener('click', () => {
  if (!store.last) return;
  const { from, to } = look();
  const incident = asked.filter(([name]) => name === 'incident').map(([, value]) => `&incident=${encodeURIComponent(value)}`).join('');
  copy(`${location.origin}${location.pathname}?since=${new Date(from).toISOString()}&until=${new Date(to).toISOString()}${incident}`);
});

byId('save').addEventListener('click', async () => {
  const view = look();
  try {
    await save({
      doc: state.held ?? state.doc, view: { from: view.from, to: view.to }, rows: view.rows, columns: store.columns,
      events: store.events, reports: store.reports, interval: store.interval,
    });
  } catch (problem) {
    note(`The file could not be created: ${problem.message}`);
  }
});

function take(doc) {
  state.doc = doc;
  store.resources = doc.why.resources.map(one => one.resource);
}

// Adds a live answer. Requests missing earlier samples without waiting for them.
function see(doc) {
  const before = store.last?.t ?? null;
  take(doc);
  if (store.addLive(doc)) {
    past.forget();
    endAt(null);
    [state.cursor, state.isPinned] = [null, false];
  } else if (before === null) past.miss(store.last.t - 15 * minute);
  else if (store.last.t - before > 2.5 * store.interval) past.miss(before);
  past.fill(doc);
  past.incidents(doc);
}

// A tab that becomes visible again asks again: an answer to an older request comes too late.
async function poll() {
  clearTimeout(timer);
  const turn = ++polls;
  if (document.hidden) return;
  let wait = retryAfter;
  try {
    const doc = await ask('api/v1/live');
    if (turn !== polls) return;
    see(doc);
    state.ahead = Date.parse(doc.time) + doc.age_seconds * 1000 - Date.now();
    wait = Math.max(250, store.interval - doc.age_seconds * 1000 + 30);
    Object.assign(lost, { misses: 0, since: null, problem: '' });
    setText(byId('connection'), 'live');
    document.body.dataset.connection = 'live';
  } catch (problem) {
    if (turn !== polls) return;
    lost.misses++;
    lost.since ??= store.last ? ` since ${clock(store.last.t)}` : '';
    lost.problem = problem instanceof Problem ? `${problem.message}.` : 'Is the agent running? This page retries every 2 s.';
    const what = problem instanceof Problem ? `no sample${lost.since}: ${problem.message}` : `no answer${lost.since}; retrying`;
    setText(byId('connection'), what);
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
    setText(byId('host'), doc.host);
    drawFooter(doc);
    if (!doc.history) return note('This agent keeps no history (--history.file), so it cannot show a past range.');
    const history = await askHistory(new URLSearchParams(asked));
    store.addHistory(history, { standing: true });
    store.interval = history.interval_seconds * 1000;
    note('');
    byId('pause').hidden = !store.last;
    if (!store.last) return showNothing(asked, history);
    showRange(store.rows[0].t, store.last.t);
    noteFuture(asked, Date.parse(doc.time), store.last.t);
  } catch (problem) {
    const isPassing = !(problem instanceof Problem) || problem.isBusy;
    note(`The range cannot be shown${isPassing ? ' yet' : ''}: ${inWords(problem)}${isPassing ? '; retrying' : ''}.`);
    if (isPassing) setTimeout(showPast, 5000);
  }
}

function showSaved() {
  take(saved.doc);
  for (const name of saved.columns) store.column(name);
  Object.assign(store, { rows: saved.rows, events: saved.events, reports: saved.reports, interval: saved.interval });
  for (const element of [byId('save'), byId('copy'), byId('links'), byId('incidents').closest('section')]) element.hidden = true;
  setText(byId('connection'), 'saved from the agent');
  showRange(saved.view.from, saved.view.to);
}

document.addEventListener('redraw', drawSoon);
followZone(draw);
followPointer({ store, look, moveTo, zoomTo, isPinned: () => state.isPinned, pin: isPinned => { state.isPinned = isPinned; } });
if (saved) showSaved();
else if (isPast) {
  showPast();
  setInterval(() => document.hidden || !state.doc || past.incidents(state.doc, Infinity), 1000);
} else {
  setText(byId('connection'), 'asking the agent');
  document.addEventListener('visibilitychange', poll);
  setInterval(tick, 1000);
  poll();
}
