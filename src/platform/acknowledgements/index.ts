import { handle, type Route } from '../http/index.ts';
import { compareSeverity, type Severity } from '../notices/schema.ts';
import { lockUntilCommit, type Sql, type Store } from '../store/index.ts';
import { type Clock, decimal, type Money } from '../units/index.ts';
import type { Acknowledgement, Assignee, Handling, HandlingEndpoints } from './schema.ts';
import { findHandling, putHandling } from './store.ts';

export { acknowledgementMigrations } from './migrations.ts';
export { findHandling, findHandlings } from './store.ts';

/** Growth of the money at stake from which on an acknowledged thing is worse: half as much again. */
const WORSE_FACTOR = '1.5';

/** Severity and money at stake of a thing. */
export interface Gravity {
  readonly severity: Severity;
  /** null: unknown. */
  readonly impact: Money | null;
}

/**
 * Whether a thing is worse than when it was acknowledged: its severity is higher, or its money at stake, in the same currency,
 * is more than 1.5 times as large. Unknown money is not worse.
 * Example: 100 USD acknowledged, 151 USD now -> true; 150 USD -> false.
 */
export function isWorse(before: Pick<Acknowledgement, 'severity' | 'impact'>, now: Gravity): boolean {
  if (compareSeverity(now.severity, before.severity) > 0) return true;
  if (before.impact === null || now.impact === null || before.impact.currency !== now.impact.currency) return false;
  const limit = decimal(before.impact.amount).abs().times(WORSE_FACTOR);
  return decimal(now.impact.amount).abs().greaterThan(limit);
}

export interface HandlingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly noun: 'anomaly' | 'alert' | 'recommendation';
  /** Present severity and money at stake of a thing. Throws the not-found error of the noun. */
  readonly gravityOf: (sql: Sql, thing: string) => Promise<Gravity>;
  /** Throws when an account or a team does not exist; left out: names are not checked. */
  readonly checkAssignee?: (sql: Sql, assignee: Assignee) => Promise<void>;
}

/** Routes of the endpoints of `defineHandlingEndpoints`. */
export function createHandlingRoutes(endpoints: HandlingEndpoints, deps: HandlingDeps): Route[] {
  const { store, clock, noun } = deps;
  const change = (thing: string, to: (before: Handling, gravity: Gravity, sql: Sql) => Promise<Handling> | Handling) =>
    store.transaction(async (sql) => {
      await lockUntilCommit(sql, `handling:${noun}:${thing}`);
      const gravity = await deps.gravityOf(sql, thing);
      const handling = await to(await findHandling(sql, noun, thing), gravity, sql);
      await putHandling(sql, noun, thing, handling);
      return handling;
    });
  const now = () => new Date(clock.now()).toISOString();
  return [
    handle(endpoints.get, async ({ params: { thing } }) => {
      await deps.gravityOf(store, thing);
      return findHandling(store, noun, thing);
    }),
    handle(endpoints.acknowledge, ({ params: { thing }, body: { note }, actor }) =>
      change(thing, (before, gravity) => ({
        ...before,
        acknowledged: { by: actor, at: now(), note: note ?? null, ...gravity },
      })),
    ),
    handle(endpoints.unacknowledge, ({ params: { thing } }) =>
      change(thing, (before) => ({ ...before, acknowledged: null })),
    ),
    handle(endpoints.assign, ({ params: { thing }, body: { to }, actor }) =>
      change(thing, async (before, _gravity, sql) => {
        if (to !== null) await deps.checkAssignee?.(sql, to);
        return { ...before, assigned: to === null ? null : { to, by: actor, at: now() } };
      }),
    ),
  ];
}
