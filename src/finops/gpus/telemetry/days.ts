import type { Lake, LakeSession, StagedFile } from '../../../platform/lake/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { daySelect, stretchSelect } from './day-sql.ts';
import type { GpuMetric } from './schema.ts';
import { GPU_SAMPLE, GPU_STRETCH, LEVELS, partitionOf } from './tables.ts';

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
  /** UTC days of the readings, sorted. */
  readonly days: readonly string[];
}

export interface DaysOfImport {
  readonly files: readonly StagedFile[];
  /** Samples that there are now and were not before. */
  readonly added: number;
}

export const NO_DAYS: DaysOfImport = { files: [], added: 0 };

/** Of the ENUM in which names are small numbers while days are sorted; there is one import at a time. */
const NAMES = 'gpu_names';

/** Writes every day of the readings anew: samples, then their stretches. Nobody sees them before a swap. */
export async function addDays(deps: DaysDeps, added: AddedReadings): Promise<DaysOfImport> {
  const { store, lake, session } = deps;
  const partitions = added.days.map((day) => partitionOf(added.metric, day));
  const known = (await lake.files(store, GPU_SAMPLE)).filter(({ partition }) => partitions.includes(partition));
  const all = lake.stagedRelation(GPU_SAMPLE, known);
  await session.query(`DROP TYPE IF EXISTS ${NAMES}`);
  await session.query(
    `CREATE TYPE ${NAMES} AS ENUM (SELECT DISTINCT gpu FROM (
        SELECT gpu FROM ${added.relation} UNION ALL SELECT gpu FROM ${all}) ORDER BY gpu)`,
  );
  try {
    const days: StagedFile[][] = [];
    for (const day of added.days) days.push(await addDay(deps, added, day, known));
    const samples = days.flat().filter(({ table }) => table === GPU_SAMPLE.name);
    return { files: days.flat(), added: rowsOf(samples) - rowsOf(known) };
  } finally {
    await session.query(`DROP TYPE ${NAMES}`);
  }
}

function rowsOf(files: readonly StagedFile[]): number {
  return files.reduce((sum, { rows }) => sum + rows, 0);
}

async function addDay(
  { lake, stage }: DaysDeps,
  { metric, relation }: AddedReadings,
  day: string,
  known: readonly StagedFile[],
): Promise<StagedFile[]> {
  const partition = partitionOf(metric, day);
  const before = known.filter((file) => file.partition === partition);
  const select = daySelect({
    names: NAMES,
    day,
    incoming: relation,
    known: lake.stagedRelation(GPU_SAMPLE, before),
  });
  const samples = await stage(GPU_SAMPLE, partition, select);
  const written = lake.stagedRelation(GPU_SAMPLE, [samples]);
  return [samples, await stage(GPU_STRETCH, partition, stretchSelect(written, LEVELS[metric]))];
}
