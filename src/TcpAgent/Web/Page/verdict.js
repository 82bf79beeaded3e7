// What is limiting this host: the first thing on the page, in words.
import { byId, clock, duration, h, morph, number, setText, stateWords } from './dom.js';
import { judge } from './timeline.js';

const icons = { ok: '#1d7a45', near: '#c27c00', limiting: '#c8241f', unknown: '#6b7480' };

let drawn = '';

function show(state, headline, blocks) {
  const key = JSON.stringify([state, headline, blocks]);
  if (key === drawn) return;
  drawn = key;
  document.body.dataset.verdict = state;
  const words = { ok: 'OK', near: 'NEAR A LIMIT', limiting: 'LIMITING', unknown: 'CANNOT TELL' }[state];
  setText(byId('headline'), `${words}: ${headline}`);
  morph(byId('verdict-body'), h('div', {}, ...blocks.map(block)));
  document.title = `${words === 'OK' ? 'ok' : words}${state === 'ok' ? '' : `: ${headline}`} - ${byId('host').textContent}`;
  const shape = state === 'limiting' ? '<path d="M8 1 15 14H1z"/>' : state === 'near' ? '<path d="M8 1 15 8 8 15 1 8z"/>' : '<circle cx="8" cy="8" r="6"/>';
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="${icons[state]}">${shape}</svg>`;
  byId('icon').href = `data:image/svg+xml,${encodeURIComponent(picture)}`;
}

function block({ title, text, lists, folded }) {
  const element = h(folded ? 'details' : 'div', { class: 'block' });
  if (folded) element.append(h('summary', { text: `Also near its limit: ${title}` }));
  else if (title) element.append(h('h3', { text: title }));
  if (text) element.append(h('p', { text }));
  const columns = h('div', { class: 'columns' });
  for (const { name, items, ordered, folded: isFolded } of lists ?? []) {
    if (items.length === 0) continue;
    const list = h(ordered ? 'ol' : 'ul', {}, ...items.map(item => h('li', { text: item })));
    columns.append(isFolded ? h('details', {}, h('summary', { text: name }), list) : h('div', {}, h(title && !folded ? 'h4' : 'h3', { class: 'label', text: name }), list));
  }
  if (columns.children.length > 0) element.append(columns);
  return element;
}

const titled = one => (one.subject ? `${one.resource} of ${one.subject}` : one.resource);

// The verdict of now, from /api/v1/why.
export function drawVerdict(store, { why }) {
  const named = state => why.resources.filter(one => one.state === state).map(titled).join(', ');
  const beside = why.findings.filter(one => one.headline).map(one => `. ${one.headline}`).join('');
  const headline = why.verdict === 'unknown' ? 'a required source is failing' : why.verdict === 'ok' ? `nothing is limiting this host${beside}` : named(why.verdict);
  show(why.verdict, headline, blocksOf(store, why));
}

function blocksOf(store, why) {
  const of = state => why.resources.filter(one => one.state === state);
  const [bad, near] = [of('limiting'), of('near')];
  const told = [...bad, ...near];
  const beside = why.findings.filter(one => one.headline);
  const blocks = beside.length === 0 ? [] : [{ lists: [{ name: 'Not a queue or table of this host', items: beside.map(one => `${one.headline}: ${one.text}`) }] }];
  blocks.push(...told.map(one => ({
    title: told.length > 1 ? titled(one) : '',
    folded: bad.length > 0 && one.state === 'near',
    text: `${one.title[0].toUpperCase()}${one.title.slice(1)}: ${one.state}${since(store, one, Date.parse(why.time))}. ${figures(one)}`,
    lists: [
      { name: 'Why', items: one.evidence }, { name: 'What to change', items: one.advice, ordered: true },
      { name: 'What will not help', items: one.will_not_fix, folded: true },
    ],
  })));
  if (told.length === 0) {
    const failing = of('unknown').map(one => one.resource);
    blocks.push({ text: `${of('ok').length} queues and tables were watched over the last ${duration(Math.max(1000, why.watched_seconds * 1000))}; none is near its limit.${failing.length > 0 ? ` Not readable: ${failing.join(', ')}.` : ''}` });
  }
  const odd = of('ok').filter(one => one.losses > 0 && one.evidence.length > 0);
  return [...blocks, { lists: [
    ...odd.map(one => ({ name: `Losses, but not caused by the limit: ${titled(one)}`, items: [...one.evidence, ...one.advice], folded: true })),
    { name: `Not limiting now, worth a look (${why.findings.length - beside.length})`, items: why.findings.filter(one => !one.headline).map(one => `${one.severity}: ${one.text}`), folded: true },
  ] }];
}

function figures(one) {
  const parts = [];
  if (one.used !== null) parts.push(`${number(one.used, one.unit)}${one.limit === null ? '' : ` of ${number(one.limit, one.unit)}`} in use`);
  if (one.peak !== null) parts.push(`peak ${number(one.peak, one.unit)}`);
  if (one.losses) parts.push(`${number(one.losses)} lost in the last minute`);
  return parts.length === 0 ? '' : `Now ${parts.join(', ')}.`;
}

// The time since when the resource has been in its state, as far as the page has seen.
function since(store, one, t) {
  const state = store.gauge(`${one.resource}.state`);
  const wanted = one.state === 'limiting' ? 2 : 1;
  let row = store.between(0, t).at(-1);
  if (!row || state(row) !== wanted) return '';
  let before = store.before(row);
  for (; store.follows(row, before) && state(before) === wanted; before = store.before(row)) row = before;
  return `${store.follows(row, before) ? ' since' : ' since before'} ${clock(row.t)}`;
}

// The verdict of a range in the past, from its rows; and the agent's verdict at its end, if known.
export function drawPast(store, view, { why }, isSaidThen) {
  const unit = name => why.resources.find(one => one.resource === name)?.unit;
  const found = judge(store, view.rows);
  const state = Math.max(0, ...found.map(one => one.state));
  const names = found.filter(one => one.state === state).map(one => one.name).join(', ');
  const blocks = found.map(one => ({
    title: `${one.name} was ${one.state === 2 ? 'limiting' : 'near its limit'} for ${duration(one.lasted)} between ${clock(one.from)} and ${clock(one.until)}`,
    text: [
      one.peak === null ? '' : `It reached ${number(one.peak, unit(one.name))}${one.limit === null ? '' : ` of ${number(one.limit, unit(one.name))}`}.`,
      one.lost ? `${number(one.lost)} lost.` : '',
    ].join(' ').trim(),
  }));
  if (isSaidThen && why.verdict !== 'ok') blocks.push({ title: `What the agent said at ${clock(Date.parse(why.time))}` }, ...blocksOf(store, why));
  const isKnown = view.rows.length > 0;
  show(isKnown ? stateWords[state] : 'unknown', `${isKnown ? names || 'nothing was limiting' : 'no data'} from ${clock(view.from)} to ${clock(view.to)}`, blocks);
}
