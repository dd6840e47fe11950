import { listModelNames } from '../../mlops/registry/index.ts';
import { formatMoneyText } from '../../platform/units/index.ts';
import { computeKnownDays } from './compute-return.ts';
import type { Gathering } from './context.ts';
import { type BilledAmounts, buildSubjectKey, findRunningCost, readBilledCosts } from './gather-costs.ts';
import { buildMakingCost, type MadeVersion, readMadeVersions } from './gather-making.ts';
import { buildValueFacts, type ModelValues, measureValueReach, readModelValues } from './gather-values.ts';
import { buildMoneySeries, hasDays, sumDays, toMoney } from './money-series.ts';
import type { ReturnRow } from './schema.ts';
import { buildRow, createReads, type Reads } from './subject-rows.ts';

const MOST_MODELS = 100;
const MOST_INTERVALS = 20;

/**
 * A row for each registered version of a model, or of all models: newest first within a model. Notes name the billed cost of a model
 * without a version, which is in no row.
 */
export async function readVersionRows(
  gathering: Gathering,
  model: string | null,
): Promise<{ rows: ReturnRow[]; notes: string[] }> {
  const { deps, sql } = gathering;
  const billed = await readBilledCosts(gathering, ['model', 'modelVersion'], model === null ? {} : { model });
  const values = await readModelValues(gathering, model, 'version');
  const names = model === null ? await listModelNames(sql, MOST_MODELS, gathering.visible?.owners) : [model];
  const reads = createReads();
  const rows: ReturnRow[] = [];
  const notes: string[] = [];
  for (const name of names) {
    notes.push(...describeUnversioned(gathering, name, billed.get(buildSubjectKey([name, null]))));
    const versions = (await deps.registry.versions(sql, name)) ?? [];
    for (const made of await readMadeVersions(gathering, versions, reads.versions)) {
      const amounts = billed.get(buildSubjectKey([name, made.version]));
      rows.push(await readVersionRow(gathering, { model: name, made, amounts, values: values.get(name), reads }));
    }
  }
  return { rows, notes };
}

function describeUnversioned(
  { reporting, window }: Gathering,
  model: string,
  amounts: BilledAmounts | undefined,
): string[] {
  const series = buildMoneySeries(amounts?.running ?? [], reporting);
  if (series.currency === null || !hasDays(series, window)) return [];
  const cost = formatMoneyText(toMoney(sumDays(series, window), series.currency));
  return [`The bills assign a cost to run of ${cost} to ${model} and to no version of it: no row contains it.`];
}

async function readVersionRow(
  gathering: Gathering,
  {
    model,
    made,
    amounts,
    values,
    reads,
  }: {
    readonly model: string;
    readonly made: MadeVersion;
    readonly amounts: BilledAmounts | undefined;
    readonly values: ModelValues | undefined;
    readonly reads: Reads;
  },
): Promise<ReturnRow> {
  const { version } = made;
  const running = await findRunningCost(gathering, amounts, { model, modelVersion: version }, reads.metered);
  const days = computeKnownDays(gathering.window, running.knownFrom);
  const value = buildValueFacts(gathering, values === undefined ? [] : [values], { versions: [version], days });
  const canMeasure = values !== undefined && value.series !== null && reads.intervals.count < MOST_INTERVALS;
  if (canMeasure) reads.intervals.count += 1;
  const reach = canMeasure ? await measureValueReach(gathering, values, { version, days, facts: reads.facts }) : null;
  return buildRow(
    gathering,
    version,
    {
      making: buildMakingCost(gathering, [made]),
      running: running.facts,
      knownFrom: running.knownFrom,
      value: { ...value, reach },
    },
    { model },
  );
}
