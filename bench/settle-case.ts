import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { migrations } from '../src/app/migrations.ts';
import { PREDICTION } from '../src/mlops/predictions/lake-tables.ts';
import { type JournaledRow, type JournaledTable, openJournaledTable } from '../src/platform/journal/index.ts';
import { openLake } from '../src/platform/lake/index.ts';
import { openStore } from '../src/platform/store/index.ts';
import { DAY_MS } from '../src/platform/units/durations.ts';
import type { CaseContext } from './case-context.ts';
import type { CaseReport, Figure } from './report.ts';

const SUBJECT = 'Steelyard';
const BACKFILL_DAYS = 1_464;
const INPUTS = 16;
/** Settlings of a day, one every five minutes. */
const SETTLINGS_A_DAY = 288;
const LAST_DAY = Date.UTC(2026, 10, 30);

/** Predictions on their way from the journal into the lake: a back-fill of four years, then a table that is settled every five minutes. */
export async function measureSettle({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const data = join(folder, 'settle');
  mkdirSync(data, { recursive: true });
  const clock = { at: LAST_DAY + DAY_MS };
  try {
    await using lake = await openLake({
      root: join(data, 'lake'),
      readable: [join(data, 'journals')],
      memory: '1GB',
      threads: 2,
    });
    await using store = await openStore({ database: 'sqlite', folder: data });
    await store.migrate(migrations);
    const opening = { store, lake, folder: join(data, 'journals'), fsync: 'interval', now: () => clock.at } as const;
    const log = pino({ level: 'error' }, pino.destination(2));
    await using table = await openJournaledTable({ ...opening, log }, { table: PREDICTION, dayOf: 'predictedAt' });
    const room = { table, data, clock, report };
    const backfill = await measureBackfill(room, options.settlePredictions);
    const month = await measureMonth(room, options.settleDays);
    const figures: Figure[] = [
      figure('settle the back-fill', 's', backfill.settleMs / 1000),
      figure('settle the back-fill, processor time', 's', backfill.settleCpuMs / 1000),
      figure('settle a further row into each of its days', 's', backfill.againMs / 1000),
      figure('compact these days', 's', backfill.compactMs / 1000),
      figure('compact a day of 288 settlings, all looks together', 's', month.compactMs / options.settleDays / 1000),
      figure('read the last ten minutes, processor time', 'ms', month.readCpuMs),
      figure('read all days, processor time', 'ms', month.readAllCpuMs),
    ];
    const [settle, read] = [figures[0], figures[5]];
    return {
      name: 'settle',
      title: `${options.settlePredictions} predictions of ${BACKFILL_DAYS} days, then ${options.settleDays} days settled every five minutes`,
      subjects: [SUBJECT],
      comparisons: figures.map((one) => ({ measure: one.measure, figures: [one] })),
      budgets: [
        ...(settle === undefined ? [] : [{ what: 'back-fill settled', limit: 60, figure: settle }]),
        ...(read === undefined ? [] : [{ what: 'last ten minutes read', limit: 50, figure: read }]),
      ],
      notes: [
        `Each prediction has ${INPUTS} inputs; the back-fill is ${(backfill.journalBytes / 1e6).toFixed(0)} MB of journal. Rows were counted after each step.`,
        `Files of the table at the end: ${month.files}, for ${BACKFILL_DAYS + options.settleDays} days. The reads are the least of five.`,
      ],
    };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

interface Room {
  readonly table: JournaledTable;
  readonly data: string;
  readonly clock: { at: number };
  readonly report: CaseContext['report'];
}

async function measureBackfill({ table, data, report }: Room, predictions: number) {
  report(`settle: ${predictions} predictions of ${BACKFILL_DAYS} days`);
  const start = LAST_DAY - (BACKFILL_DAYS + 60) * DAY_MS;
  const stepMs = (BACKFILL_DAYS * DAY_MS) / predictions;
  for (let from = 0; from < predictions; from += 10_000) {
    const count = Math.min(10_000, predictions - from);
    await table.append(Array.from({ length: count }, (_, at) => prediction(from + at, start + (from + at) * stepMs)));
  }
  const journalBytes = sizeOf(join(data, 'journals', 'prediction'));
  const settled = await timed(() => table.settle());
  await expectRows(table, predictions);
  report('settle: once more into the same days');
  await table.append(
    Array.from({ length: BACKFILL_DAYS }, (_, day) => prediction(predictions + day, start + day * DAY_MS)),
  );
  const again = await timed(() => table.settle());
  report('settle: compact');
  const compacted = await timed(() => table.compact());
  await expectRows(table, predictions + BACKFILL_DAYS);
  const files = readdirSync(join(data, 'lake', 'prediction')).length;
  if (files !== BACKFILL_DAYS) throw new Error(`${files} files are left, not one a day`);
  return {
    journalBytes,
    settleMs: settled.wallMs,
    settleCpuMs: settled.cpuMs,
    againMs: again.wallMs,
    compactMs: compacted.wallMs,
  };
}

async function measureMonth({ table, data, clock, report }: Room, days: number) {
  report(`settle: ${days} days, every five minutes`);
  const first = LAST_DAY - (days - 1) * DAY_MS;
  let compactMs = 0;
  for (let settling = 0; settling < days * SETTLINGS_A_DAY; settling += 1) {
    clock.at = first + (settling * DAY_MS) / SETTLINGS_A_DAY;
    await table.append([prediction(settling, clock.at)]);
    await table.settle();
    // As often as a server does.
    if (settling % 3 === 2) compactMs += (await timed(() => table.compact())).wallMs;
  }
  const since = new Date(clock.at - 600_000).toISOString();
  const count = (range: { from?: string }) => () =>
    table.read(
      (relation, session) =>
        session.query(`SELECT count(*)::DOUBLE AS rows FROM ${relation}
          WHERE model = 'model' AND predictedAt >= TIMESTAMP '${(range.from ?? '2000-01-01T00:00:00').replace('T', ' ').replace('Z', '')}'`),
      range,
    );
  return {
    compactMs,
    readCpuMs: await leastCpuMs(count({ from: since })),
    readAllCpuMs: await leastCpuMs(count({})),
    files: readdirSync(join(data, 'lake', 'prediction')).length,
  };
}

function prediction(number: number, at: number): JournaledRow {
  const predictedAt = new Date(Math.floor(at)).toISOString();
  const inputs = Array.from({ length: INPUTS }, (_, input) => [
    `input_${input}`,
    ((number * 31 + input * 17) % 1000) / 7,
  ]);
  return {
    prediction: `prediction-${number}`,
    model: 'model',
    modelVersion: '1',
    predictedAt,
    entity: `entity-${number % 5000}`,
    inputs: JSON.stringify(Object.fromEntries(inputs)),
    output: String(number % 2),
    latencyMs: number % 40,
    recordedAt: predictedAt,
  };
}

async function expectRows(table: JournaledTable, expected: number): Promise<void> {
  const [row] = await table.read((relation, session) =>
    session.query(`SELECT count(DISTINCT prediction)::DOUBLE AS rows FROM ${relation}`),
  );
  if (Number(row?.rows) !== expected) throw new Error(`${row?.rows} predictions are there, not ${expected}`);
}

async function leastCpuMs(work: () => Promise<unknown>): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < 5; run += 1) runs.push((await timed(work)).cpuMs);
  return Math.min(...runs);
}

async function timed(work: () => Promise<unknown>) {
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function figure(measure: string, unit: Figure['unit'], value: number): Figure {
  return { measure, subject: SUBJECT, unit, values: [value] };
}
