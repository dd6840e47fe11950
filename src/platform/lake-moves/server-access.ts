import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../errors/index.ts';
import { findPlaces, type Places } from '../lake/index.ts';
import type { Store } from '../store/index.ts';
import { findAccess, findUnfinishedMove, type StoredMove, saveAccess } from './store.ts';

/** The servers that read the lake, where there are several. */
export interface LakeServers {
  /** Name of this one. */
  readonly own: string;
  /** Names of the live ones. */
  list(): Promise<readonly string[]>;
}

interface AccessDeps {
  readonly store: Store;
  readonly places: Places;
  /** Null: this server is the only one. */
  readonly servers: LakeServers | null;
}

const ASK_EVERY_MS = 200;
const ANSWER_WITHIN_MS = 30_000;

/** Opens the target of a move on this server, and notes for the server that copies whether it can. */
export async function reportAccess({ store, places, servers }: AccessDeps): Promise<void> {
  const move = servers === null ? null : await findUnfinishedMove(store);
  if (servers === null || move === null || move.state === 'switched') return;
  const target = (await findPlaces(store)).find(({ id }) => id === move.toPlace);
  if (target === undefined) return;
  const problem = await places.use(target).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const noted = (await findAccess(store, move.move)).get(servers.own);
  if (noted !== problem) await saveAccess(store, move.move, servers.own, problem);
}

/** Waits until every server can open the target: after the switch, one that cannot would answer no query. Error: `lake_move_failed`. */
export async function assertAccess(
  { store, servers }: AccessDeps,
  { move, to }: StoredMove,
  signal: AbortSignal,
): Promise<void> {
  if (servers === null) return;
  for (const deadline = performance.now() + ANSWER_WITHIN_MS; ; ) {
    const access = await findAccess(store, move);
    const live = (await servers.list()).filter((name) => name !== servers.own);
    const lacking = live.filter((name) => access.get(name) !== null);
    if (lacking.length === 0) return;
    const [failed] = lacking.filter((name) => access.has(name));
    if (failed !== undefined || performance.now() >= deadline) {
      const name = failed ?? lacking[0];
      const why = failed === undefined ? 'it does not report' : access.get(failed);
      throw new AppError('lake_move_failed', `Server "${name}" cannot open ${to}: ${why}`, { server: name });
    }
    await pause(ASK_EVERY_MS, undefined, { signal });
  }
}
