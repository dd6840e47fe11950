import { handle, type Route } from '../../platform/http/index.ts';
import type { ReturnsDeps } from './context.ts';
import { readModelReturn } from './model-return.ts';
import { getModelReturn, listReturns } from './schema.ts';
import { readReturns } from './service.ts';

export type { ReturnsDeps } from './context.ts';

/** Cost to make, cost to run, value and payback of models, teams and other subjects. */
export interface ReturnsNoun {
  readonly routes: readonly Route[];
}

export function createReturns(deps: ReturnsDeps): ReturnsNoun {
  return {
    routes: [
      handle(listReturns, ({ query }) => readReturns(deps, query)),
      handle(getModelReturn, ({ params: { model }, query }) => readModelReturn(deps, model, query)),
    ],
  };
}
