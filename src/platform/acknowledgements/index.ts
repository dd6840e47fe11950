import { handle, type Route } from '../http/index.ts';
import { compareSeverity, type Severity } from '../notices/schema.ts';
import { lockUntilCommit, type Sql, type Store } from '../store/index.ts';
import { type Clock, decimal, type Money } from '../units/index.ts';
import type { Acknowledgement, Assignee, Handling, HandlingEndpoints, WorkState } from './schema.ts';
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
  /** Throws for a state of the work that the noun sets by a separate endpoint. Default: all are set here. */
  readonly refuseState?: (state: WorkState | undefined) => void;
}

/** Routes of the endpoints of `defineHandlingEndpoints`. */
export function createHandlingRoutes(endpoints: HandlingEndpoints, deps: HandlingDeps): Route[] {
  const { store, clock, noun, refuseState = () => undefined } = deps;
  const change = (params: Params, to: (before: Handling, gravity: Gravity) => Handling) =>
    store.transaction(async (sql) => {
      const thing = readId(params);
      await lockUntilCommit(sql, `handling:${noun}:${thing}`);
      const gravity = await deps.gravityOf(sql, thing);
      const handling = to(await findHandling(sql, noun, thing), gravity);
      await putHandling(sql, noun, thing, handling);
      return handling;
    });
  const now = () => new Date(clock.now()).toISOString();
  return [
    handle(endpoints.get, async ({ params }) => {
      const thing = readId(params);
      await deps.gravityOf(store, thing);
      return findHandling(store, noun, thing);
    }),
    handle(endpoints.acknowledge, ({ params, body: { note }, actor }) =>
      change(params, (before, gravity) => ({
        ...before,
        acknowledged: { by: actor, at: now(), note: note ?? null, ...gravity },
      })),
    ),
    handle(endpoints.unacknowledge, ({ params }) => change(params, (before) => ({ ...before, acknowledged: null }))),
    handle(endpoints.assign, ({ params, body, actor }) =>
      change(params, (before) => {
        refuseState(body.state);
        return addStep(before, changeWork(before, body, actor, now()), actor, now());
      }),
    ),
    handle(endpoints.undo, ({ params, actor }) =>
      change(params, (before) => addStep(before, findBeforeLast(before), actor, now(), true)),
    ),
  ];
}

type WorkPart = Pick<Handling, 'assigned' | 'work'>;

interface AskedWork {
  readonly to?: Assignee | null | undefined;
  readonly comment?: string | undefined;
  readonly state?: WorkState | undefined;
  readonly reason?: string | undefined;
}

function changeWork({ assigned, work }: WorkPart, asked: AskedWork, by: string, at: string): WorkPart {
  const { to, comment = null, state, reason = null } = asked;
  return {
    assigned: to === undefined ? assigned : to === null ? null : { to, by, at, comment },
    work: state === undefined ? work : state === 'open' ? null : { state, reason, by, at },
  };
}

const MOST_STEPS = 20;

function addStep(before: Handling, part: WorkPart, by: string, at: string, isUndo = false): Handling {
  return { ...before, ...part, steps: [...before.steps, { by, at, ...part, isUndo }].slice(-MOST_STEPS) };
}

/** Assignment and work before the last change. An undo of an undo restores the change. */
function findBeforeLast({ steps }: Handling): WorkPart {
  const { assigned = null, work = null } = steps.at(-2) ?? {};
  return { assigned, work };
}

type Params = Readonly<Record<string, string>>;

/** The one parameter of the endpoints, whatever its name. */
function readId(params: Params): string {
  return Object.values(params)[0] ?? '';
}
