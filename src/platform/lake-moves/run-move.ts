import { createAtMost } from '../concurrency/index.ts';
import { AppError } from '../errors/index.ts';
import type { JobContext } from '../jobs/index.ts';
import {
  findFilesOfPlace,
  findPlaces,
  type LakePlace,
  type Places,
  type StagedFile,
  updatePlace,
} from '../lake/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Clock } from '../units/index.ts';
import { type CopyDeps, copyFile, DamagedSource } from './copy-file.ts';
import { drainPlace } from './leave-place.ts';
import { assertAccess, type LakeServers } from './server-access.ts';
import {
  findCopies,
  findForgottenCopies,
  findMove,
  removeCopies,
  type StoredMove,
  saveCopy,
  saveMove,
  switchFiles,
} from './store.ts';

export interface RunDeps extends CopyDeps {
  readonly places: Places;
  /** Null: this server is the only one. */
  readonly servers: LakeServers | null;
  readonly clock: Clock;
  readonly log: Log;
}

const COPIED_TOGETHER = 4;
/** Progress is stored, and a cancellation noticed, this often. */
const REPORT_EVERY_MS = 1_000;
/** After these rounds the last files, written meanwhile, are left to follow the switch: a busy lake would never be copied whole. */
const ROUNDS = 8;
const FOLLOWING_FILES = 200;
/** Named in the error of a move. */
const NAMED_FILES = 3;

/**
 * Copies every file that a manifest names, and then, in one transaction, names the target as the place of all of them and of new files. A file that was
 * staged before the switch keeps its old place until its copy is verified too, so no swap is refused. Returns when the lake is in the target,
 * or when the move was cancelled. Errors: those of places; a damaged file ends the move.
 */
export async function runMove(deps: RunDeps, id: string, { signal }: Pick<JobContext, 'signal'>): Promise<void> {
  const move = await findMove(deps.store, id);
  if (move === null) return;
  if (move.state === 'waiting' || move.state === 'copying') {
    const run = new Run(deps, move, signal);
    if (!(await run.copyAndSwitch())) return;
  }
  const switched = await findMove(deps.store, id);
  if (switched?.state === 'switched') await finish(deps, switched, signal);
}

class Run {
  readonly #deps: RunDeps;
  readonly #signal: AbortSignal;
  #move: StoredMove;
  #reportedAt = 0;

  constructor(deps: RunDeps, move: StoredMove, signal: AbortSignal) {
    this.#deps = deps;
    this.#move = { ...move, state: 'copying', problem: null };
    this.#signal = signal;
  }

