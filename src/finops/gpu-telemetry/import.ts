import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '../../platform/errors/index.ts';
import { type Lake, type LakeSession, quoteLiteral, type StagedFile } from '../../platform/lake/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { TableFile } from '../../platform/tables/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { appendTimeChanged, type ChangeDeps, findTimeSpan } from './changes/time-changed.ts';
import { type HolderFileColumns, type HoldersRead, readHoldersOfReadings } from './holders/holders-of-readings.ts';
import { isNobody } from './holders/holding.ts';
import { saveTimes } from './holders/store.ts';
import { listPartitions, saveWritten } from './retention/retention.ts';
import { addReadings, swapIn, type WrittenSpans } from './telemetry/days.ts';
import { INCOMING, readFacts, readUsualInterval } from './telemetry/facts.ts';
import { buildReadingsSelect, type Readings } from './telemetry/reading-sql.ts';
import { findRolledUpDays } from './telemetry/rolled-up.ts';
import type { GpuImport, GpuMetric } from './telemetry/schema.ts';
import { openFile, type SourceFile } from './telemetry/source-file.ts';
import { findSameImport, saveImport } from './telemetry/store.ts';

export interface ImportDeps extends ChangeDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
}

export interface SampleFile extends TableFile {
  readonly sha256: string;
}

/** The parts of a file to read, and their interpretation. */
export interface ImportPlan {
  readonly intervalMs: number | null;
  readonly price: GpuImport['price'];
  readonly resource: string | null;
  /** One for each metric; created when the columns of the file are known. */
  readonly metrics: readonly { readonly metric: GpuMetric; readings(source: SourceFile): Omit<Readings, 'latest'> }[];
  /** Columns that identify the holders of the GPUs; null: none. */
  readonly holders: HolderFileColumns | null;
  /** All options of the import, as text: the same file with the same text is the same import. */
  readonly asked: string;
}

/** Maximum time by which the clock of a sender may be ahead of ours. */
const SKEW_MS = 3_600_000;

/**
 * Imports a file of readings, whole or not at all; invalid rows are counted and left out. Each affected day is rewritten and
 * swapped in. Idempotent: the same file with the same options changes nothing.
 */
export async function importReadings(deps: ImportDeps, file: SampleFile, plan: ImportPlan): Promise<GpuImport> {
  const content = createHash('sha256').update(`${file.sha256} ${plan.asked}`).digest('hex');
  const before = await findSameImport(deps.store, content);
  if (before !== null) return { ...before, unchanged: true, added: 0 };
  const id = `gi_${randomUUID()}`;
  const staged: StagedFile[] = [];
  try {
    const done = await deps.lake.session((session) => stageAll(deps, session, { file, plan, id, staged }));
    const { metrics, holders } = done;
    const answer = buildImportAnswer(deps, { file, plan, id, done: metrics, holders });
    await deps.store.transaction(async (sql) => {
      await swapIn(
        deps.lake,
        sql,
        metrics.map(({ days }) => days),
      );
      if (holders !== null) await saveTimes(sql, holders.holdings);
      await saveWritten(sql, listPartitions(metrics.flatMap(({ days }) => days.files)), deps.clock.now());
      await saveImport(sql, content, answer);
      const read = { start: Date.parse(answer.firstAt), end: Date.parse(answer.lastAt) };
      await appendTimeChanged(deps, sql, findTimeSpan([read, ...(holders?.holdings ?? [])]));
    });
    const kept = new Set(metrics.flatMap(({ days }) => days.files.map((one) => one.id)));
    await deps.lake.discard(staged.filter((one) => !kept.has(one.id)));
    return answer;
  } catch (error) {
    await deps.lake.discard(staged);
    throw error;
  }
}

interface Staging {
  readonly file: SampleFile;
  readonly plan: ImportPlan;
  readonly id: string;
  /** Every file that is written, so that none is left behind. */
  readonly staged: StagedFile[];
}

