// What is limiting this host: the first thing on the page, in the agent's words.
import { clock, range, zoneAt } from './zone.js';
import { byId, capital, duration, h, limitText, morph, number, setText, stateWords } from './dom.js';
import { judge, lastLimited, since } from './timeline.js';
import { Hero, fit } from './hero.js';

const icons = { ok: '#1d7a45', near: '#c27c00', limiting: '#c8241f', unknown: '#6b7480' };
const shapes = {
  limiting: '<path d="M8 1 15 14H1z"/>', near: '<path d="M8 1 15 8 8 15 1 8z"/>', ok: '<circle cx="8" cy="8" r="6"/>',
  unknown: '<path d="M2 2h12v12H2z"/>',
};
const stateNames = { ok: 'OK', near: 'NEAR A LIMIT', limiting: 'LIMITING', unknown: 'CANNOT TELL' };

const hero = new Hero();
let drawn = '';

// state: its colour; word: in capitals; lead: a line below the headline; last: { text, href }.
function show({ state, word, headline, lead = '', last = null, blocks = [] }) {
  const key = JSON.stringify([state, word, headline, lead, last, blocks, byId('host').textContent]);
  if (key === drawn) return;
  drawn = key;
  document.body.dataset.verdict = state;
  setText(byId('state'), word);
  setText(byId('words'), headline);
  setText(byId('lead'), lead);
  byId('lead').hidden = lead === '';
  byId('last').hidden = last === null;
  morph(byId('last'), last === null ? h('p') : h('p', {}, last.text, ' ', h('a', { href: last.href, text: 'Show' })));
  morph(byId('verdict-body'), h('div', {}, ...blocks.filter(isFilled).map(block)));
  const short = word === 'OK' ? 'ok' : word === 'NO DATA' ? word : `${word}: ${headline}`;
  document.title = `${short} - ${byId('host').textContent}`;
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="${icons[state]}">${shapes[state]}</svg>`;
  byId('icon').href = `data:image/svg+xml,${encodeURIComponent(picture)}`;
}

const isFilled = ({ title, text, lists = [] }) => Boolean(title || text || lists.some(list => list.items.length > 0));

function block({ title, text, lists, folded }) {
  const element = h(folded ? 'details' : 'div', { class: 'block' });
  if (folded) element.append(h('summary', { text: title }));
  else if (title) element.append(h('h3', { text: title }));
  if (text) element.append(h('p', { text }));
  const columns = h('div', { class: 'columns' });
  for (const { name, items, ordered, folded: isFolded } of lists ?? []) {
    if (items.length === 0) continue;
    const list = h(ordered ? 'ol' : 'ul', {}, ...items.map(item => h('li', { text: item })));
    const heading = title && !folded ? 'h4' : 'h3';
    columns.append(isFolded ? h('details', {}, h('summary', { text: name }), list)
      : h('div', {}, h(heading, { class: 'label', text: name }), list));
  }
  if (columns.children.length > 0) element.append(columns);
  return element;
}

const titled = one => (one.subject ? `${one.resource} of ${one.subject}` : one.resource);

const explained = one => [
  { name: 'Why', items: one.evidence }, { name: 'What to change', items: one.advice, ordered: true },
  { name: 'What will not help', items: one.will_not_fix, folded: true },
];

// The verdict of now, from /api/v1/why.
export function drawVerdict(store, view, doc) {
  const { why } = doc;
  const [main] = why.resources.filter(one => one.state === why.verdict && stateWords.indexOf(one.state) > 0);
  show({
    state: why.verdict, word: stateNames[why.verdict], headline: why.headline, blocks: blocksOf(store, why, main),
    lead: main ? leadOf(store, why, main) : watchedText(why), last: why.verdict === 'limiting' ? null : lastOf(store, view, doc),
  });
  drawHero(store, view, main, main && sinceOf(store, why, main));
}

function watchedText(why) {
  const count = state => why.resources.filter(one => one.state === state);
  const failing = count('unknown').map(one => one.resource);
  const watched = duration(Math.max(1000, why.watched_seconds * 1000));
  return `${count('ok').length} queues and tables were watched over the last ${watched}; none is near its limit.`
    + (failing.length > 0 ? ` Not readable: ${failing.join(', ')}.` : '');
}

// Since when the resource has been in its state: as the agent says, or as far as the page has seen.
function sinceOf(store, why, one) {
  if (one.since) return { t: Date.parse(one.since), isTurn: true };
  return since(store, one.resource, stateWords.indexOf(one.state), store.between(0, Date.parse(why.time)).at(-1));
}

function leadOf(store, why, one) {
  const start = sinceOf(store, why, one);
  const last = duration(Math.max(1000, why.watched_seconds * 1000));
  const parts = [titled(one)];
  if (start !== null) {
    const at = `${clock(start.t)} ${zoneAt(start.t)}`;
    parts.push(start.isTurn ? `since ${at} (${duration(Date.parse(why.time) - start.t)})` : `since before ${at}`);
  }
  const limit = one.limit === null ? '' : ` of ${limitText(one.limit, one.unit)}`;
  if (one.used !== null) parts.push(`now ${number(one.used, one.unit)}${limit}`);
  if (one.peak !== null) parts.push(`peak ${number(one.peak, one.unit)}`);
  if (one.losses) parts.push(`${number(one.losses)} ${one.loss} in the last ${last === '60 s' ? 'minute' : last}`);
  return parts.join(' \u00b7 ');
}

function blocksOf(store, why, main) {
  const of = state => why.resources.filter(one => one.state === state);
  const told = [...of('limiting'), ...of('near')].filter(one => one !== main);
  const beside = why.findings.filter(one => one.headline);
  const blocks = [];
  if (beside.length > 0)
    blocks.push({ lists: [{ name: 'Not a queue or table of this host', items: beside.map(one => `${one.headline}: ${one.text}`) }] });
  if (main) blocks.push({ lists: explained(main) });
  for (const one of told)
    blocks.push({ title: one.headline, folded: one.state !== why.verdict, text: leadOf(store, why, one), lists: explained(one) });
  const folded = true;
  const odd = of('ok').filter(one => one.losses > 0 && one.evidence.length > 0).map(one => (
    { name: `Losses, but not caused by the limit: ${titled(one)}`, items: [...one.evidence, ...one.advice], folded }));
  const quiet = why.findings.filter(one => !one.headline).map(one => `${one.severity}: ${one.text}`);
  return [...blocks, { lists: [...odd, { name: `Not limiting now, worth a look (${quiet.length})`, items: quiet, folded }] }];
}

// What limited before, in the range in view.
function lastOf(store, view, doc) {
  const last = lastLimited(store, view.rows);
  if (last === null) return null;
  const report = last.names.map(name => store.reportOf(name, 'limiting', last.from, last.until + 30_000)).find(one => one !== null);
  const loss = doc.why.resources.find(one => one.resource === last.names[0])?.loss ?? 'lost';
  const words = report?.one.headline_past ?? `${last.names.join(', ')} was limiting`;
  const when = `${clock(last.from)} to ${clock(last.until)} ${zoneAt(last.from)}`;
  const [since, until] = [last.from - 120_000, last.until + 60_000].map(t => new Date(Math.min(t, store.last.t)).toISOString());
  const lost = last.lost ? `; ${number(last.lost)} ${loss}` : '';
  return { text: `Last limited ${when}: ${words}${lost}.`, href: `?since=${since}&until=${until}` };
}

function drawHero(store, view, one, start) {
  const place = byId('hero');
  place.hidden = !one || view.rows.length < 2;
  if (place.hidden) return;
  if (place.firstChild !== hero.element) place.replaceChildren(hero.element);
  const from = start?.t ?? view.from;
  hero.draw(store, fit(view, from, start?.until ?? view.to), one, start?.isTurn ? from : null);
}

// The agent does not answer: its last verdict says nothing about now.
export function drawNoData(last, problem) {
  const t = Date.parse(last.why.time);
  show({
    state: 'unknown', word: 'NO DATA', headline: `No answer from the agent since ${clock(t)} ${zoneAt(t)}`,
    lead: `The last verdict was ${stateNames[last.why.verdict]}: ${last.why.headline}. ${problem}`,
  });
  byId('hero').hidden = true;
}

// The verdict of a range in the past, from its rows and from how the agent explained it then.
export function drawPast(store, view, { why }) {
  const known = name => why.resources.find(one => one.resource === name) ?? { resource: name, label: name, loss: 'lost' };
  const reportOf = one => store.reportOf(one.name, stateWords[one.state], view.from - 70_000, view.to + 60_000);
  const found = judge(store, view.rows).map(one => ({ ...one, report: reportOf(one) }));
  const state = Math.max(0, ...found.map(one => one.state));
  const [main] = found;
  const isKnown = view.rows.length > 0;
  const headline = !isKnown ? 'No data for this range' : main ? pastHeadline(main, known(main.name)) : 'Nothing was limiting this host';
  show({
    headline, state: isKnown ? stateWords[state] : 'unknown',
    word: isKnown ? ['WAS OK', 'WAS NEAR A LIMIT', 'WAS LIMITING'][state] : 'CANNOT TELL',
    lead: main ? pastLead(main, known(main.name)) : `${range(view.from, view.to)} ${zoneAt(view.to)}`,
    blocks: found.map(one => pastBlock(one, known(one.name), one === main)),
  });
  drawHero(store, view, main && known(main.name), main && { t: main.from, until: main.until, isTurn: main.isTurn });
}

const pastHeadline = (one, { label }) =>
  one.report?.one.headline_past ?? `${label} ${one.state === 2 ? 'was limiting' : 'was near its limit'}`;

function pastLead(one, { resource, unit, loss }) {
  const subject = one.report?.one.subject;
  const when = `${range(one.from, one.until)} ${zoneAt(one.until)} (${duration(one.lasted)}${one.isOver ? '' : ' and on'})`;
  const parts = [subject ? `${resource} of ${subject}` : resource, one.isTurn ? when : `from before ${when}`];
  const limit = one.limit === null ? '' : ` of ${limitText(one.limit, unit)}`;
  if (one.peak !== null) parts.push(`reached ${number(one.peak, unit)}${limit}`);
  if (one.lost) parts.push(`${number(one.lost)} ${loss}`);
  return parts.join(' \u00b7 ');
}

function pastBlock(one, resource, isMain) {
  const { report } = one;
  const lists = report === null ? [] : explained(report.one);
  if (lists.length > 0) lists[0].name = `Why, as the agent reported at ${clock(report.t)}`;
  const missing = report === null ? 'The history has no explanation for it.' : '';
  return {
    title: isMain ? '' : pastHeadline(one, resource), text: isMain ? missing : `${capital(pastLead(one, resource))}. ${missing}`.trim(),
    lists, folded: !isMain && one.state === 1,
  };
}
