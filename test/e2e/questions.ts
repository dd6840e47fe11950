import { z } from 'zod';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { type CallInput, urlOf } from '../../src/platform/contract/schema.ts';
import { type Decision, listDecisions } from '../../src/tradeoff/decisions/schema.ts';

/** What the server says, asked past the web app, for the tests to compare with. */
export async function summaryOf(server: string, query: NonNullable<CallInput<typeof costSummary>['query']>) {
  const answer = await fetch(`${server}${urlOf(costSummary, { query })}`);
  return costSummary.response.parse(await answer.json());
}

/** The decisions of the demo, newest first. */
export async function listedDecisions(server: string): Promise<readonly Decision[]> {
  const answer = await fetch(`${server}${urlOf(listDecisions, {})}`);
  return listDecisions.response.parse(await answer.json()).decisions;
}

/** The newest month that has a bill. */
export async function newestMonth(server: string): Promise<string> {
  const months = await summaryOf(server, { by: ['month'] });
  return z.string().parse(
    months.rows
      .map((row) => row.month)
      .sort()
      .at(-1),
  );
}