interface StagedMetric {
  readonly metric: GpuMetric;
  readonly facts: Awaited<ReturnType<typeof readFacts>>;
  readonly intervalMs: number;
  readonly days: WrittenSpans;
}

interface Staged {
  readonly metrics: readonly StagedMetric[];
  readonly holders: HoldersRead | null;
}

async function stageAll(deps: ImportDeps, session: LakeSession, staging: Staging): Promise<Staged> {
  const { file, plan, staged } = staging;
  const source = await openFile(session, file);
  const all: StagedMetric[] = [];
  const latest = deps.clock.now() + SKEW_MS;
  for (const { metric, readings } of plan.metrics) {
    const select = buildReadingsSelect(source, { ...readings(source), latest });
    const incoming = await source.guard(session.stage(INCOMING, metric, select));
    staged.push(incoming);
    const relation = deps.lake.stagedRelation(INCOMING, [incoming]);
    const facts = await readFacts(session, relation, file.name);
    await checkDays(deps, metric, facts.days, file.name);
    const intervalMs = plan.intervalMs ?? (await readUsualInterval(session, relation, file.name));
    const stage = async (...call: Parameters<LakeSession['stage']>) => {
      const written = await session.stage(...call);
      staged.push(written);
      return written;
    };
    const kept = `(SELECT gpu, "sampledAt", value, ${intervalMs}::BIGINT AS "intervalMs", ${quoteLiteral(staging.id)} AS "import" FROM ${relation} WHERE fault = 0)`;
    const days = await addReadings({ ...deps, session, stage }, { metric, relation: kept, spans: facts.days });
    all.push({ metric, facts, intervalMs, days });
  }
  const [first] = all;
  if (plan.holders === null || first === undefined) return { metrics: all, holders: null };
  const times = { intervalMs: first.intervalMs, latest };
  return { metrics: all, holders: await readHoldersOfReadings(session, source, plan.holders, times) };
}

/** Error: `gpu_day_rolled_up`. */
async function checkDays({ store, lake }: ImportDeps, metric: GpuMetric, days: readonly string[], name: string) {
  const closed = await findRolledUpDays(store, lake, metric);
  const found = days.filter((day) => closed.has(day));
  const [first] = found;
  if (first === undefined) return;
  const detail = `${name} has readings of ${found.length === 1 ? first : `${found.length} days from ${first} on`}, whose single readings were deleted by retention, so no reading can be added (setting gpuReadingDays). Leave them out of the file.`;
  throw new AppError('gpu_day_rolled_up', detail, { file: name, day: first });
}

function buildImportAnswer(
  { clock }: ImportDeps,
  {
    file,
    plan,
    id,
    done,
    holders,
  }: Omit<Staging, 'staged'> & Pick<Staged, 'holders'> & { readonly done: readonly StagedMetric[] },
): GpuImport {
  const [first] = done;
  if (first === undefined) throw new AppError('gpu_samples_unusable', `${file.name} has no readings.`);
  const sum = (of: (metric: StagedMetric) => number) => done.reduce((total, metric) => total + of(metric), 0);
  return {
    import: id,
    name: file.name,
    metrics: done.map(({ metric }) => metric),
    unchanged: false,
    importedAt: new Date(clock.now()).toISOString(),
    rows: first.facts.rows,
    accepted: sum(({ facts }) => facts.accepted),
    added: sum(({ days }) => days.added),
    rejected: done.flatMap(({ facts }) => facts.rejected),
    gpus: first.facts.gpus,
    intervalMs: first.intervalMs,
    intervalStated: plan.intervalMs !== null,
    price: plan.price,
    resource: plan.resource,
    firstAt: first.facts.firstAt,
    lastAt: first.facts.lastAt,
    holders: holders === null ? null : countHolders(holders),
  };
}

function countHolders({ holdings, leftOut }: HoldersRead): NonNullable<GpuImport['holders']> {
  const holders = new Set(holdings.map(({ holder }) => (isNobody(holder) ? '' : JSON.stringify(holder))));
  return { holders: holders.size, stretches: holdings.length, leftOut };
}
