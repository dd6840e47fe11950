import { handle, type Route } from '../../platform/http/index.ts';
import { findHiddenBudgets, refuseForeignPolicy } from '../gates/index.ts';
import { fitCascades } from './cascades/fit-cascades.ts';
import { evaluateFrontier } from './evaluate-frontier.ts';
import { gatherFacts, readWantedPairs } from './gather.ts';
import { listPoints, planFrontier } from './list-points.ts';
import { createPairBook } from './pair-book.ts';
import { getFrontier, type ModelFrontier, whatIf } from './schema.ts';
import { answerWhatIf, type WhatIfDeps } from './what-if/service.ts';

/** Versions of a model by cost at demand and quality, and the effect of a change of how it is served. Nothing is stored. */
export interface Frontier {
  readonly routes: readonly Route[];
}

export function createFrontier(deps: WhatIfDeps): Frontier {
  return {
    routes: [
      handle(getFrontier, async ({ params: { model }, query, identity }) => {
        const { policy } = query;
        await refuseForeignPolicy(deps.store, identity, { model, policy });
        const isHiddenBudget = await findHiddenBudgets(deps.budgets, deps.store, identity);
        return readFrontier(deps, { model, ...query, isHiddenBudget });
      }),
      handle(whatIf, async ({ params: { model }, body, identity }) => {
        const { policy } = body;
        await refuseForeignPolicy(deps.store, identity, { model, policy });
        const isHiddenBudget = await findHiddenBudgets(deps.budgets, deps.store, identity);
        return answerWhatIf(deps, { model, ...body, isHiddenBudget });
      }),
    ],
  };
}

type FrontierRequest = Parameters<typeof gatherFacts>[1] & Parameters<typeof evaluateFrontier>[1];

/**
 * Evaluates with the pairs that are read, reads those that it asked for, and evaluates again until none is missing: first those that decide which versions are
 * comparable, of which cascades are fitted.
 */
async function readFrontier(deps: WhatIfDeps, request: FrontierRequest): Promise<ModelFrontier> {
  const gathered = await gatherFacts(deps, request);
  const planned = planFrontier(gathered.facts);
  const pairs = createPairBook();
  for (;;) {
    listPoints(planned, pairs);
    if (pairs.listWanted().length === 0) break;
    await readWantedPairs(deps, gathered, pairs);
  }
  const { points } = listPoints(planned, pairs);
  const cascades = await fitCascades(deps, { ...gathered, ...request, planned, points, pairs });
  for (;;) {
    const frontier = evaluateFrontier(planned, request, pairs, cascades);
    if (pairs.listWanted().length === 0) return frontier;
    await readWantedPairs(deps, gathered, pairs, cascades.answers);
  }
}
