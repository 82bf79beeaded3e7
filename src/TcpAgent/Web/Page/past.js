// Times that the page did not see itself (before it was opened, or while it was hidden), from the agent's history, and the incidents.
import { ask, askHistory, inWords } from './agent.js';
import { drawIncidents } from './events.js';

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

const noHistory = 'This agent keeps no history: start it with --history.file, or under systemd with a state directory.';
const noIncident = 'No incident yet. When something starts to limit, the five minutes before and the three after are saved here.';

export class Past {
  #history = new Errand();
  #incidents = new Errand();
  // The time from which rows are missing; null if none are.
  #missing = null;
  #isTold = false;
  #list = null;

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
      this.#list = doc.history ? (await ask('api/v1/incidents')).incidents.slice(-8).reverse() : [];
      this.drawIncidents(doc);
    }, pause);
  }

  drawIncidents(doc) {
    if (this.#list !== null) drawIncidents(this.#list, doc.history ? noIncident : noHistory);
  }
}
