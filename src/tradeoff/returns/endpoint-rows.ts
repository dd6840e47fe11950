import type { Subject } from '../../org/schema.ts';
import { isWithinLimit } from '../../platform/http/index.ts';
import { decimal, decimalString } from '../../platform/units/index.ts';
import { sumOutcomesByDay } from '../value/index.ts';
import { computeKnownDays } from './compute-return.ts';
import type { Gathering } from './context.ts';
import {
  buildBilledCost,
  buildSubjectKey,
  buildUnknownCost,
  findRunningCost,
  readBilledCosts,
} from './gather-costs.ts';
import { buildValueFacts, type ModelValues, readModelValues } from './gather-values.ts';
import { toInstantMs } from './money-series.ts';
import type { ReturnRow } from './schema.ts';
import { buildRow, createReads, listKeys } from './subject-rows.ts';

const NOT_MADE = 'an endpoint has no cost to make: it is that of the models that it serves';

/** A row for each endpoint with a cost, an outcome event or served versions. */
export async function readEndpointRows(gathering: Gathering, model: string | null): Promise<ReturnRow[]> {
  const subject: Subject = model === null ? {} : { model };
  const billed = await readBilledCosts(gathering, ['endpoint'], subject);
  const values = await readEndpointValues(gathering, model);
  const served = await gathering.deps.servedVersions(gathering.sql, null);
  const names = served.filter((one) => model === null || one.model === model).map(({ endpoint }) => endpoint);
  const reads = createReads();
  const rows: ReturnRow[] = [];
  for (const endpoint of new Set([...listKeys(billed), ...values.keys(), ...names])) {
    if (!(await isVisibleEndpoint(gathering, endpoint))) continue;
    const amounts = billed.get(buildSubjectKey([endpoint]));
    const running =
      endpoint === null
        ? buildBilledCost(gathering, [...(amounts?.running ?? []), ...(amounts?.making ?? [])])
        : await findRunningCost(gathering, amounts, { ...subject, endpoint }, reads.metered);
    const days = computeKnownDays(gathering.window, running.knownFrom);
    const value = buildValueFacts(gathering, values.get(endpoint) ?? [], { versions: null, days });
    const cost = { making: buildUnknownCost(NOT_MADE), running: running.facts, knownFrom: running.knownFrom };
    rows.push(buildRow(gathering, endpoint, { ...cost, value, noPayback: NOT_MADE }));
  }
  return rows;
}

async function isVisibleEndpoint({ deps, sql, visible }: Gathering, endpoint: string | null): Promise<boolean> {
  if (visible === null) return true;
  return endpoint !== null && isWithinLimit(visible.owners, await deps.ownerOf(sql, { endpoint }));
}

/** Value by endpoint: of outcome events and labels, and the stated value x predictions that replicas counted for models without events. */
async function readEndpointValues(
  gathering: Gathering,
  model: string | null,
): Promise<ReadonlyMap<string | null, readonly ModelValues[]>> {
  const { deps, sql, history } = gathering;
  const period = { start: toInstantMs(history.start), end: toInstantMs(history.end) };
  const found = new Map<string | null, ModelValues[]>();
  const add = (endpoint: string | null, values: ModelValues) =>
    found.set(endpoint, [...(found.get(endpoint) ?? []), values]);
  const { sums } = await sumOutcomesByDay(deps, sql, { field: 'endpoint', model, ...period });
  for (const of of Map.groupBy(sums, ({ key, source }) => buildSubjectKey([key, source])).values()) {
    const [first] = of;
    if (first === undefined) continue;
    const { key: endpoint, source } = first;
    const amounts = of.map(({ day, currency, total }) => ({ day, currency, amount: total }));
    const byVersion = new Map([[endpoint, amounts]]);
    add(endpoint, { model: '', source, byVersion, outcomes: of, perPrediction: null, reason: null });
  }
  const values = await readModelValues(gathering, model, 'model');
  const counted = await deps.metering.predictionsByDay(sql, period);
  const byPair = Map.groupBy(counted, ({ endpoint, model: of }) => buildSubjectKey([endpoint, of]));
  for (const of of byPair.values()) {
    const [first] = of;
    const stated = first?.model == null ? undefined : values.get(first.model);
    const perPrediction = stated?.perPrediction ?? null;
    if (first === undefined || first.endpoint === null || stated === undefined || perPrediction === null) continue;
    const amounts = of.map(({ day, predictions }) => ({
      ...{ day, currency: perPrediction.currency },
      amount: decimalString(decimal(perPrediction.amount).times(predictions)),
    }));
    add(first.endpoint, { ...stated, byVersion: new Map([[null, amounts]]) });
  }
  return found;
}
