import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { ResponseOf } from '../../../../src/platform/contract/schema.ts';
import {
  getModelScorecard,
  listModelScorecards,
  type ModelScorecard,
} from '../../../../src/tradeoff/scorecards/schema.ts';
import { call, endpointQuery } from '../../client.ts';
import { daysIn } from '../../frame/date-range.ts';
import { useNamedRange } from '../../frame/use-scope.ts';

/** Pages of an answer that are read, 50 models each. */
const MOST_PAGES = 40;

/** Days of the date range of the address; undefined: those that the server chooses. */
function useDays() {
  const range = useNamedRange();
  return range === undefined ? {} : daysIn(range);
}

/** Scorecards of all models of the team and date range of the address. */
export function useScorecards() {
  const days = useDays();
  const { team } = useSearch({ from: '__root__' });
  const query = { ...days, team };
  return useQuery({
    queryKey: [listModelScorecards.path, 'all', query],
    queryFn: ({ signal }) => readAll(query, signal),
  });
}

type Answer = ResponseOf<typeof listModelScorecards>;

async function readAll(query: { from?: string; to?: string; team: string | undefined }, signal: AbortSignal) {
  const scorecards: ModelScorecard[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: Answer = await call(listModelScorecards, { query: { ...query, pageToken } }, signal);
    scorecards.push(...answer.scorecards);
    if (answer.nextPageToken === null) return { range: answer.range, scorecards, partial: answer.partial };
    pageToken = answer.nextPageToken;
  }
  throw new Error(`There are more than ${scorecards.length} models: choose a team.`);
}

/** Scorecard of one model in the date range of the address. */
export function useScorecard(model: string) {
  return useQuery(endpointQuery(getModelScorecard, { params: { model }, query: useDays() }));
}
