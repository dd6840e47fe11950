import { listModelNames } from '../../mlops/registry/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { describeLimit, type Identity, limitWorkUnless, refuseHidden } from '../../platform/http/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { decimal, decimalString, sumDecimals } from '../../platform/units/index.ts';
import { readRetrainingReturns } from './calibration/read.ts';
import {
  type Gathering,
  openGathering,
  type ReturnsDeps,
  type ReturnsRequest,
  type VisibleSubjects,
} from './context.ts';
import { readEndpointRows } from './endpoint-rows.ts';
import { readExperimentRows } from './experiments/rows.ts';
import { toDay, toInstantMs } from './money-series.ts';
import type { ReturnDimension, ReturnRow, Returns } from './schema.ts';
import { readModelRows, readTeamRows } from './subject-rows.ts';
import { readTagRows } from './tag-rows.ts';
import { readVersionRows } from './version-rows.ts';

export interface ReturnsQuestion extends ReturnsRequest {
  readonly by: ReturnDimension;
  readonly model?: string | undefined;
  readonly qualityMetric?: string | undefined;
  readonly limit: number;
}

/** Dimensions whose costs are those of bills in most installations. */
const BILLED: ReadonlySet<ReturnDimension> = new Set(['model', 'team', 'feature', 'customer']);

const MOST_VISIBLE = 10_000;

/** Answers one question of a caller. Errors: `invalid_request`, `model_not_found`, `not_visible`. */
export async function readVisibleReturns(
  deps: ReturnsDeps,
  question: ReturnsQuestion,
  identity: Identity,
): Promise<Returns> {
  const owners = limitWorkUnless(identity, 'money');
  if (owners === null) return readReturns(deps, question);
  const { model } = question;
  const models = new Set(await listModelNames(deps.store, MOST_VISIBLE, owners));
  if (model !== undefined && !models.has(model)) throw refuseHidden(identity, `Model ${model}`);
  return { ...(await readReturns(deps, question, { owners, models })), ...describeLimit(owners) };
}

/** Answers one question. Errors: `invalid_request`, `model_not_found`. */
async function readReturns(
  deps: ReturnsDeps,
  question: ReturnsQuestion,
  visible: VisibleSubjects | null = null,
): Promise<Returns> {
  const { by, model = null, qualityMetric = null, limit, ...request } = question;
  const gathering = await openGathering(deps, request, BILLED.has(by), visible);
  if (by === 'team' && model !== null) {
    throw new AppError('invalid_request', 'Returns by team cannot be limited to a model. Leave out one of them.', {
      model,
    });
  }
  if (by === 'version' && model !== null) await requireModel(gathering, model);
  const found = await readRows(gathering, { by, model, metric: qualityMetric });
  const all = found.rows.toSorted(compareRows);
  const rows = all.slice(0, limit);
  return {
    by,
    metric: gathering.metric,
    currency: gathering.reporting?.currency ?? null,
    window: gathering.window,
    billedThrough: gathering.billedThrough,
    rows,
    totalRows: all.length,
    totals: sumRows(rows, by),
    ...listUnmatched(rows),
    // Without a model they are those of all models.
    retraining:
      by === 'version' && (visible === null || model !== null)
        ? await readRetrainingReturns(gathering.sql, model)
        : null,
    rates: gathering.rates(),
    notes: [...listNotes(gathering, by), ...found.notes],
  };
}

async function requireModel({ deps, sql }: Gathering, model: string): Promise<void> {
  if ((await deps.registry.model(sql, model)) !== null) return;
  throw new AppError('model_not_found', `There is no registered model "${model}". See "steelyard model list".`, {
    model,
  });
}

interface FoundRows {
  readonly rows: readonly ReturnRow[];
  readonly notes: readonly string[];
}

async function readRows(
  gathering: Gathering,
  {
    by,
    model,
    metric,
  }: { readonly by: ReturnDimension; readonly model: string | null; readonly metric: string | null },
): Promise<FoundRows> {
  const plain = async (rows: Promise<ReturnRow[]>): Promise<FoundRows> => ({ rows: await rows, notes: [] });
  switch (by) {
    case 'model':
      return plain(readModelRows(gathering, model));
    case 'team':
      return plain(readTeamRows(gathering));
    case 'endpoint':
      return plain(readEndpointRows(gathering, model));
    case 'version':
      return readVersionRows(gathering, model);
    case 'experiment':
      return plain(readExperimentRows(gathering, { model, metric }));
    case 'feature':
    case 'customer':
      return plain(readTagRows(gathering, by, model));
  }
}

