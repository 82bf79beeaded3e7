// Asking the agent, and its answers in words.

export class Problem extends Error {}

export async function ask(path) {
  const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(10_000) });
  if (answer.status === 401) throw new Problem('the agent asks for a name and a password (401): reload this page to give them');
  if (!answer.ok) throw new Problem(`the agent says: ${(await answer.text()).trim() || 'no reason given'} (${answer.status})`);
  return answer.json();
}

// The history is read by few at a time: whoever finds it busy asks once more.
export async function askHistory(query) {
  try {
    return await ask(`api/v1/history?${query}`);
  } catch (problem) {
    if (!(problem instanceof Problem) || !problem.message.includes('(503)')) throw problem;
    await new Promise(resolve => setTimeout(resolve, 1500));
    return ask(`api/v1/history?${query}`);
  }
}

export const inWords = problem => (problem instanceof Problem ? problem.message : 'no answer from the agent');
