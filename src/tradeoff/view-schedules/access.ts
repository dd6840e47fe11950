import { AppError } from '../../platform/errors/index.ts';
import type { Identity, ReadAs } from '../../platform/http/index.ts';
import { findRoutes } from '../../platform/notification-routes/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Views } from '../views/index.ts';
import type { SavedView } from '../views/schema.ts';
import { findSchedule, type StoredSchedule } from './store.ts';
import type { SummaryOwners } from './summaries/index.ts';

export type Reader = Pick<Identity, 'name' | 'role' | 'scopes' | 'visible'>;

/** Account that scheduled a view, as it is now. */
export type ScheduleOwner = Reader;

export interface ViewScheduleDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: string | null;
  /** Reads figures with the limits of an account. */
  readonly readAs: ReadAs;
  readonly owners: SummaryOwners;
  readonly views: Pick<Views, 'read' | 'list'>;
  /** null: the account is deleted or disabled. Implemented by auth; injected by main. */
  readonly findOwner: (sql: Sql, account: string) => Promise<ScheduleOwner | null>;
}

/** A private view is scheduled by its owner only; a shared one by its owner and administrators. Errors: `view_not_found`, `not_permitted`. */
export async function requireOwn(deps: ViewScheduleDeps, sql: Sql, reader: Reader, id: string): Promise<SavedView> {
  const view = await deps.views.read(sql, reader, id);
  const isLocal = reader.role === null;
  if (isLocal || view.owner === reader.name) return view;
  if (view.sharing !== 'private' && reader.role === 'admin') return view;
  const others = view.sharing === 'private' ? '' : ' and administrators';
  const detail = `The view "${view.name}" belongs to ${view.owner}; only its owner${others} may schedule it.`;
  throw new AppError('not_permitted', detail, { view: id });
}

/** Error: `view_schedule_not_found`. */
export async function requireSchedule(sql: Sql, id: string): Promise<StoredSchedule> {
  const found = await findSchedule(sql, id);
  if (found !== null) return found;
  throw new AppError(
    'view_schedule_not_found',
    `The view ${id} has no schedule. Set one: steelyard view schedule ${id}`,
    {
      view: id,
    },
  );
}

export const describeNoRoute = (channel: string) =>
  `There is no alert channel "${channel}". List them with: steelyard notification-route list`;

/** Error: `notification_route_not_found`. */
export async function requireRoute(sql: Sql, channel: string): Promise<void> {
  if ((await findRoutes(sql, channel)).length > 0) return;
  throw new AppError('notification_route_not_found', describeNoRoute(channel), { route: channel });
}
