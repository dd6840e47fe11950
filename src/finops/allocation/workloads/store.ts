import { type Subject, subjectFields } from '../../../org/schema.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { WorkloadUsage } from './schema.ts';

interface WorkloadTables {
  workload_usage: {
    id: string;
    node: string;
    start_ms: number;
    end_ms: number;
    /** WorkloadUsage, JSON. */
    content: string;
    recorded_at: string;
  };
}

export interface StoredWorkload {
  /** Normalized like the bill: trimmed, in lower case. */
  readonly node: string;
  readonly start: number;
  readonly end: number;
  readonly content: WorkloadUsage;
}

/** Inserts, or replaces the usage of the same id. */
export async function putWorkload(sql: Sql, usage: WorkloadUsage, at: string): Promise<void> {
  const row: WorkloadTables['workload_usage'] = {
    id: usage.usage,
    node: usage.node.trim().toLowerCase(),
    start_ms: Date.parse(usage.period.start),
    end_ms: Date.parse(usage.period.end),
    content: JSON.stringify(usage),
    recorded_at: at,
  };
  await sql
    .tables<WorkloadTables>()
    .insertInto('workload_usage')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export interface Window {
  /** Unix milliseconds; end exclusive. */
  readonly start: number;
  readonly end: number;
}

const PAGE = 2000;

/** Usages that overlap a window, by id, in pages, so that the month of a large cluster is not held in memory. */
export async function* readWorkloadPages(sql: Sql, within: Window): AsyncIterable<StoredWorkload[]> {
  let after = '';
  for (;;) {
    const rows = await sql
      .tables<WorkloadTables>()
      .selectFrom('workload_usage')
      .selectAll()
      .where('id', '>', after)
      .where('start_ms', '<', within.end)
      .where('end_ms', '>', within.start)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    yield rows.map((row) => ({
      node: row.node,
      start: row.start_ms,
      end: row.end_ms,
      content: WorkloadUsage.parse(JSON.parse(row.content)),
    }));
  }
}

/** Subjects of workloads by name, from usages that overlap a window; the usage with the latest start wins. */
export async function findWorkloadSubjects(sql: Sql, within: Window): Promise<Map<string, Subject>> {
  const latest = new Map<string, StoredWorkload>();
  for await (const page of readWorkloadPages(sql, within)) {
    for (const usage of page) {
      const before = latest.get(usage.content.workload);
      if (before === undefined || usage.start >= before.start) latest.set(usage.content.workload, usage);
    }
  }
  return new Map([...latest].map(([workload, { content }]) => [workload, content.subject]));
}

/** Changes whenever a usage that touches the window is recorded or replaced. */
export async function readWorkloadFingerprint(sql: Sql, within: Window): Promise<string> {
  const row = await sql
    .tables<WorkloadTables>()
    .selectFrom('workload_usage')
    .select((eb) => [eb.fn.countAll().as('count'), eb.fn.max('recorded_at').as('last')])
    .where('start_ms', '<', within.end)
    .where('end_ms', '>', within.start)
    .executeTakeFirstOrThrow();
  return `${Number(row.count)}@${row.last ?? 'never'}`;
}

/** Subject as a row of all its fields. */
export function listSubjectValues(subject: Subject): (string | null)[] {
  return subjectFields.map((field) => subject[field] ?? null);
}
