import { rememberLabelSums } from '../value/index.ts';
import { computeReturn } from './compute-return.ts';
import { openGathering, type ReturnsDeps, type ReturnsRequest } from './context.ts';
import { buildSubjectKey, readBilledCosts } from './gather-costs.ts';
import { readModelValues } from './gather-values.ts';
import type { ReturnFigures } from './schema.ts';
import { createReads, gatherModelFacts } from './subject-rows.ts';

/**
 * Figures of the named models in several windows, each unknown part with its reason; the figures of a window in the order of the windows. Facts
 * of a window within an earlier one are not read again. Error: `invalid_request` for an empty window.
 */
export async function readFiguresOfModels(
  deps: ReturnsDeps,
  models: readonly string[],
  requests: readonly ReturnsRequest[],
): Promise<ReadonlyMap<string, ReturnFigures>[]> {
  const shared = { ...deps, sumLabels: rememberLabelSums(deps.sumLabels) };
  const windows: ReadonlyMap<string, ReturnFigures>[] = [];
  for (const request of requests) windows.push(await readWindow(shared, models, request));
  return windows;
}

async function readWindow(
  deps: ReturnsDeps,
  models: readonly string[],
  request: ReturnsRequest,
): Promise<ReadonlyMap<string, ReturnFigures>> {
  const gathering = await openGathering(deps, request, true);
  const [only] = models;
  const one = models.length === 1 && only !== undefined ? only : null;
  const billed = await readBilledCosts(gathering, ['model'], one === null ? {} : { model: one });
  const values = await readModelValues(gathering, one, 'model', new Set(models));
  const reads = createReads();
  const found = new Map<string, ReturnFigures>();
  for (const model of models) {
    const amounts = billed.get(buildSubjectKey([model]));
    const facts = await gatherModelFacts(gathering, { model, amounts, values: values.get(model), reads });
    found.set(model, computeReturn({ window: gathering.window, ...facts }));
  }
  return found;
}
