import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { insertRows, isAmong, lockUntilCommit, type Sql } from '../../../platform/store/index.ts';
import type { Holder, HolderTime, NotedHolding } from './holding.ts';
import { replaceTimes } from './replace-times.ts';

interface HolderTables {
  gpu_holder: { id: string; content: string };
  gpu_holding: { gpu: string; start_ms: number; end_ms: number; holder: string };
}

const text = z.string().nullable();
const StoredHolder = z.strictObject({
  host: text,
  model: text,
  namespace: text,
  pod: text,
  container: text,
  pid: z.number().nullable(),
  subject: Subject.nullable(),
  labels: z.record(z.string(), z.string()).optional(),
});

/** Number of GPUs whose times one statement reads and writes. */
const GPUS_AT_ONCE = 200;

/** Records holders of GPUs, in the caller's transaction; see `replaceTimes` for the effect on stored holders. */
export async function saveTimes(sql: Sql, holdings: readonly NotedHolding[]): Promise<void> {
  await lockUntilCommit(sql, 'gpu holdings');
  const ids = new Map<string, Holder>();
  const byGpu = new Map<string, HolderTime[]>();
  for (const { gpu, start, end, holder } of holdings) {
    if (end <= start) continue;
    const id = computeHolderId(holder);
    ids.set(id, holder);
    const times = byGpu.get(gpu) ?? [];
    times.push({ start, end, holder: id });
    byGpu.set(gpu, times);
  }
  await insertRows(sql, {
    table: 'gpu_holder',
    columns: { id: 'text', content: 'text' },
    rows: [...ids].map(([id, holder]) => [id, serializeHolder(holder)]),
    onConflict: 'on conflict (id) do nothing',
  });
  const all = [...byGpu];
  for (let at = 0; at < all.length; at += GPUS_AT_ONCE) await replaceHoldings(sql, all.slice(at, at + GPUS_AT_ONCE));
}

async function replaceHoldings(sql: Sql, told: readonly (readonly [string, readonly HolderTime[]])[]): Promise<void> {
  const db = sql.tables<HolderTables>();
  const gpus = told.map(([gpu]) => gpu);
  const times = told.flatMap(([, own]) => own);
  const [first, last] = [findLeast(times.map(({ start }) => start)), findMost(times.map(({ end }) => end))];
  // Adjacent times are included too, so that the times of one holder become one.
  const rows = await db
    .selectFrom('gpu_holding')
    .selectAll()
    .where(isAmong(sql, 'gpu', gpus))
    .where('start_ms', '<=', last)
    .where('end_ms', '>=', first)
    .execute();
  await db
    .deleteFrom('gpu_holding')
    .where(isAmong(sql, 'gpu', gpus))
    .where('start_ms', '<=', last)
    .where('end_ms', '>=', first)
    .execute();
  const known = Map.groupBy(rows, ({ gpu }) => gpu);
  const stored = told.flatMap(([gpu, own]) => {
    const before = (known.get(gpu) ?? []).map((row) => ({
      start: Number(row.start_ms),
      end: Number(row.end_ms),
      holder: row.holder,
    }));
    return replaceTimes(before, own).map(({ start, end, holder }) => [gpu, start, end, holder]);
  });
  await insertRows(sql, {
    table: 'gpu_holding',
    columns: { gpu: 'text', start_ms: 'bigint', end_ms: 'bigint', holder: 'text' },
    rows: stored,
    onConflict: '',
  });
}

const findLeast = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER);
const findMost = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);

function serializeHolder({ host, model, namespace, pod, container, pid, subject, labels = {} }: Holder): string {
  const sorted = (of: object) => Object.fromEntries(Object.entries(of).toSorted());
  const said = { host, model, namespace, pod, container, pid, subject: subject === null ? null : sorted(subject) };
  // Left out if there are none, so that holders stored before labels existed keep their digest.
  return JSON.stringify(Object.keys(labels).length === 0 ? said : { ...said, labels: sorted(labels) });
}

function computeHolderId(holder: Holder): string {
  return createHash('sha256').update(serializeHolder(holder)).digest('hex').slice(0, 32);
}

export interface TimeOfGpu extends HolderTime {
  readonly gpu: string;
}

/** Times that overlap [start, end) Unix milliseconds, by GPU and start; of one GPU if one is named. */
export async function findTimesWithin(
  sql: Sql,
  { start, end }: { readonly start: number; readonly end: number },
  gpu?: string,
): Promise<TimeOfGpu[]> {
  let query = sql
    .tables<HolderTables>()
    .selectFrom('gpu_holding')
    .selectAll()
    .where('start_ms', '<', end)
    .where('end_ms', '>', start);
  if (gpu !== undefined) query = query.where('gpu', '=', gpu);
  const rows = await query.orderBy('gpu').orderBy('start_ms').orderBy('holder').execute();
  return rows.map((row) => ({
    gpu: row.gpu,
    start: Number(row.start_ms),
    end: Number(row.end_ms),
    holder: row.holder,
  }));
}

export async function findHoldersById(sql: Sql, ids: readonly string[]): Promise<Map<string, Holder>> {
  const rows = await sql
    .tables<HolderTables>()
    .selectFrom('gpu_holder')
    .selectAll()
    .where(isAmong(sql, 'id', ids))
    .execute();
  return new Map(rows.map(({ id, content }) => [id, StoredHolder.parse(JSON.parse(content))]));
}
