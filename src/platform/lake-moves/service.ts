import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { Jobs } from '../jobs/index.ts';
import {
  addPlace,
  assertClaimable,
  buildFullAddress,
  findPlaces,
  IN_DATA_FOLDER,
  type PlaceRecord,
  splitAddress,
  updatePlace,
} from '../lake/index.ts';
import type { Objects } from '../objects/index.ts';
import type { Sql } from '../store/index.ts';
import { type RunDeps, runMove, saveProblem } from './run-move.ts';
import { FOLDER, LakeMove, type LakeStatus } from './schema.ts';
import { findLastMove, findUnfinishedMove, removeCopies, type StoredMove, saveMove, sumFiles } from './store.ts';

export interface LakeMoveDeps extends RunDeps {
  readonly jobs: Pick<Jobs, 'register' | 'enqueue'>;
  /** Opens the bucket of an address with parameters. */
  readonly openBucket: (address: string) => Promise<Objects>;
  /** Trino reads the files where they are. */
  readonly isReadElsewhere: boolean;
  /** Empties places that are not needed any more, now. */
  readonly leave: () => void;
}

export interface LakeMoveService {
  /**
   * Begins a move, or continues the one to the same place. Errors: `lake_engine_reads_place`, `lake_target_is_present`, `lake_target_not_empty`,
   * `lake_of_another_installation`, `lake_move_running`, and those of buckets.
   */
  start(to: string): Promise<LakeMove>;
  /** Errors: `lake_move_not_found`, `lake_move_over`. */
  cancel(): Promise<LakeMove>;
  status(): Promise<LakeStatus>;
}

/** Work on the places of a lake, by one server at a time. */
export const EXCLUSIVE = 'lake move';
const JOB = 'lake.move';
/** With growing pauses, more than an hour: a bucket may be away for that long. */
const TRIES = 20;
const Payload = z.strictObject({ move: LakeMove.shape.move });

export function createLakeMoveService(deps: LakeMoveDeps): LakeMoveService {
  const { store, jobs } = deps;
  jobs.register(JOB, {
    maxAttempts: TRIES,
    handler: async (payload, { signal, attempt }) => {
      const { move } = Payload.parse(payload);
      await store.exclusively(EXCLUSIVE, async (lost) => {
        const either = AbortSignal.any([signal, lost]);
        try {
          await runMove(deps, move, { signal: either });
        } catch (error) {
          if (!either.aborted) await saveProblem(deps, move, error, attempt >= TRIES);
          throw error;
        }
      });
      deps.leave();
    },
  });
  return {
    start: (to) => startMove(deps, to),
    cancel: () => cancelMove(deps),
    status: () => findStatus(store),
  };
}

function createReadElsewhere(): AppError {
  const detail =
    'Trino reads the lake where it is now. Start all servers with lakeEngine "duckdb", move the lake, then set lakeEngine to "trino" again.';
  return new AppError('lake_engine_reads_place', detail);
}

async function startMove(deps: LakeMoveDeps, to: string): Promise<LakeMove> {
  const { store, jobs, clock } = deps;
  if (deps.isReadElsewhere) throw createReadElsewhere();
  const wanted = to === FOLDER ? { address: IN_DATA_FOLDER, parameters: '' } : splitAddress(to);
  const current = requireCurrent(await findPlaces(store));
  const marked = to === FOLDER ? null : await readMarkedPlace(deps, to, current);
  if (marked === current.id || (to === FOLDER && current.address === IN_DATA_FOLDER)) throw createPresent(current);
  const move = await store.transaction(async (sql) => {
    const unfinished = await findUnfinishedMove(sql);
    if (unfinished !== null) return continueMove(deps, sql, unfinished, wanted.address);
    const places = await findPlaces(sql);
    const from = requireCurrent(places);
    // A bucket has one record: it would be emptied under another one.
    const known = places.find(({ id, address }) =>
      to === FOLDER ? address === IN_DATA_FOLDER : marked === null ? address === wanted.address : id === marked,
    );
    if (known?.id === from.id) throw createPresent(from);
    const { installation } = from;
    const target = known ?? (await addPlace(sql, { ...wanted, installation, state: 'target' }));
    await updatePlace(sql, target.id, { state: 'target', parameters: wanted.parameters });
    const { files, bytes } = await sumFiles(sql);
    const started: StoredMove = {
      ...{ move: `lm_${randomBytes(16).toString('hex')}`, fromPlace: from.id, toPlace: target.id },
      ...{ from: showPlace(from), to: showPlace(target), state: 'waiting' },
      ...{ startedAt: new Date(clock.now()).toISOString(), endedAt: null, problem: null },
      progress: { filesDone: 0, files, bytesDone: 0, bytes },
    };
    await saveMove(sql, started);
    await jobs.enqueue(sql, { kind: JOB, payload: { move: started.move } });
    return started;
  });
  return toShown(move);
}

