// Pointing at any chart moves the shared cursor and shows time and value. A click pins the cursor, a double click shows the minute.
import { clock, h, setText } from './dom.js';

const near = 8;

// page: { store, look(), moveTo(t), zoomTo(t), isPinned(), pin(bool) }
export function followPointer(page) {
  const tip = h('div', { id: 'tip', 'aria-hidden': true, hidden: '' });
  document.body.append(tip);

  function find(event) {
    const plot = event.target.closest?.('.plot');
    if (!plot || !page.store.last) return null;
    const box = plot.getBoundingClientRect();
    const view = page.look();
    const x = t => box.left + (t - view.from) / view.span * box.width;
    return { plot: plot.plot, t: view.from + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * view.span, view, x };
  }

  function show(event, at) {
    tip.hidden = at === null;
    if (at === null) return;
    const row = page.store.at(at.t);
    setText(tip, `${clock(row.t)}  ${at.plot.tell?.(row) ?? ''}`);
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${Math.max(8, event.clientY - 36)}px`;
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