/** Rows with a known value first, then by size; the amounts only order the rows, whatever their currency. */
function compareRows(one: ReturnRow, other: ReturnRow): number {
  const weigh = ({ value, running, making }: ReturnRow) => ({
    hasValue: value.total === null ? 0 : 1,
    amount: decimal(value.total?.amount ?? running.cost?.amount ?? making.cost?.amount ?? '0'),
  });
  const [a, b] = [weigh(one), weigh(other)];
  return b.hasValue - a.hasValue || b.amount.cmp(a.amount);
}

function sumRows(rows: readonly ReturnRow[], by: ReturnDimension): Returns['totals'] {
  // Versions of one search contain the same runs, so their costs to make are not additive.
  const making = ({ making: { cost } }: ReturnRow) => (by === 'version' ? null : cost);
  const figures = rows.map((row) => ({
    making: making(row),
    running: row.running.cost,
    value: row.value.total,
    contribution: row.contribution.amount,
    bases: [making(row) === null ? null : row.making.basis, row.running.basis],
  }));
  const currencies = new Set(
    figures.flatMap((one) => [one.making, one.running, one.value].flatMap((money) => money?.currency ?? [])),
  );
  return [...currencies].toSorted().map((currency) => {
    const add = (part: 'making' | 'running' | 'value' | 'contribution') =>
      sumDecimals(figures.flatMap((one) => (one[part]?.currency === currency ? [one[part].amount] : [])));
    return {
      currency,
      making: add('making'),
      running: add('running'),
      value: add('value'),
      contribution: add('contribution'),
      withoutContribution: figures.filter(({ contribution }) => contribution === null).length,
      bases: [...new Set(figures.flatMap(({ bases }) => bases.flatMap((basis) => basis ?? [])))].toSorted(),
    };
  });
}

function listUnmatched(rows: readonly ReturnRow[]): Pick<Returns, 'costsWithoutValue' | 'valueWithoutCost'> {
  return {
    costsWithoutValue: rows.flatMap(({ key, model, value, running, making }) => {
      const [first, ...others] = [running.cost, making.cost].flatMap((cost) => cost ?? []);
      if (value.total !== null || first === undefined) return [];
      const same = others.filter(({ currency }) => currency === first.currency);
      const amount = decimalString(sumDecimals([first, ...same].map((one) => one.amount)));
      return [
        {
          key: nameSubject(model, key),
          amount: { amount, currency: first.currency },
          reason: value.reason ?? 'no value is known',
        },
      ];
    }),
    valueWithoutCost: rows.flatMap(({ key, model, value, running }) =>
      value.total === null || running.cost !== null
        ? []
        : [{ key: nameSubject(model, key), amount: value.total, reason: running.reason ?? 'no cost is known' }],
    ),
  };
}

/** Example: model ranker, version 3 -> "ranker 3". */
function nameSubject(model: string | null, key: string | null): string | null {
  return model === null || key === null ? key : `${model} ${key}`;
}

function listNotes({ window, billedThrough }: Gathering, by: ReturnDimension): string[] {
  const isAhead = billedThrough !== null && window.end > billedThrough && BILLED.has(by);
  return [
    ...(isAhead && nextDay(billedThrough) < window.end
      ? [`The bills end with ${billedThrough}: later days have value without billed cost.`]
      : []),
    ...(by === 'version' ? ['Versions of one search contain the same runs: their costs to make are not added.'] : []),
    ...(by === 'experiment' ? [OF_EXPERIMENTS] : []),
  ];
}

const OF_EXPERIMENTS =
  'The cost of an experiment is that of its active runs of all time; the cost to run is that of its versions, so that billed cost without a version is in no row.';

function nextDay(day: string): string {
  return toDay(toInstantMs(day) + DAY_MS);
}
