import { describeLimit, handle, limitWorkUnless, type Route } from '../../platform/http/index.ts';
import type { ScorecardDeps } from './deps.ts';
import { getModelScorecard, listModelScorecards } from './schema.ts';
import { pageScorecards, readScorecard } from './service.ts';

export type { ScorecardDeps } from './deps.ts';

/** Scorecards of registered models: the six measures of both disciplines side by side, for a range of days. */
export interface Scorecards {
  readonly routes: readonly Route[];
}

export function createScorecards(deps: ScorecardDeps): Scorecards {
  return {
    routes: [
      handle(listModelScorecards, async ({ query, identity }) => {
        const limit = limitWorkUnless(identity, 'totals');
        return { ...(await pageScorecards(deps, query, limit)), ...describeLimit(limit) };
      }),
      handle(getModelScorecard, ({ params: { model }, query, identity }) =>
        readScorecard(deps, model, query, limitWorkUnless(identity, 'totals')),
      ),
    ],
  };
}
