import type { JournaledTable } from '../../platform/journal/index.ts';
import { type Lake, type LakeSession, quoteLiteral, type StagedFile } from '../../platform/lake/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Clock } from '../../platform/units/index.ts';
import { appendTimeChanged, type ChangeDeps, findTimeSpan } from './changes/time-changed.ts';
import type { GpuHolding } from './holders/holding.ts';
import { type Device, findDevices, saveDevices } from './recent/devices.ts';
import { computeDevicesAfter } from './recent/devices-after.ts';
import { buildDevicesSql, buildEnergySelect, buildHoldingsSelect, buildReadingsSelect } from './recent/gather-sql.ts';
import type { Holdings } from './recent/holdings.ts';
import { GPU_RECENT } from './recent/table.ts';
import { listPartitions, saveWritten } from './retention/retention.ts';
import type { LeftOut } from './series/left-out.ts';
import { saveLeftOutById } from './sources/store.ts';
import { addReadings, EMPTY_SPANS, swapIn, type WrittenSpans } from './telemetry/days.ts';
import { findRolledUpDays } from './telemetry/rolled-up.ts';
import type { GpuMetric } from './telemetry/schema.ts';
import { buildPartition, GPU_SAMPLE } from './telemetry/tables.ts';

export interface FoldDeps extends ChangeDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  readonly recent: JournaledTable;
  readonly holdings: Holdings;
  /** Work that writes days, one after the other. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Series of one instant arrive in several requests, so readings younger than this are not folded yet. */
const HELD_BACK_MS = 120_000;
const METRICS = ['utilization', 'memory', 'energy'] as const satisfies readonly GpuMetric[];
/** Maximum number of holders per call. */
const HOLDINGS_A_CALL = 10_000;
/** Partition of readings that are not folded yet. */
const WAITING = 'waiting';

/** Compaction of GPU readings: folds recent readings into their days, and records the holders. A failure changes nothing, so that the fold can be retried. */
export function fold(deps: FoldDeps): Promise<void> {
  return deps.oneAtATime(() => foldOnce(deps));
}

async function foldOnce(deps: FoldDeps): Promise<void> {
  const { store, lake, recent } = deps;
  await recent.settle();
  const files = await lake.files(store, GPU_RECENT);
  if (files.length === 0) return;
  const sequence = await lake.sequence(store, GPU_SAMPLE);
  const staged: StagedFile[] = [];
  try {
    const done = await lake.session((session) => foldFiles(deps, session, files, staged));
    for (let at = 0; at < done.holdings.length; at += HOLDINGS_A_CALL) {
      await deps.holdings.note(done.holdings.slice(at, at + HOLDINGS_A_CALL));
    }
    await store.transaction(async (sql) => {
      // An import of another server has written days in the meantime: the files built from the older days are discarded.
      if ((await lake.sequence(sql, GPU_SAMPLE)) !== sequence) throw new Error('days of readings changed meanwhile');
      await swapIn(lake, sql, done.written);
      const days = [...listPartitions(done.written.flatMap((one) => one.files))].flatMap(
        (name) => name.split(' ')[1] ?? [],
      );
      const read = days.map((day) => ({ start: Date.parse(day), end: Date.parse(day) + DAY_MS - 1 }));
      if (read.length > 0) await appendTimeChanged(deps, sql, findTimeSpan(read));
      await saveWritten(sql, listPartitions(done.written.flatMap((one) => one.files)), deps.clock.now());
      await takeOut(deps, sql, files, done.waiting);
      await saveDevices(sql, done.devices);
      await saveLeftOutById(sql, done.rolledUp);
    });
  } catch (error) {
    await lake.discard(staged);
    throw error;
  }
}

/** Removes the folded recent files; files that arrived in the meantime, and readings that are not folded yet, stay. */
async function takeOut({ lake }: FoldDeps, sql: Sql, folded: readonly StagedFile[], waiting: readonly StagedFile[]) {
  const gone = new Set(folded.map(({ id }) => id));
  const now = await lake.files(sql, GPU_RECENT);
  const stay = now.filter(({ id }) => !gone.has(id));
  const remove = [...new Set(now.map(({ partition }) => partition))];
  await lake.swap(sql, GPU_RECENT, { remove, add: [...stay, ...waiting] });
}

interface Folded {
  readonly written: readonly WrittenSpans[];
  readonly waiting: readonly StagedFile[];
  readonly holdings: readonly GpuHolding[];
  readonly devices: readonly Device[];
  /** Readings of days without single readings, by source. */
  readonly rolledUp: ReadonlyMap<string, LeftOut>;
}

