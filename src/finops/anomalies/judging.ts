import { createHash } from 'node:crypto';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { type Clock, sumDecimals } from '../../platform/units/index.ts';
import { allocatedDaily, allocations } from '../allocation/index.ts';
import { type Billing, billRows } from '../billing/index.ts';
import type { Costs, DailyCharges } from '../costs/index.ts';
import type { GpuTelemetry } from '../gpu-telemetry/index.ts';
import type { GpuDay, GpuUsage } from '../gpu-usage/index.ts';
import type { CountedPredictions, Metering } from '../metering/index.ts';
import { formatDay, toDayNumber, toMonth } from './day.ts';
import type { FoundAnomaly } from './describe-cause.ts';
import { buildChargeConditions } from './find-causes.ts';
import { buildGpuLedger, type JudgedLedger, judgeLedger } from './judge-ledger.ts';
import { reconcile } from './reconcile.ts';
import { createSeriesMemory, type SeriesMemory } from './series-memory.ts';
import { buildSliceKey, CAUSE_DIMENSIONS, isOfGpus } from './slice.ts';
import { findAnomalies, findAnomaly, findJudging, putAnomaly, putJudging, type StoredAnomaly } from './store.ts';

export interface JudgingDeps {
  readonly store: Store;
  readonly lake: Pick<Lake, 'sequence'>;
  readonly clock: Clock;
  readonly billing: Pick<Billing, 'currentUnits' | 'periodState'>;
  readonly costs: Pick<Costs, 'withDailyCharges'>;
  readonly gpuTelemetry: Pick<GpuTelemetry, 'stamp'>;
  readonly gpuUsage: Pick<GpuUsage, 'days'>;
  readonly metering: Pick<Metering, 'predictionsByDay'>;
}

/** The job that judges the ledger. */
export const JUDGING_JOB = 'anomalies.judge';
const EVERY_TEN_MINUTES = '*/10 * * * *';
/** Number of months read before the newest: half a year is enough to learn a series. */
const MONTHS_BACK = 6;
const ID_DIGITS = 16;
/** Days to learn from before the first judgement. */
const WARM_UP_DAYS = 28;

/** Judges the ledger if bills or allocations change, if feedback arrives, and if a month is closed; then calls `judged`. */
export function scheduleJudging(deps: JudgingDeps, jobs: Jobs, judged: () => Promise<void>): void {
  const memory = createSeriesMemory();
  jobs.register(JUDGING_JOB, {
    handler: async () => {
      await deps.store.exclusively('anomalies', async () => {
        while (await judgeOnce(deps, memory));
        await judged();
      });
    },
  });
  jobs.schedule(JUDGING_JOB, EVERY_TEN_MINUTES, { kind: JUDGING_JOB, payload: null });
}

/** Enqueues a judging of the ledger; concurrent requests are deduplicated. */
export async function askForJudging(jobs: Pick<Jobs, 'enqueue'>, sql: Sql): Promise<void> {
  await jobs.enqueue(sql, { kind: JUDGING_JOB, payload: null, uniqueKey: JUDGING_JOB });
}

/** False if nothing changed since the last judging. True after a judging, which may need to run again because of later changes. */
async function judgeOnce(deps: JudgingDeps, memory: SeriesMemory): Promise<boolean> {
  const { store, costs, billing, clock } = deps;
  const before = await findJudging(store);
  const stored = await findAnomalies(store, true);
  const periods = [...new Set((await billing.currentUnits(store)).map(({ period }) => period))].toSorted();
  const growing = new Set<string>();
  for (const period of periods.slice(-MONTHS_BACK)) {
    if ((await billing.periodState(store, period)) !== 'closed') growing.add(period);
  }
  const now = clock.now();
  const [from, to] = computeJudgingWindow(periods.at(-1), now);
  const within = { start: Date.parse(from), end: Date.parse(to) };
  const predictions = await deps.metering.predictionsByDay(store, within);
  const ofGpus = await deps.gpuTelemetry.stamp(store, to);
  const stamp = await readInputStamp(deps, { stored, growing: [...growing], predictions, ofGpus });
  if (before?.stamp === stamp) return false;
  const gpus = ofGpus === null ? [] : await deps.gpuUsage.days({ from, to });
  const context = { covers: (month: string) => periods.includes(month), grows: (month: string) => growing.has(month) };
  const question = { from, to, dimensions: CAUSE_DIMENSIONS };
  const { judged, changed } = await costs.withDailyCharges(question, async (charges) => {
    const inner = await judgeLedger(charges, { said: stored, gpus, predictions, memory, ...context });
    const hasEarlierBills = periods.some((period) => period < toMonth(from));
    const reconciled = await reconcile({
      stored,
      found: inner.found,
      settledBefore: hasEarlierBills ? formatDay(toDayNumber(from) + WARM_UP_DAYS) : null,
      now: new Date(now).toISOString(),
      newId: createAnomalyId,
      costNow: (anomaly) => readCurrentCost(charges, gpus, anomaly),
    });
    return { judged: inner, changed: reconciled };
  });
  return save(deps, { before: before?.stamp ?? null, stamp, now, stored, changed, judged });
}

