import { AppError } from '../../platform/errors/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { attributeWaiting } from './attribute.ts';
import { findLabelStart } from './label-sources.ts';
import { gatherModelValue, measureVersion, type ValueDeps } from './read.ts';
import { type RecordDeps, recordEvents } from './record.ts';
import { getModelValue, type ModelValue, ModelValueSpec, recordOutcomeEvents } from './schema.ts';
import { findEventsFrom, findModelValue, putModelValue } from './store.ts';

export { computeMetricValue, computeValueInterval, isLowerBetter } from './compute.ts';
export { createLabelSums, rememberLabelSums } from './label-sums.ts';
export { valueMigrations } from './migrations.ts';
export { countTaggedOutcomes, type DailyOutcomes, type OutcomeDeps, sumOutcomesByDay } from './outcomes.ts';
export { gatherModelValue, listVersionValues, type ModelValueFacts, measureVersion, type ValueDeps } from './read.ts';
export { findNewestEventTime, listModelValues } from './store.ts';

const ATTRIBUTE = 'value.attribute';
const EVERY_TEN_MINUTES = '*/10 * * * *';

/** Value of predictions: stated by `kind: ModelValue`, or measured from outcome events or labels. */
export interface Value {
  /** `ModelValue`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export interface ValueServiceDeps extends RecordDeps, ValueDeps {
  readonly counts: RecordDeps['counts'] & ValueDeps['counts'];
  readonly jobs: Pick<Jobs, 'register' | 'schedule'>;
}

export function createValue(deps: ValueServiceDeps): Value {
  deps.jobs.register(ATTRIBUTE, { handler: (_payload, { signal }) => attributeWaiting(deps, signal) });
  deps.jobs.schedule(ATTRIBUTE, EVERY_TEN_MINUTES, { kind: ATTRIBUTE, payload: null });
  return {
    kinds: [createSpecKind('ModelValue', 60, ModelValueSpec, applyModelValue)],
    routes: [
      handle(recordOutcomeEvents, ({ body: { events } }) => recordEvents(deps, events)),
      handle(getModelValue, ({ params: { model }, query }) => readModelValue(deps, model, query)),
    ],
  };
}

/** One document states the value of a model. Errors: `model_value_exists`, `model_value_conflict`. */
async function applyModelValue(sql: Sql, name: string, spec: ModelValueSpec) {
  const ofModel = await findModelValue(sql, { model: spec.model });
  if (ofModel !== null && ofModel.name !== name) {
    const detail = `ModelValue "${ofModel.name}" states the value of model "${spec.model}" already. Change that document.`;
    throw new AppError('model_value_exists', detail, { model: spec.model, name: ofModel.name });
  }
  const before = await findModelValue(sql, { name });
  if (before !== null && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  await requireOneSource(sql, spec);
  await putModelValue(sql, name, spec);
  return before === null ? 'created' : 'changed';
}

/** No outcome event is of a prediction that labels value: it would count twice. Error: `model_value_conflict`. */
async function requireOneSource(sql: Sql, { model, labels }: ModelValueSpec): Promise<void> {
  const events = labels === undefined ? null : await findEventsFrom(sql, model, findLabelStart(labels));
  if (labels === undefined || events === null) return;
  const dayAfter = new Date(events.lastMs + DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const stored = events.events === 1 ? '1 stored outcome event' : `${events.events} stored outcome events`;
  const detail = `labels would count the predictions of ${stored} of model "${model}" again. Set labels.from to ${dayAfter} or later.`;
  throw new AppError('model_value_conflict', detail, { model, events: events.events, earliestFrom: dayAfter });
}

async function readModelValue(
  deps: ValueServiceDeps,
  model: string,
  { start, end }: { readonly start?: string | undefined; readonly end?: string | undefined },
): Promise<ModelValue> {
  const versions = await deps.registry.versions(deps.store, model);
  if (versions === null) throw new AppError('model_not_found', `There is no registered model "${model}".`, { model });
  const within = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
  const facts = await gatherModelValue(deps, deps.store, model, within);
  const { window, sums, stated, perUnit } = facts;
  if (Date.parse(window.start) >= Date.parse(window.end)) {
    throw new AppError('invalid_request', `The window ${window.start} to ${window.end} is empty.`, { model });
  }
  return {
    model,
    window,
    versions: versions.map(({ version }) => ({ version, ...measureVersion(facts, version) })),
    unattributed: sums
      .filter(({ version }) => version === null)
      .map(({ currency, total, events }) => ({ currency, total, events })),
    stated,
    perUnit,
  };
}
