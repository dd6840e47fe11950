import type { Lake } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { readRelation } from './cascade-answers.ts';
import type { StoredEvaluation } from './store.ts';

/** Latencies of the examples of one table against a bound. */
export interface LatencyCount {
  readonly rows: number;
  /** Rows with a latency above the bound. */
  readonly above: number;
  /** 95th percentile in ms. */
  readonly p95Ms: number;
}

/** null where the table has no latency column. */
export async function countSlowRows(
  lake: Lake,
  sql: Sql,
  stored: StoredEvaluation,
  boundMs: number,
): Promise<LatencyCount | null> {
  if (stored.evaluation.latencyP95Ms === null) return null;
  const relation = await readRelation(lake, sql, stored);
  const [row] = await lake.query(
    `SELECT count(*)::INTEGER AS rows, count(*) FILTER (latency_ms > ?)::INTEGER AS above FROM ${relation}`,
    [boundMs],
  );
  return { rows: Number(row?.rows), above: Number(row?.above), p95Ms: stored.evaluation.latencyP95Ms };
}
