// Times as the viewer wants them: in UTC or in the browser's time zone. The choice is kept in the browser.

const zoneKey = 'tcp-agent-zone';

// Formatters are kept, because making one is slow.
let formats = null;

function stored() {
  try {
    return localStorage.getItem(zoneKey);
  } catch {
    return null;
  }
}

export function setZone(name) {
  const timeZone = name === 'utc' ? 'UTC' : undefined;
  formats = {
    name,
    clock: new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone }),
    day: new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }),
    zone: new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short', timeZone }),
  };
  try {
    localStorage.setItem(zoneKey, name);
  } catch {
    // A page opened from a file, or a browser that keeps nothing: the choice ends with the page.
  }
}

setZone(stored() === 'utc' ? 'utc' : 'local');

export const isUtc = () => formats.name === 'utc';

export const clock = t => formats.clock.format(t);

export const dayAndClock = t => `${formats.day.format(t)} ${clock(t)}`;

// "UTC", "CET" or "GMT+9", as of that time: summer time changes it.
export const zoneAt = t => formats.zone.formatToParts(t).find(part => part.type === 'timeZoneName').value;

// Two times, the day only where it is another than today's.
export function range(from, to) {
  const [first, last, today] = [from, to, Date.now()].map(t => formats.day.format(t));
  return `${first === today ? clock(from) : dayAndClock(from)} to ${first === last ? clock(to) : dayAndClock(to)}`;
}
