import type { Sql } from '../../../platform/store/index.ts';
import { SPANS } from './tally.ts';

/** How the request to a stage ended: its answer is the one for the client, or the next stage is asked, or it failed. */
export type StageOutcome = 'accepted' | 'escalated' | 'failed';

/** A variant as a route of an endpoint asks it. */
export interface StageKey {
  readonly endpoint: string;
  readonly route: string;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
}

/** Requests of a route to one of its variants. */
export interface StageCounts {
  /** Requests that the route sent to the variant: those accepted, escalated and failed. */
  asked: number;
  /** Those whose answer was not confident enough, so that the next stage was asked. */
  escalated: number;
  failed: number;
  /** Milliseconds of all of them, with the wait for a slot. */
  busyMs: number;
}

export interface StageTally extends StageKey, StageCounts {
  /** Unix milliseconds, a multiple of `spanMs`. */
  readonly at: number;
  readonly spanMs: number;
}

export interface StageTallies {
  add(key: StageKey, outcome: StageOutcome, tookMs: number, now: number): void;
  /** Tallies that changed since the last call. Tallies of spans that have ended are dropped from memory. */
  changed(now: number): StageTally[];
  /** Marks tallies as changed again after a failed write. */
  again(tallies: readonly StageTally[]): void;
}

/** Counts of the stages of routes in minutes and hours that have not ended yet. */
export function createStageTallies(): StageTallies {
  const open = new Map<string, StageTally>();
  const dirty = new Set<StageTally>();
  return {
    add(key, outcome, tookMs, now) {
      for (const spanMs of [SPANS.minute, SPANS.hour]) {
        const at = now - (now % spanMs);
        const name = JSON.stringify([spanMs, at, key.endpoint, key.route, key.variant, key.model, key.version]);
        const tally = open.get(name) ?? { ...key, at, spanMs, asked: 0, escalated: 0, failed: 0, busyMs: 0 };
        open.set(name, tally);
        tally.asked += 1;
        tally.busyMs += tookMs;
        if (outcome !== 'accepted') tally[outcome] += 1;
        dirty.add(tally);
      }
    },
    changed(now) {
      const changed = [...dirty];
      dirty.clear();
      for (const [name, { at, spanMs }] of open) if (at + spanMs <= now) open.delete(name);
      return changed;
    },
    again(tallies) {
      for (const tally of tallies) dirty.add(tally);
    },
  };
}

interface StageTables {
  endpoint_stage_traffic: {
    endpoint: string;
    span_ms: number;
    at_ms: number;
    route: string;
    variant: string;
    model: string;
    version: string;
    server: string;
    asked: number;
    escalated: number;
    failed: number;
    busy_ms: number;
  };
}

/** Each server writes separate rows, whole each time. */
export async function saveStageTallies(sql: Sql, server: string, tallies: readonly StageTally[]): Promise<void> {
  for (const { endpoint, route, variant, model, version, at, spanMs, busyMs, ...counts } of tallies) {
    const values = { ...counts, busy_ms: busyMs };
    await sql
      .tables<StageTables>()
      .insertInto('endpoint_stage_traffic')
      .values({ endpoint, span_ms: spanMs, at_ms: at, route, variant, model, version, server, ...values })
      .onConflict((conflict) =>
        conflict
          .columns(['endpoint', 'span_ms', 'at_ms', 'route', 'variant', 'model', 'version', 'server'])
          .doUpdateSet(values),
      )
      .execute();
  }
}

/** Forgets spans that began before. */
export async function forgetStageTallies(sql: Sql, spanMs: number, before: number): Promise<void> {
  const rows = sql.tables<StageTables>().deleteFrom('endpoint_stage_traffic');
  await rows.where('span_ms', '=', spanMs).where('at_ms', '<', before).execute();
}

/** Spans of the routes of an endpoint that begin in [start, end) Unix ms, by time; of all servers, a row for each. */
export async function listStageTallies(
  sql: Sql,
  endpoint: string,
  { spanMs, start, end }: { readonly spanMs: number; readonly start: number; readonly end: number },
): Promise<StageTally[]> {
  const rows = await sql
    .tables<StageTables>()
    .selectFrom('endpoint_stage_traffic')
    .selectAll()
    .where('endpoint', '=', endpoint)
    .where('span_ms', '=', spanMs)
    .where('at_ms', '>=', start)
    .where('at_ms', '<', end)
    .orderBy('at_ms')
    .orderBy('route')
    .orderBy('variant')
    .execute();
  return rows.map(({ at_ms, span_ms, busy_ms, server: _, ...row }) => ({
    ...row,
    ...{ at: Number(at_ms), spanMs: Number(span_ms), busyMs: Number(busy_ms) },
  }));
}

/** Counts of the variants of each route in the hours that begin in [start, end) Unix ms, over all servers, by route and variant. */
export async function readStageCounts(
  sql: Sql,
  endpoint: string,
  within: { readonly start: number; readonly end: number },
): Promise<(StageKey & StageCounts)[]> {
  const sums = new Map<string, StageKey & StageCounts>();
  for (const { at: _at, spanMs: _spanMs, ...tally } of await listStageTallies(sql, endpoint, {
    ...within,
    spanMs: SPANS.hour,
  })) {
    const key = JSON.stringify([tally.route, tally.variant, tally.model, tally.version]);
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { ...tally });
    else for (const name of ['asked', 'escalated', 'failed', 'busyMs'] as const) sum[name] += tally[name];
  }
  return [...sums.entries()].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum);
}
