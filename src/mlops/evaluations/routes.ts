import { handle, isWithinLimit, limitWork, type Route, refuseHidden } from '../../platform/http/index.ts';
import { getEvaluation, importEvaluation, listEvaluations, sendEvaluationFile } from './schema.ts';
import { type EvaluationDeps, importTable, listRunEvaluations, requireEvaluation } from './service.ts';
import { findEvaluationById } from './store.ts';

export function evaluationRoutes(deps: EvaluationDeps): Route[] {
  return [
    handle(sendEvaluationFile, ({ query, stream }) => deps.uploads.receive(query.name, stream)),
    handle(importEvaluation, ({ body, actor }) => importTable(deps, { ...body, actor })),
    handle(listEvaluations, async ({ query }) => ({ evaluations: await listRunEvaluations(deps, query.runId) })),
    handle(getEvaluation, async ({ params: { evaluation: id }, identity }) => {
      const limit = limitWork(identity);
      if (limit === null) return requireEvaluation(deps.store, id);
      const found = await findEvaluationById(deps.store, id);
      const owner = found === null ? null : await deps.tracking.owners.ofRun(deps.store, found.evaluation.runId);
      if (found === null || !isWithinLimit(limit, owner)) throw refuseHidden(identity, `Evaluation ${id}`);
      return found.evaluation;
    }),
  ];
}
