import { CallError } from '../client.ts';

/** Whether the account may not read the answer, by the teams that it is in. */
export function isNotVisible(error: unknown): error is CallError {
  return error instanceof CallError && error.problem.code === 'not_visible';
}

/**
 * Headline of a page without its answer: the reason of a refusal, else that it could not be read. `what`: subject of a sentence.
 * Example: `The costs: not visible to your account, which sees the data of search.`
 */
export function describeReadError(error: unknown, what: string): string {
  if (!isNotVisible(error)) return `${what} could not be read.`;
  const { teams } = error.problem;
  if (!Array.isArray(teams)) return `${what}: not visible to your account.`;
  const seen = teams.length === 0 ? 'is in no team' : `sees the data of ${teams.join(', ')}`;
  return `${what}: not visible to your account, which ${seen}.`;
}
