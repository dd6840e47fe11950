import type { Lake, LakeSession, StagedFile } from '../../../platform/lake/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import { buildSpanSelect, buildStretchSelect } from './day-sql.ts';
import type { GpuMetric } from './schema.ts';
import { buildPartition, GPU_SAMPLE, GPU_STRETCH, LEVELS } from './tables.ts';

export interface DaysDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly session: LakeSession;
  readonly stage: LakeSession['stage'];
}

export interface AddedReadings {
  readonly metric: GpuMetric;
  /** FROM item of the new readings: gpu, sampledAt, value, intervalMs, import. */
  readonly relation: string;
  /** UTC days of the readings, or hours of them, sorted: a day replaces its separately written hours. */
  readonly spans: readonly string[];
}

export interface WrittenSpans {
  readonly files: readonly StagedFile[];
  /** Partitions that the files replace. */
  readonly replaced: readonly string[];
  /** Number of additional samples. */
  readonly added: number;
}

export const EMPTY_SPANS: WrittenSpans = { files: [], replaced: [], added: 0 };

/** Name of the ENUM that maps names to small numbers while days are sorted; imports run one at a time. */
const NAMES = 'gpu_names';

/** Rewrites every day, or hour, of the readings: samples, then their stretches. The files are invisible before a swap. */
export async function addReadings(deps: DaysDeps, added: AddedReadings): Promise<WrittenSpans> {
  const { store, lake, session } = deps;
  const partitions = added.spans.map((span) => buildPartition(added.metric, span));
  const isTaken = (name: string) => partitions.some((one) => name === one || name.startsWith(`${one} `));
  const known = (await lake.files(store, GPU_SAMPLE)).filter(({ partition }) => isTaken(partition));
  const all = lake.stagedRelation(GPU_SAMPLE, known);
  await session.query(`DROP TYPE IF EXISTS ${NAMES}`);
  await session.query(
    `CREATE TYPE ${NAMES} AS ENUM (SELECT DISTINCT gpu FROM (
        SELECT gpu FROM ${added.relation} UNION ALL SELECT gpu FROM ${all}) ORDER BY gpu)`,
  );
  try {
    const spans: StagedFile[][] = [];
    for (const span of added.spans) spans.push(await addSpan(deps, added, span, known));
    const samples = spans.flat().filter(({ table }) => table === GPU_SAMPLE.name);
    const replaced = new Set([...partitions, ...known.map(({ partition }) => partition)]);
    return { files: spans.flat(), replaced: [...replaced], added: sumRows(samples) - sumRows(known) };
  } finally {
    await session.query(`DROP TYPE ${NAMES}`);
  }
}

/** Swaps the written files in, in a transaction. */
export async function swapIn(lake: Lake, sql: Sql, written: readonly WrittenSpans[]): Promise<void> {
  const files = written.flatMap((one) => one.files);
  if (files.length === 0) return;
  const remove = [...new Set(written.flatMap(({ replaced }) => replaced))];
  for (const table of [GPU_SAMPLE, GPU_STRETCH]) {
    await lake.swap(sql, table, { remove, add: files.filter((one) => one.table === table.name) });
  }
}

function sumRows(files: readonly StagedFile[]): number {
  return files.reduce((sum, { rows }) => sum + rows, 0);
}

async function addSpan(
  { lake, stage }: DaysDeps,
  { metric, relation }: AddedReadings,
  span: string,
  known: readonly StagedFile[],
): Promise<StagedFile[]> {
  const partition = buildPartition(metric, span);
  const before = known.filter((file) => file.partition === partition || file.partition.startsWith(`${partition} `));
  const of = { names: NAMES, span, incoming: relation, known: lake.stagedRelation(GPU_SAMPLE, before) };
  const samples = await stage(GPU_SAMPLE, partition, buildSpanSelect(of));
  const written = lake.stagedRelation(GPU_SAMPLE, [samples]);
  return [samples, await stage(GPU_STRETCH, partition, buildStretchSelect(written, LEVELS[metric]))];
}