/** The same command again: a failed move continues, one that runs is answered as it is. */
async function continueMove(
  { jobs }: LakeMoveDeps,
  sql: Sql,
  unfinished: StoredMove,
  address: string,
): Promise<StoredMove> {
  const target = (await findPlaces(sql)).find(({ id }) => id === unfinished.toPlace);
  if (target?.address !== address) {
    const detail = `The move of the lake to ${unfinished.to} is not complete. Wait for its end, or cancel it with "steelyard lake move --cancel".`;
    throw new AppError('lake_move_running', detail, { to: unfinished.to, state: unfinished.state });
  }
  if (unfinished.state !== 'failed') return unfinished;
  const again: StoredMove = { ...unfinished, state: 'waiting', endedAt: null, problem: null };
  await saveMove(sql, again);
  await jobs.enqueue(sql, { kind: JOB, payload: { move: again.move } });
  return again;
}

/** Id of the place that a bucket was taken for; null: an empty bucket. */
async function readMarkedPlace(
  { openBucket }: LakeMoveDeps,
  to: string,
  { installation }: PlaceRecord,
): Promise<number | null> {
  await using bucket = await openBucket(to);
  const { address } = splitAddress(to);
  return (await assertClaimable(bucket, { address, installation }))?.place ?? null;
}

async function cancelMove({ store, leave }: LakeMoveDeps): Promise<LakeMove> {
  const cancelled = await store.transaction(async (sql) => {
    const unfinished = await findUnfinishedMove(sql);
    if (unfinished === null) throw new AppError('lake_move_not_found', 'No move of the lake is running or has failed.');
    if (unfinished.state === 'switched') {
      const detail = `The lake is in ${unfinished.to} already. Move it back with "steelyard lake move --to".`;
      throw new AppError('lake_move_over', detail, { to: unfinished.to });
    }
    const target = (await findPlaces(sql)).find(({ id }) => id === unfinished.toPlace);
    await updatePlace(sql, unfinished.toPlace, { state: 'left', leftAt: target?.leftAt ?? 0 });
    await removeCopies(sql, unfinished.move);
    const ended: StoredMove = { ...unfinished, state: 'cancelled', endedAt: new Date().toISOString() };
    await saveMove(sql, ended);
    sql.afterCommit(leave);
    return ended;
  });
  return toShown(cancelled);
}

async function findStatus(sql: Sql): Promise<LakeStatus> {
  return sql.readConsistently(async (reads) => {
    const places = await findPlaces(reads);
    const current = requireCurrent(places);
    const last = await findLastMove(reads);
    return {
      place: showPlace(current),
      setting: current.address === IN_DATA_FOLDER ? null : buildFullAddress(current),
      ...(await sumFiles(reads)),
      move: last === null ? null : toShown(last),
      leaving: places.filter(({ state }) => state === 'left').map(showPlace),
    };
  });
}

function requireCurrent(places: readonly PlaceRecord[]): PlaceRecord {
  const current = places.find(({ state }) => state === 'current');
  if (current === undefined) throw new Error('the lake has no place');
  return current;
}

function createPresent({ address }: PlaceRecord): AppError {
  return new AppError('lake_target_is_present', `The lake is in ${address} already.`, { lake: address });
}

function showPlace({ address }: PlaceRecord): string {
  return address === IN_DATA_FOLDER ? FOLDER : address;
}

function toShown({ fromPlace: _from, toPlace: _to, ...move }: StoredMove): LakeMove {
  return move;
}