/** Derives the id from measure, side, slice and first day, so that a different order of imports gives the same ids if possible. */
function createAnomalyId(found: FoundAnomaly, taken: ReadonlySet<string>): string {
  const { measure, currency, direction, slice, except, start } = found;
  const facts = [measure, currency, direction, buildSliceKey(slice), buildSliceKey(except), start];
  for (let copy = 0; ; copy += 1) {
    const digest = createHash('sha256')
      .update(JSON.stringify([...facts, copy]))
      .digest('hex');
    const id = `an_${digest.slice(0, ID_DIGITS)}`;
    if (!taken.has(id)) return id;
  }
}

/** From the first of the month half a year before the newest bill, so that the window moves by whole months. */
function computeJudgingWindow(newest: string | undefined, now: number): [from: string, to: string] {
  const today = new Date(now).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const [year = 1970, month = 1] = (newest ?? today.slice(0, 'YYYY-MM'.length)).split('-').map(Number);
  return [new Date(Date.UTC(year, month - 1 - MONTHS_BACK, 1)).toISOString().slice(0, 'YYYY-MM-DD'.length), today];
}

interface JudgingInputs {
  readonly stored: readonly StoredAnomaly[];
  readonly growing: readonly string[];
  readonly predictions: readonly CountedPredictions[];
  readonly ofGpus: string | null;
}

/** Readings that sources send all the time change it once a day, those of files at each import. */
async function readInputStamp(
  { store, lake }: JudgingDeps,
  { stored, growing, predictions, ofGpus }: JudgingInputs,
): Promise<string> {
  const said = stored.flatMap(({ id, feedback }) =>
    feedback === null || feedback.from !== null ? [] : [[id, feedback]],
  );
  const sequences = await Promise.all(
    [billRows, allocations, allocatedDaily].map((table) => lake.sequence(store, table)),
  );
  const text = JSON.stringify([sequences, growing, said.toSorted(), predictions, ofGpus]);
  return createHash('sha256').update(text).digest('hex');
}

async function readCurrentCost(
  charges: DailyCharges,
  gpus: readonly GpuDay[],
  anomaly: StoredAnomaly,
): Promise<string> {
  const { currency, evidence, measure, start, end } = anomaly;
  const readings = buildGpuLedger(gpus);
  const ofGpus = measure === 'gpu_idle_cost' ? readings.idle : readings.unused;
  if (currency === null) return evidence?.cost.actual ?? anomaly.actual;
  const cells = await (isOfGpus(measure) ? ofGpus : charges).cells({
    currency,
    where: buildChargeConditions(anomaly),
    before: { from: start, to: formatDay(toDayNumber(start) - 1) },
    after: { from: start, to: end },
    most: 1,
  });
  return sumDecimals(cells.map(({ costAfter }) => costAfter));
}

interface Saving {
  /** Stamp of the judging that this one follows. */
  readonly before: string | null;
  readonly stamp: string;
  readonly now: number;
  readonly stored: readonly StoredAnomaly[];
  readonly changed: readonly StoredAnomaly[];
  readonly judged: JudgedLedger;
}

/** Stores the result, unless another server was faster. A verdict that arrived in the meantime stays, and the next judging applies it. */
async function save(deps: JudgingDeps, { before, stamp, now, stored, changed, judged }: Saving): Promise<boolean> {
  const known = new Set(stored.map(({ id }) => id));
  await deps.store.transaction(async (sql) => {
    if (((await findJudging(sql))?.stamp ?? null) !== before) return;
    for (const anomaly of changed) {
      const own = known.has(anomaly.id) ? ((await findAnomaly(sql, anomaly.id))?.feedback ?? null) : null;
      const isOwn = own !== null && own.from === null;
      const takenBack = own === null && anomaly.feedback !== null && anomaly.feedback.from === null;
      await putAnomaly(sql, { ...anomaly, feedback: isOwn ? own : takenBack ? null : anomaly.feedback });
    }
    await putJudging(sql, { stamp, judging: { ...judged.judging, judgedAt: new Date(now).toISOString() } });
  });
  return true;
}
