// Pointing at any chart moves the shared cursor and shows what it is, its value and the time. A click pins the cursor, a double click shows
// the minute.
import { clock } from './zone.js';
import { h, setText } from './dom.js';

const near = 8;

// page: { store, look(), moveTo(t), zoomTo(t), isPinned(), pin(bool) }
export function followPointer(page) {
  const tip = h('div', { id: 'tip', 'aria-hidden': true, hidden: '' });
  document.body.append(tip);

  function find(event) {
    const element = event.target.closest?.('.plot');
    if (!element?.plot?.view || !page.store.last) return null;
    const box = element.getBoundingClientRect();
    const { plot } = element;
    const { from, to } = plot.view;
    const x = t => box.left + (t - from) / (to - from) * box.width;
    const isBelow = element.closest('#signs, .cards') !== null;
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return { plot, box, isBelow, t: from + share * (to - from), view: page.look(), x };
  }

  // Above the chart, where it covers neither the curve nor a figure; below it where its figure is above it, and at the top of the window.
  function show(event, at) {
    tip.hidden = at === null;
    if (at === null) return;
    const row = page.store.at(at.t);
    setText(tip, `${at.plot.name ? `${at.plot.name}: ` : ''}${at.plot.tell?.(row) ?? ''} at ${clock(row.t)}`);
    const above = at.box.top - tip.offsetHeight - 4;
    tip.style.left = `${Math.max(4, Math.min(event.clientX - tip.offsetWidth / 2, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${above >= 4 && !at.isBelow ? above : at.box.bottom + 4}px`;
  }

  document.addEventListener('pointermove', event => {
    const at = find(event);
    show(event, at);
    if (!page.isPinned() && (at !== null || page.look().cursor !== null)) page.moveTo(at?.t ?? null);
  });
  document.addEventListener('pointerleave', () => { tip.hidden = true; });
  document.addEventListener('keydown', () => { tip.hidden = true; });
  document.addEventListener('scroll', () => { tip.hidden = true; }, { passive: true });
  document.addEventListener('click', event => {
    const at = find(event);
    if (at === null) return;
    const isSame = page.isPinned() && at.view.cursor !== null && Math.abs(at.x(at.view.cursor) - event.clientX) < near;
    page.pin(!isSame);
    page.moveTo(isSame ? null : at.t);
    show(event, isSame ? null : at);
  });
  document.addEventListener('dblclick', event => {
    const at = find(event);
    if (at !== null) page.zoomTo(at.t);
  });
}
