import { listModelNames } from '../../mlops/registry/index.ts';
import type { ModelValueFacts } from '../value/index.ts';
import { type CostFacts, computeKnownDays, computeReturn, type ReturnFacts } from './compute-return.ts';
import { type Gathering, isVisibleModel } from './context.ts';
import {
  type BilledAmounts,
  buildBilledCost,
  buildSubjectKey,
  buildUnknownCost,
  findRunningCost,
  readBilledCosts,
} from './gather-costs.ts';
import { buildMakingCost, readMadeVersions } from './gather-making.ts';
import { buildValueFacts, type ModelValues, measureValueReach, readModelValues } from './gather-values.ts';
import type { ReturnRow } from './schema.ts';

/** Counters that bound the reads of one answer. */
export interface Reads {
  readonly metered: { count: number };
  readonly versions: { count: number };
  readonly intervals: { count: number };
  /** Value facts that several rows measure, by model and days. */
  readonly facts: Map<string, Promise<ModelValueFacts>>;
}

export function createReads(): Reads {
  return { metered: { count: 0 }, versions: { count: 0 }, intervals: { count: 0 }, facts: new Map() };
}

const MOST_INTERVALS = 20;
const MOST_NAMES = 500;
const NO_SUBJECT = 'cost of the bill that no allocation rule assigns to one';

/** A row for each model with a cost or a value, and one for the cost without a model. */
export async function readModelRows(gathering: Gathering, model: string | null): Promise<ReturnRow[]> {
  const billed = await readBilledCosts(gathering, ['model'], model === null ? {} : { model });
  const values = await readModelValues(gathering, model, 'model');
  const names = model === null ? await listModelNames(gathering.sql, MOST_NAMES, gathering.visible?.owners) : [model];
  const all = new Set<string | null>([...listKeys(billed), ...values.keys(), ...names]);
  const keys = [...all].filter((key) => isVisibleModel(gathering, key));
  const reads = createReads();
  const rows: ReturnRow[] = [];
  for (const key of keys) {
    const amounts = billed.get(buildSubjectKey([key]));
    const row = await readModelRow(gathering, {
      model: key,
      amounts,
      values: key === null ? undefined : values.get(key),
      reads,
    });
    if (row !== null) rows.push(row);
  }
  return rows;
}

interface ModelFacts {
  readonly model: string | null;
  readonly amounts: BilledAmounts | undefined;
  readonly values: ModelValues | undefined;
  readonly reads: Reads;
}

/** null where nothing of the model is known. */
async function readModelRow(
  gathering: Gathering,
  { model, amounts, values, reads }: ModelFacts,
): Promise<ReturnRow | null> {
  const facts = await gatherModelFacts(gathering, { model, amounts, values, reads });
  const isEmpty = [facts.making, facts.running, facts.value].every(({ series }) => series === null);
  return isEmpty ? null : buildRow(gathering, model, facts);
}

/** Cost and value of a model; of the cost without a model where it is null. */
export async function gatherModelFacts(gathering: Gathering, { model, amounts, values, reads }: ModelFacts) {
  const running =
    model === null
      ? buildBilledCost(gathering, amounts?.running ?? [])
      : await findRunningCost(gathering, amounts, { model }, reads.metered);
  const making = await findModelMaking(gathering, { model, amounts, reads });
  const days = computeKnownDays(gathering.window, running.knownFrom);
  const value = buildValueFacts(gathering, values === undefined ? [] : [values], { versions: null, days });
  const canMeasure = values !== undefined && reads.intervals.count < MOST_INTERVALS;
  if (canMeasure) reads.intervals.count += 1;
  const reach = canMeasure
    ? await measureValueReach(gathering, values, { version: null, days, facts: reads.facts })
    : null;
  return { making, running: running.facts, knownFrom: running.knownFrom, value: { ...value, reach } };
}

/** Billed cost of the purposes of making, else the cost of the runs that made its versions. */
async function findModelMaking(
  gathering: Gathering,
  { model, amounts, reads }: Pick<ModelFacts, 'model' | 'amounts' | 'reads'>,
): Promise<CostFacts> {
  if (amounts !== undefined && amounts.making.length > 0) return buildBilledCost(gathering, amounts.making).facts;
  if (model === null) return buildUnknownCost(NO_SUBJECT);
  const versions = (await gathering.deps.registry.versions(gathering.sql, model)) ?? [];
  if (versions.length === 0) return buildUnknownCost('no bill assigns it a cost to make, and no version is registered');
  return buildMakingCost(gathering, await readMadeVersions(gathering, versions, reads.versions));
}

/** A row for each team with a cost, and for each owning team of a model with a value. */
export async function readTeamRows(gathering: Gathering): Promise<ReturnRow[]> {
  const billed = await readBilledCosts(gathering, ['team']);
  const values = await readModelValues(gathering, null, 'model');
  const owners = new Map<string, string | null>();
  for (const model of values.keys()) {
    if (!isVisibleModel(gathering, model)) continue;
    owners.set(model, (await gathering.deps.registry.ownerOf(gathering.sql, model))?.team ?? null);
  }
  const shown = [...values.values()].filter(({ model }) => owners.has(model));
  const byTeam = Map.groupBy(shown, ({ model }) => owners.get(model) ?? null);
  const reads = createReads();
  const rows: ReturnRow[] = [];
  const teams = gathering.visible?.owners.teams;
  for (const team of new Set([...listKeys(billed), ...byTeam.keys()])) {
    if (teams !== undefined && !teams.includes(team ?? '')) continue;
    const amounts = billed.get(buildSubjectKey([team]));
    const running =
      team === null
        ? buildBilledCost(gathering, amounts?.running ?? [])
        : await findRunningCost(gathering, amounts, { team }, reads.metered);
    const making =
      amounts !== undefined && amounts.making.length > 0
        ? buildBilledCost(gathering, amounts.making).facts
        : buildUnknownCost('no bill assigns it a cost of training, experiments or data');
    const days = computeKnownDays(gathering.window, running.knownFrom);
    const value = buildValueFacts(gathering, byTeam.get(team) ?? [], { versions: null, days });
    rows.push(buildRow(gathering, team, { making, running: running.facts, knownFrom: running.knownFrom, value }));
  }
  return rows;
}

/** The row of a subject. */
export function buildRow(
  { window }: Pick<Gathering, 'window'>,
  key: string | null,
  facts: Omit<ReturnFacts, 'window'>,
  about: Partial<Pick<ReturnRow, 'model' | 'experiment'>> = {},
): ReturnRow {
  return { key, model: null, experiment: null, ...about, ...computeReturn({ window, ...facts }) };
}

/** Values of a single field that have billed cost. */
export function listKeys(billed: ReadonlyMap<string, BilledAmounts>): (string | null)[] {
  return [...billed.keys()].map((key) => (JSON.parse(key) as (string | null)[])[0] ?? null);
}