async function foldFiles(
  deps: FoldDeps,
  session: LakeSession,
  files: readonly StagedFile[],
  staged: StagedFile[],
): Promise<Folded> {
  const stage = async (...call: Parameters<LakeSession['stage']>) => {
    const written = await session.stage(...call);
    staged.push(written);
    return written;
  };
  const until = `make_timestamp(${Math.floor(deps.clock.now() - HELD_BACK_MS)}000)`;
  const all = deps.lake.stagedRelation(GPU_RECENT, files);
  const columns = Object.keys(GPU_RECENT.columns)
    .map((name) => `"${name}"`)
    .join(', ');
  const late = await stage(GPU_RECENT, WAITING, `SELECT ${columns} FROM ${all} WHERE "sampledAt" > ${until}`);
  const ready = `(SELECT ${columns} FROM ${all} WHERE "sampledAt" <= ${until})`;
  const known = await findDevices(deps.store);
  const devices = buildDevicesSql(known);
  const written: WrittenSpans[] = [];
  const rolledUp = new Map<string, LeftOut>();
  for (const metric of METRICS) {
    const gathered = metric === 'energy' ? buildEnergySelect(ready) : buildReadingsSelect(metric, ready, devices);
    await session.query(`CREATE OR REPLACE TEMP TABLE gathered_${metric} AS ${gathered}`);
    written.push(await foldMetric(deps, { session, stage, metric, rolledUp }));
  }
  const holdings = (await session.query(buildHoldingsSelect(ready))).map(rowToHolding);
  const after = await computeDevicesAfter(session, ready, known);
  if (late.rows === 0) await deps.lake.discard([late]);
  return {
    written,
    waiting: late.rows === 0 ? [] : [late],
    holdings,
    devices: after,
    rolledUp,
  };
}

interface FoldingMetric {
  readonly session: LakeSession;
  readonly stage: LakeSession['stage'];
  readonly metric: (typeof METRICS)[number];
  readonly rolledUp: Map<string, LeftOut>;
}

async function foldMetric(deps: FoldDeps, { session, stage, metric, rolledUp }: FoldingMetric): Promise<WrittenSpans> {
  const gathered = `gathered_${metric}`;
  const closed = await findRolledUpDays(deps.store, deps.lake, metric);
  const hours = (
    await session.query(`SELECT DISTINCT strftime("sampledAt", '%Y-%m-%d %H') AS hour FROM ${gathered} ORDER BY hour`)
  ).map(({ hour }) => String(hour));
  const days = [...new Set(hours.map(toDay))];
  for (const day of days.filter((one) => closed.has(one))) {
    const lost = await session.query(
      `SELECT "import" AS source, count(*)::DOUBLE AS readings FROM ${gathered} WHERE "sampledAt"::DATE = ${quoteLiteral(day)} GROUP BY 1`,
    );
    for (const { source, readings } of lost) addClosed(rolledUp, String(source), Number(readings), day);
  }
  // Rewriting an hour is cheap. A late reading of a joined day goes into the day.
  const whole = new Set(await deps.lake.partitions(deps.store, GPU_SAMPLE));
  const open = hours.filter((hour) => !closed.has(toDay(hour)));
  const spans = [...new Set(open.map((hour) => (whole.has(buildPartition(metric, toDay(hour))) ? toDay(hour) : hour)))];
  if (spans.length === 0) return EMPTY_SPANS;
  const relation = `(SELECT gpu, "sampledAt", value, "intervalMs", "import" FROM ${gathered})`;
  return addReadings({ ...deps, session, stage }, { metric, relation, spans });
}

function toDay(hour: string): string {
  return hour.split(' ')[0] ?? hour;
}

function addClosed(all: Map<string, LeftOut>, source: string, readings: number, day: string): void {
  const known = all.get(source);
  if (known !== undefined) known.readings += readings;
  else all.set(source, { reason: 'retention deleted the single readings of its day', readings, example: day });
}

function rowToHolding(row: Record<string, unknown>): GpuHolding {
  const text = (value: unknown) => (value === null ? null : String(value));
  return {
    gpu: String(row.gpu),
    start: Number(row.start),
    end: Number(row.end),
    host: text(row.host),
    model: text(row.model),
    namespace: text(row.namespace),
    pod: text(row.pod),
    container: text(row.container),
    pid: row.pid === null ? null : Number(row.pid),
  };
}