  /** False: the move was cancelled, or has failed for good. */
  async copyAndSwitch(): Promise<boolean> {
    const { places, store } = this.#deps;
    const { fromPlace, toPlace, move } = this.#move;
    const records = await findPlaces(store);
    const [from, to] = [records.find(({ id }) => id === fromPlace), records.find(({ id }) => id === toPlace)];
    if (from === undefined || to === undefined) throw new Error(`a place of the move ${move} is gone`);
    const [source, target] = [await places.use(from), await places.use(to)];
    await target.claim(to);
    try {
      for (let round = 1; ; round += 1) {
        await this.#copyRound(source, target);
        await assertAccess(this.#deps, this.#move, this.#signal);
        if (await this.#switch(round > ROUNDS ? FOLLOWING_FILES : 0)) return true;
      }
    } catch (error) {
      if (error instanceof Cancelled) return false;
      throw error;
    }
  }

  async #copyRound(source: LakePlace, target: LakePlace): Promise<void> {
    const { store } = this.#deps;
    const [files, copied] = [
      await findFilesOfPlace(store, this.#move.fromPlace),
      await findCopies(store, this.#move.move),
    ];
    const isCopied = ({ path, sha256 }: StagedFile) => sha256 !== null && copied.get(path) === sha256;
    const left = files.filter((file) => !isCopied(file));
    const bytes = sumBytes(files);
    const progress = {
      filesDone: files.length - left.length,
      files: files.length,
      bytesDone: bytes - sumBytes(left),
      bytes,
    };
    const damaged: DamagedSource[] = [];
    const copying = createAtMost(COPIED_TOGETHER);
    const copy = async (file: StagedFile) => {
      try {
        const made = await copyFile(this.#deps, source, target, file);
        if (made !== null) await saveCopy(store, this.#move.move, made);
      } catch (error) {
        if (!(error instanceof DamagedSource)) throw error;
        damaged.push(error);
      }
      progress.filesDone += 1;
      progress.bytesDone += file.sizeBytes;
    };
    await this.#report(progress, 0);
    try {
      for (const file of left) {
        await this.#report(progress, REPORT_EVERY_MS);
        await copying.start(() => copy(file));
      }
      await copying.finished();
    } finally {
      await copying.settled();
    }
    await this.#report(progress, 0);
    if (damaged.length > 0) await this.#fail(damaged);
  }

  /** Stores the progress. Error: `Cancelled`. */
  async #report(progress: StoredMove['progress'], everyMs: number): Promise<void> {
    this.#signal.throwIfAborted();
    const now = performance.now();
    if (everyMs > 0 && now - this.#reportedAt < everyMs) return;
    this.#reportedAt = now;
    this.#move = { ...this.#move, progress: { ...progress } };
    await this.#deps.store.transaction(async (sql) => {
      const stored = await findMove(sql, this.#move.move);
      if (stored?.state !== 'waiting' && stored?.state !== 'copying') throw new Cancelled();
      await saveMove(sql, this.#move);
    });
  }

  async #fail(damaged: readonly DamagedSource[]): Promise<never> {
    const { store, clock, log } = this.#deps;
    const named = damaged.slice(0, NAMED_FILES).map(({ file, message }) => `lake/${file.path} ${message}`);
    const more = damaged.length > NAMED_FILES ? ` and ${damaged.length - NAMED_FILES} more` : '';
    const detail = `The lake stays where it is: ${named.join('; ')}${more}. Run "steelyard verify --repair", or restore the file from a backup, and move again.`;
    log.error({ files: named }, 'the lake was not moved: files are damaged');
    const problem = { code: 'lake_file_damaged', detail };
    await saveMove(store, { ...this.#move, state: 'failed', endedAt: new Date(clock.now()).toISOString(), problem });
    throw new Cancelled();
  }

  /** False: more files than this have no copy yet. */
  async #switch(mostLeft: number): Promise<boolean> {
    const { store, clock, places, log } = this.#deps;
    const { move: id, fromPlace, toPlace } = this.#move;
    try {
      await store.transaction(async (sql) => {
        const stored = await findMove(sql, id);
        if (stored?.state !== 'copying') throw new Cancelled();
        if ((await switchFiles(sql, stored)) > mostLeft) throw new NotCopied();
        await updatePlace(sql, fromPlace, { state: 'left', leftAt: clock.now() });
        await updatePlace(sql, toPlace, { state: 'current', leftAt: null });
        await saveMove(sql, { ...stored, state: 'switched' });
      });
    } catch (error) {
      if (error instanceof NotCopied) return false;
      throw error;
    }
    await places.follow();
    log.info({ move: id, from: this.#move.from, to: this.#move.to }, 'the lake is in its new place');
    return true;
  }
}

/** The last files follow; copies of files that left the lake meanwhile are removed. */
async function finish(deps: RunDeps, move: StoredMove, signal: AbortSignal): Promise<void> {
  const { store, places, clock, log } = deps;
  await places.follow();
  try {
    await drainPlace(deps, move.fromPlace, signal);
    const target = places.get(move.toPlace);
    for (const path of await findForgottenCopies(store, move.move)) await target.remove(path);
  } catch (error) {
    signal.throwIfAborted();
    // Again while the old place is emptied.
    log.warn({ err: error, move: move.move }, 'files of before the move could not follow yet, will retry');
  }
  await store.transaction(async (sql) => {
    await removeCopies(sql, move.move);
    const { files, bytes } = move.progress;
    const progress = { filesDone: files, files, bytesDone: bytes, bytes };
    await saveMove(sql, { ...move, state: 'ended', endedAt: new Date(clock.now()).toISOString(), progress });
  });
}

/** Notes the reason for the next retry of a move, or for its failure. */
export async function saveProblem(
  { store, clock }: RunDeps,
  id: string,
  error: unknown,
  isLast: boolean,
): Promise<void> {
  const detail = error instanceof Error ? error.message : String(error);
  const problem = { code: error instanceof AppError ? error.code : 'internal', detail };
  await store.transaction(async (sql) => {
    const stored = await findMove(sql, id);
    if (stored?.state !== 'waiting' && stored?.state !== 'copying') return;
    const end = isLast ? { state: 'failed' as const, endedAt: new Date(clock.now()).toISOString() } : {};
    await saveMove(sql, { ...stored, ...end, problem });
  });
}

class Cancelled extends Error {}
class NotCopied extends Error {}

function sumBytes(files: readonly StagedFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
