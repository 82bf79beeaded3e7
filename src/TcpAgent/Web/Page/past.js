// Times that the page did not see itself (before it was opened, or while it was hidden), from the agent's history, and the incidents.
import { ask, askHistory, inWords } from './agent.js';
import { byId, dayAndClock, h } from './dom.js';
import { changes } from './timeline.js';

// Requests beside the live ones, which never wait for them: one at a time, and after failures less and less often.
class Errand {
  #isRunning = false;
  #due = 0;
  #wait = 0;

  // pause: milliseconds until the next request after a success.
  async run(work, pause) {
    if (this.#isRunning || performance.now() < this.#due) return;
    this.#isRunning = true;
    try {
      await work();
      this.#wait = 0;
    } catch {
      this.#wait = Math.min(60_000, Math.max(4000, this.#wait * 2));
    }
    this.#due = performance.now() + (this.#wait || pause);
    this.#isRunning = false;
  }
}

export class Past {
  #history = new Errand();
  #incidents = new Errand();
  // The time from which rows are missing; null if none are.
  #missing = null;
  #isTold = false;

  // note: shows a text, '' for none; onFilled: rows have arrived.
  constructor(store, note, onFilled) {
    Object.assign(this, { store, note, onFilled });
  }

  miss(since) {
    this.#missing = Math.min(since, this.#missing ?? since);
  }

  forget() {
    this.#missing = null;
  }

  // Requests missing rows, as far back as both the agent and the page keep them.
  fill(doc) {
    if (!doc.history || this.#missing >= this.store.last.t) this.#missing = null;
    if (this.#missing !== null) this.#history.run(() => this.#fill(), 0);
  }

  async #fill() {
    const { store } = this;
    const since = Math.max(this.#missing, store.last.t - store.longest);
    this.#missing = null;
    try {
      store.addHistory(await askHistory(`since=${new Date(since).toISOString()}`));
      for (const row of store.rows) if (row.t > store.told) store.addEvents(changes(store, row));
      if (this.#isTold) this.note('');
      this.#isTold = false;
    } catch (problem) {
      this.miss(since);
      this.note(`The past cannot be shown yet: ${inWords(problem)}; retrying.`);
      this.#isTold = true;
      throw problem;
    }
    this.onFilled();
  }

  // New ones appear three minutes after the verdict changes to limiting.
  incidents(doc, pause = 60_000) {
    this.#incidents.run(async () => {
      if (!doc.history) return showIncidents([], 'This agent keeps no history: start it with --history.file, or under systemd with a state directory.');
      const { incidents } = await ask('api/v1/incidents');
      return showIncidents(incidents.slice(-8).reverse(), 'No incidents. One is saved three minutes after the verdict changes to limiting.');
    }, pause);
  }
}

function showIncidents(list, otherwise) {
  const items = list.map(one => h(
    'li', {}, h('a', { href: `?since=${one.since}&until=${one.until}&incident=${one.name}`, text: dayAndClock(Date.parse(one.time)) }), ' ', one.limiting.join('; ')));
  byId('incidents').replaceChildren(...(items.length > 0 ? items : [h('li', { class: 'aside', text: otherwise })]));
}
