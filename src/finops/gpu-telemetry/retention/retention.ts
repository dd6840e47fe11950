import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Lake, LakeSession, StagedFile } from '../../../platform/lake/index.ts';
import type { RetentionPreview } from '../../../platform/retention/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { GPU_RECENT } from '../recent/table.ts';
import { parseSpan } from '../telemetry/day-sql.ts';
import { addReadings, swapIn } from '../telemetry/days.ts';
import { GpuMetric } from '../telemetry/schema.ts';
import { GPU_SAMPLE, GPU_STRETCH } from '../telemetry/tables.ts';
import type { GpuRetention } from './schema.ts';

export interface RetentionDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  /** Number of days for which single readings are kept, after their day and after the time of writing. */
  readonly days: number;
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}

interface RetentionTables {
  gpu_day: { partition_name: string; written_ms: number };
}

const RETAIN_JOB = 'gpus.retain';
const EVERY_10_MINUTES = '3-59/10 * * * *';

/** Removes readings that are old, and from the disk the files that have been replaced. */
export function scheduleRetention(deps: RetentionDeps, jobs: Pick<Jobs, 'register' | 'schedule'>): void {
  const handler = () =>
    deps.oneAtATime(async () => {
      await joinHours(deps);
      await rollUp(deps);
      for (const table of [GPU_SAMPLE, GPU_STRETCH, GPU_RECENT]) await deps.lake.removeSuperseded(deps.store, table);
    });
  jobs.register(RETAIN_JOB, { maxAttempts: 1, handler });
  jobs.schedule(RETAIN_JOB, EVERY_10_MINUTES, { kind: RETAIN_JOB, payload: null });
}

export function listPartitions(files: readonly StagedFile[]): string[] {
  return [...new Set(files.filter(({ table }) => table === GPU_SAMPLE.name).map(({ partition }) => partition))];
}

/** Readings of these partitions were written at this time. */
export async function saveWritten(sql: Sql, partitions: readonly string[], at: number): Promise<void> {
  for (const partition of partitions) {
    await sql
      .tables<RetentionTables>()
      .insertInto('gpu_day')
      .values({ partition_name: partition, written_ms: at })
      .onConflict((conflict) => conflict.column('partition_name').doUpdateSet({ written_ms: at }))
      .execute();
  }
}

async function forgetWritten(sql: Sql, partitions: readonly string[]): Promise<void> {
  for (const partition of partitions) {
    await sql.tables<RetentionTables>().deleteFrom('gpu_day').where('partition_name', '=', partition).execute();
  }
}

/** Time after the end of a day until its hours are joined into one file: a later reading then rewrites the whole day. */
const DAY_OPEN_MS = 2 * 3_600_000;

/** Joins the hours of past days into days. */
async function joinHours(deps: RetentionDeps): Promise<void> {
  const { store, lake, clock } = deps;
  const apart = (await lake.partitions(store, GPU_SAMPLE)).map((name) => name.split(' ')).filter(([, , hour]) => hour);
  const days = new Set(apart.map(([metric, day]) => `${metric} ${day}`));
  for (const name of days) {
    const [metric, day = ''] = name.split(' ');
    if (parseSpan(day).end + DAY_OPEN_MS > clock.now()) continue;
    const staged: StagedFile[] = [];
    try {
      const written = await lake.session((session) => {
        const stage = async (...call: Parameters<LakeSession['stage']>) => {
          const file = await session.stage(...call);
          staged.push(file);
          return file;
        };
        return addReadings(
          { store, lake, session, stage },
          { metric: GpuMetric.parse(metric), relation: NO_READINGS, spans: [day] },
        );
      });
      await store.transaction(async (sql) => {
        await swapIn(lake, sql, [written]);
        await saveWritten(sql, listPartitions(written.files), clock.now());
      });
    } catch (error) {
      await lake.discard(staged);
      throw error;
    }
  }
}

const NO_READINGS = `(SELECT NULL::VARCHAR AS gpu, NULL::TIMESTAMP AS "sampledAt", NULL::DOUBLE AS value, NULL::BIGINT AS "intervalMs",
    NULL::VARCHAR AS "import" WHERE false)`;

interface Age {
  readonly written: ReadonlyMap<string, number>;
  readonly now: number;
  readonly days: number;
}

/** Retention counts from the end of the day and from the time of writing, the later of the two. */
function isOld(partition: string, { written, now, days }: Age): boolean {
  return Math.max(parseSpan(partition.split(' ')[1] ?? '').end, written.get(partition) ?? now) + days * DAY_MS < now;
}

/** Preview of the deletions by retention. */
export async function previewRetention({
  store,
  lake,
  clock,
  days,
}: Omit<RetentionDeps, 'oneAtATime'>): Promise<GpuRetention> {
  const rows = await store.tables<RetentionTables>().selectFrom('gpu_day').selectAll().execute();
  const age = {
    written: new Map(rows.map((row) => [row.partition_name, Number(row.written_ms)])),
    now: clock.now(),
    days,
  };
  const files = (await lake.files(store, GPU_SAMPLE)).filter(({ partition }) => isOld(partition, age));
  const of = [...new Set(files.map(({ partition }) => partition.split(' ')[1] ?? ''))].toSorted();
  return {
    keepDays: days,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    files: files.length,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    firstDay: of[0] ?? null,
    lastDay: of.at(-1) ?? null,
    unanswerable:
      of.length === 0
        ? []
        : ['idle time at another threshold than 0', 'energy by single readings', 'imports into these days'],
  };
}

/** The same in the shape that all tables share. */
export async function previewReadings(deps: Omit<RetentionDeps, 'oneAtATime'>): Promise<RetentionPreview> {
  const { firstDay: first, lastDay: last, ...shown } = await previewRetention(deps);
  const before = new Date(deps.clock.now() - deps.days * DAY_MS).toISOString().slice(0, 10);
  return { ...shown, before, first, last };
}

/**
 * Removes the single readings of old days; only their stretches stay. A partition without a recorded time of writing counts
 * as written now.
 */
async function rollUp({ store, lake, clock, days }: RetentionDeps): Promise<void> {
  const now = clock.now();
  await store.transaction(async (sql) => {
    const rows = await sql.tables<RetentionTables>().selectFrom('gpu_day').selectAll().execute();
    const written = new Map(rows.map((row) => [row.partition_name, Number(row.written_ms)]));
    const all = await lake.partitions(sql, GPU_SAMPLE);
    const unknown = all.filter((partition) => !written.has(partition));
    await saveWritten(sql, unknown, now);
    const old = all.filter((partition) => isOld(partition, { written, now, days }));
    const gone = [...written.keys()].filter((partition) => !all.includes(partition));
    await forgetWritten(sql, [...gone, ...old]);
    if (old.length === 0) return;
    await lake.swap(sql, GPU_SAMPLE, { remove: old, add: [] });
  });
}
