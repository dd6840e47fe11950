import type { Sql, Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { TrackingTables } from '../../runs/index.ts';
import { formatInstant } from '../../runs/index.ts';
import type { RunColumn } from './schema.ts';

/** Few enough that one statement takes milliseconds and other reads run in between. */
const RUNS_A_CHUNK = 1000;
/** An older count is returned, and recomputed in the background. */
const FRESH_MS = 15_000;
const MOST_KEPT = 100;

const TABLES = { metric: 'latest_metric', param: 'param', tag: 'tag' } as const;
type Entity = keyof typeof TABLES;
const ENTITIES: readonly Entity[] = ['metric', 'param', 'tag'];

export interface ColumnCount {
  readonly columns: RunColumn[];
  readonly complete: boolean;
  readonly countedAt: string | null;
}

interface ColumnCounting {
  readonly startedAt: number;
  readonly runsByColumn: Map<string, number>;
  complete: boolean;
}

/**
 * Which keys the active runs of an experiment have, and how many runs have each. A hundred thousand runs with twenty
 * keys are two million rows, too many for one statement: they are counted a thousand runs at a time, newest first. The
 * first chunk is waited for, so that a small experiment is answered exactly and of a large one the keys of its newest
 * runs; the rest is counted meanwhile, and the next question finds it.
 */
export function createColumnCounts({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
  const complete = new Map<number | null, ColumnCounting>();
  const going = new Map<number | null, { readonly counting: ColumnCounting; readonly first: Promise<void> }>();

  const start = (experimentId: number | null) => {
    const counting: ColumnCounting = { startedAt: clock.now(), runsByColumn: new Map(), complete: false };
    const chunks = countChunks(store, experimentId, counting);
    const first = chunks.next();
    const rest = first
      .then(async () => {
        for await (const _ of chunks);
        keep(experimentId, counting);
      })
      .finally(() => going.delete(experimentId));
    // The caller awaits the first chunk and receives its error. After a later error, the next request counts again.
    rest.catch(() => undefined);
    const started = { counting, first: first.then(() => undefined) };
    going.set(experimentId, started);
    return started;
  };
  const keep = (experimentId: number | null, counting: ColumnCounting) => {
    complete.delete(experimentId);
    complete.set(experimentId, counting);
    const [oldest] = complete.keys();
    if (complete.size > MOST_KEPT && oldest !== undefined) complete.delete(oldest);
  };
  return async (experimentId: number | null): Promise<ColumnCount> => {
    const known = complete.get(experimentId);
    if (known !== undefined && clock.now() - known.startedAt < FRESH_MS) return answer(known, null);
    const { counting, first } = going.get(experimentId) ?? start(experimentId);
    await first;
    return answer(counting.complete ? counting : (known ?? counting), counting);
  };
}

/** Known counts, plus the keys that only the newest runs have. */
function answer(known: ColumnCounting, newest: ColumnCounting | null): ColumnCount {
  const names = [...new Set([...known.runsByColumn.keys(), ...(newest?.runsByColumn.keys() ?? [])])];
  const columns = names.map((name): RunColumn => {
    const [entity, key] = splitName(name);
    return {
      column: `${entity}s.${key}`,
      entity,
      key,
      runs: known.complete ? (known.runsByColumn.get(name) ?? null) : null,
    };
  });
  const order = (column: RunColumn) => `${ENTITIES.indexOf(column.entity)} ${column.key}`;
  return {
    columns: columns.toSorted((a, b) => (order(a) < order(b) ? -1 : 1)),
    complete: known.complete,
    countedAt: known.complete ? formatInstant(known.startedAt) : null,
  };
}

function splitName(name: string): [Entity, string] {
  const at = name.indexOf(' ');
  const entity = ENTITIES.find((one) => one === name.slice(0, at)) ?? 'tag';
  return [entity, name.slice(at + 1)];
}

/** Adds the runs up, a chunk at a time; yields after each. */
async function* countChunks(
  sql: Sql,
  experimentId: number | null,
  counting: ColumnCounting,
): AsyncGenerator<undefined> {
  let last: { readonly start_time: number; readonly run_id: string } | undefined;
  for (;;) {
    const runs = await listNextRuns(sql, experimentId, last);
    for (const entity of ENTITIES) {
      for (const { key, runs: count } of await countKeys(
        sql,
        entity,
        runs.map(({ run_id }) => run_id),
      )) {
        const name = `${entity} ${key}`;
        counting.runsByColumn.set(name, (counting.runsByColumn.get(name) ?? 0) + count);
      }
    }
    last = runs.at(-1);
    if (runs.length < RUNS_A_CHUNK) break;
    yield undefined;
  }
  counting.complete = true;
  yield undefined;
}

async function listNextRuns(
  sql: Sql,
  experimentId: number | null,
  last: { readonly start_time: number; readonly run_id: string } | undefined,
) {
  let query = sql
    .tables<TrackingTables>()
    .selectFrom('run')
    .select(['run_id', 'start_time'])
    .where('lifecycle_stage', '=', 'active');
  if (experimentId !== null) query = query.where('experiment_id', '=', experimentId);
  if (last !== undefined) {
    query = query.where((eb) =>
      eb.or([
        eb('start_time', '<', last.start_time),
        eb.and([eb('start_time', '=', last.start_time), eb('run_id', '>', last.run_id)]),
      ]),
    );
  }
  return query.orderBy('start_time', 'desc').orderBy('run_id').limit(RUNS_A_CHUNK).execute();
}

async function countKeys(
  sql: Sql,
  entity: Entity,
  runIds: readonly string[],
): Promise<{ key: string; runs: number }[]> {
  if (runIds.length === 0) return [];
  const rows = await sql
    .tables<TrackingTables>()
    .selectFrom(TABLES[entity])
    .select((eb) => ['key', eb.fn.countAll<number>().as('runs')])
    .where('run_id', 'in', runIds)
    .groupBy('key')
    .execute();
  return rows.map(({ key, runs }) => ({ key, runs: Number(runs) }));
}
