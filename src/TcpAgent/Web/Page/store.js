// The samples, second by second. A row is { t, v, listeners, cpus, conntrack }: milliseconds, the series by column, and by name what only
// some rows have. Live samples and the agent's history use the same rows.

export class Store {
  rows = [];
  // What happened, in the agent's words: { t, series, kind, text }.
  events = [];
  // How the agent explained its verdict, { t, why }, in order.
  reports = [];
  interval = 1000;
  // The end of the range in view while paused. Rows before it are kept as long as new ones.
  held = null;
  #columns = new Map();

  constructor(longest) {
    this.longest = longest;
  }

  get last() {
    return this.rows.at(-1);
  }

  column(name) {
    if (!this.#columns.has(name)) this.#columns.set(name, this.#columns.size);
    return this.#columns.get(name);
  }

  get columns() {
    return [...this.#columns.keys()];
  }

  // True if the clock was set back: earlier and later samples do not fit on one axis.
  addLive(doc) {
    this.interval = Math.max(1000, doc.interval_seconds * 1000);
    const row = {
      t: Date.parse(doc.time), v: this.#take(doc.series, doc.values), listeners: named(doc.listeners, 'listener'),
      cpus: named(doc.cpus, 'cpu'), conntrack: doc.conntrack,
    };
    if (this.last?.t === row.t) return false;
    const isBack = this.last?.t > row.t;
    if (isBack) Object.assign(this, { rows: [], events: [], reports: [], held: null });
    this.rows.push(row);
    this.#addEvents(doc.events.filter(event => Date.parse(event.time) <= row.t), { isNewer: false });
    if (doc.why.limiting.length > 0) this.#addReports([doc.why]);
    this.#forget();
    return isBack;
  }

  // Existing rows stay, because a live one has more data. Records newer than those rows come from another clock. With standing: states that
  // are older than the first record are events too.
  addHistory(doc, { standing = false } = {}) {
    const newest = this.last?.t ?? Infinity;
    const known = new Set(this.rows.map(row => row.t));
    const columns = doc.series.map(name => this.column(name));
    for (const record of doc.records) {
      const t = Date.parse(record.time);
      if (known.has(t) || t > newest) continue;
      const v = [];
      columns.forEach((column, i) => { v[column] = record.values[i]; });
      this.rows.push({ t, v, listeners: named(record.listeners ?? [], 'listener') });
    }
    this.rows.sort((a, b) => a.t - b.t);
    this.#addEvents(doc.events.filter(event => Date.parse(event.time) <= newest && (standing || !event.standing)), { isNewer: true });
    this.#addReports((doc.reports ?? []).filter(why => Date.parse(why.time) <= newest));
    this.#forget();
  }

  // The same event may come twice: from each live sample, from the history, and again once its end is known. The history knows more than a
  // sample, and the newest history most.
  #addEvents(told, { isNewer }) {
    const events = told.map(({ time, series = '', kind = '', text }) => ({ t: Date.parse(time), series, kind, text }));
    const isNear = (one, other) => Math.abs(one.t - other.t) <= 1.5 * this.interval;
    const isSame = one => other => one.series === other.series && one.kind === other.kind && isNear(one, other);
    if (isNewer) this.events = this.events.filter(one => !events.some(isSame(one)));
    const added = isNewer ? events : events.filter(one => !this.events.some(isSame(one)));
    if (added.length > 0) this.events = [...this.events, ...added].sort((a, b) => a.t - b.t);
  }

  // Live reports come each second. Of those within ten seconds the strongest is kept.
  #addReports(whys) {
    const bucket = t => Math.floor(t / 10_000);
    const strengthOf = why => Math.max(0, ...why.resources.filter(one => one.state === 'limiting').map(strength));
    for (const why of whys) {
      const t = Date.parse(why.time);
      const i = this.reports.findIndex(one => bucket(one.t) === bucket(t));
      if (i < 0) this.reports.push({ t, why });
      else if (strengthOf(why) >= strengthOf(this.reports[i].why)) this.reports[i] = { t, why };
    }
    this.reports.sort((a, b) => a.t - b.t);
  }

  // The strongest explanation of a resource in a state, within a time. A state holds for a minute, in which what proved it goes.
  reportOf(name, state, from, to) {
    let best = null;
    for (const { t, why } of this.reports) {
      const one = t >= from && t <= to ? why.resources.find(each => each.resource === name && each.state === state) : undefined;
      if (one && (best === null || strength(one) >= strength(best.one))) best = { t, one };
    }
    return best;
  }

  #take(series, values) {
    const v = [];
    series.forEach((name, i) => { v[this.column(name)] = values[i]; });
    return v;
  }

  #forget() {
    const oldest = (this.last?.t ?? 0) - this.longest;
    const isKept = ({ t }) => t >= oldest || (this.held !== null && t <= this.held && t >= this.held - this.longest);
    for (const list of ['rows', 'events', 'reports']) this[list] = this[list].filter(isKept);
  }

  // The rows from one time to another, both inclusive.
  between(from, to) {
    return this.rows.slice(this.#find(from), this.#find(to + 1));
  }

  // The row nearest to a time.
  at(t) {
    const i = this.#find(t);
    const [before, after] = [this.rows[i - 1], this.rows[i]];
    return !before || (after && after.t - t < t - before.t) ? after : before;
  }

  before(row) {
    return this.rows[this.#find(row.t) - 1];
  }

  // Nothing is missing between the two.
  follows(row, before) {
    return before !== undefined && row.t - before.t <= 3.5 * this.interval;
  }

  #find(t) {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].t < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // How to read a number from a row: as it is.
  gauge(name) {
    const column = this.column(name);
    return row => row.v[column] ?? null;
  }

  // The increase of a counter per second since the previous row; null after a gap or a counter reset.
  rate(read) {
    return (row, before) => {
      if (!this.follows(row, before)) return null;
      const [now, then] = [read(row), read(before)];
      return now === null || then === null || now < then ? null : (now - then) * 1000 / (row.t - before.t);
    };
  }

  // The increase of a counter over rows, including gaps; null if it was never read.
  gain(read, rows) {
    let [sum, last] = [null, null];
    for (const row of rows) {
      const now = read(row);
      if (now === null) continue;
      sum = (sum ?? 0) + (last === null || now < last ? 0 : now - last);
      last = now;
    }
    return sum;
  }

  highest(read, rows) {
    let best = null;
    for (const row of rows) {
      const value = read(row);
      if (value !== null && (best === null || value > best.value)) best = { value, t: row.t };
    }
    return best;
  }

  // Values for a plot, no more than a screen can show: of the samples at one place it keeps the highest.
  points(read, rows, span) {
    const step = Math.max(this.interval, span / 360);
    const points = [];
    let before = rows.length > 0 ? this.before(rows[0]) : undefined;
    for (const row of rows) {
      const y = read(row, before);
      before = row;
      const bucket = Math.floor(row.t / step);
      const last = points.at(-1);
      if (last?.bucket === bucket) last.y = y === null ? last.y : Math.max(last.y ?? y, y);
      else points.push({ bucket, t: row.t, y });
    }
    points.gap = 3.5 * step;
    return points;
  }
}

// What is known of whom it hit comes first, then how much there is to say, then the losses.
const strength = one => (one.subject ? 1000 : 0) + 10 * one.evidence.length + Math.min(9, Math.log10(1 + (one.losses ?? 0)));

function named(list, key) {
  return new Map(list.map(one => [one[key], one]));
}
