// Requests to the agent, and its answers in words.

// An error that the agent reports.
export class Problem extends Error {
  constructor(text, status) {
    super(text);
    this.isBusy = status === 503;
  }
}

export async function ask(path, within = 10_000) {
  const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(within) });
  if (answer.status === 401) throw new Problem('the agent asks for a name and a password (401): reload this page to give them', 401);
  if (!answer.ok) throw new Problem(`the agent says: ${(await answer.text()).trim() || 'no reason given'} (${answer.status})`, answer.status);
  return answer.json();
}

// Nothing waits for the history, which takes long over a slow connection. The agent serves few such requests at a time, so a busy answer is
// retried once.
export async function askHistory(query) {
  const path = `api/v1/history?${query}`;
  try {
    return await ask(path, 30_000);
  } catch (problem) {
    if (!problem.isBusy) throw problem;
    await new Promise(resolve => setTimeout(resolve, 1500));
    return ask(path, 30_000);
  }
}

export const inWords = problem => (problem instanceof Problem ? problem.message : 'no answer from the agent');
