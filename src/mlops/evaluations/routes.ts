import { handle, type Route } from '../../platform/http/index.ts';
import { getEvaluation, importEvaluation, listEvaluations, sendEvaluationFile } from './schema.ts';
import { type EvaluationDeps, importTable, listRunEvaluations, requireEvaluation } from './service.ts';

export function evaluationRoutes(deps: EvaluationDeps): Route[] {
  return [
    handle(sendEvaluationFile, ({ query, stream }) => deps.uploads.receive(query.name, stream)),
    handle(importEvaluation, ({ body, actor }) => importTable(deps, { ...body, actor })),
    handle(listEvaluations, async ({ query }) => ({ evaluations: await listRunEvaluations(deps, query.runId) })),
    handle(getEvaluation, ({ params }) => requireEvaluation(deps.store, params.evaluation)),
  ];
}
