import { AppError } from '../errors/index.ts';
import { handle, type Identity, type Route } from '../http/index.ts';
import { findPlaces } from '../lake/index.ts';
import { createLoop } from '../loop/index.ts';
import { leavePlaces } from './leave-place.ts';
import { cancelLakeMove, getLakeStatus, startLakeMove } from './schema.ts';
import { reportAccess } from './server-access.ts';
import { createLakeMoveService, EXCLUSIVE, type LakeMoveDeps } from './service.ts';
import { findUnfinishedMove } from './store.ts';

export { lakeMoveMigrations } from './migrations.ts';
export { removeMoves } from './store.ts';

/** Moves of the lake between the data folder and buckets. */
export interface LakeMoves extends AsyncDisposable {
  readonly routes: readonly Route[];
  /** Starts to follow moves of other servers, and to empty places of before a move. */
  start(): void;
}

/** Until then a server sends new files to the former place, from which they follow. */
const FOLLOW_EVERY_MS = 2_000;
const LEAVE_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 10 * 60_000;

/** Makes the endpoints and registers the job. */
export function createLakeMoves(deps: Omit<LakeMoveDeps, 'leave'>): LakeMoves {
  const { store, places, servers, log } = deps;
  const stop = new AbortController();
  const leaving = createLoop({
    look: async () => {
      const hasLeft = (await findPlaces(store)).some(({ state }) => state === 'left');
      if (!hasLeft) return LOOK_EVERY_MS;
      // A running move has the lock, for hours.
      const move = await findUnfinishedMove(store);
      if (move === null || move.state === 'failed')
        await store.exclusively(EXCLUSIVE, (lost) => leavePlaces(deps, AbortSignal.any([stop.signal, lost])));
      return LEAVE_EVERY_MS;
    },
    failed: (error) => {
      if (!stop.signal.aborted) log.error({ err: error }, 'former places of the lake could not be read, will retry');
    },
    longestRestMs: LOOK_EVERY_MS,
  });
  const following = createLoop({
    look: async () => {
      await places.follow();
      await reportAccess(deps);
      return FOLLOW_EVERY_MS;
    },
    failed: (error) => log.error({ err: error }, 'the place of the lake could not be opened, will retry'),
    longestRestMs: FOLLOW_EVERY_MS,
  });
  const service = createLakeMoveService({ ...deps, leave: () => leaving.wake() });
  return {
    routes: [
      handle(getLakeStatus, async ({ identity }) => {
        const status = await service.status();
        return isAdmin(identity) ? status : { ...status, setting: null };
      }),
      handle(startLakeMove, ({ body: { to }, identity }) => {
        requireAdmin(identity);
        return service.start(to);
      }),
      handle(cancelLakeMove, ({ identity }) => {
        requireAdmin(identity);
        return service.cancel();
      }),
    ],
    start() {
      leaving.start();
      if (servers !== null) following.start();
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the server is stopping'));
      await Promise.all([leaving.stop(), following.stop()]);
    },
  };
}

function isAdmin({ role }: Identity): boolean {
  return role === null || role === 'admin';
}

/** The address of a bucket may name any variable or file of the server as a credential. */
function requireAdmin(identity: Identity): void {
  if (isAdmin(identity)) return;
  const { name, role } = identity;
  const detail = `${name} has the role ${role}; only administrators can move the lake, because the server sends its credentials to the address.`;
  throw new AppError('not_permitted', detail, { role });
}
