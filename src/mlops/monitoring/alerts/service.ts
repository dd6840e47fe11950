import { z } from 'zod';
import type { Events } from '../../../platform/events/index.ts';
import type { JobContext, Jobs } from '../../../platform/jobs/index.ts';
import { type DeliverDeps, deliver, Notice } from '../../../platform/notices/index.ts';
import { NotifyTarget } from '../../../platform/notices/schema.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Monitor } from '../monitors/schema.ts';
import { findMonitors } from '../monitors/store.ts';
import type { DriftWindow } from '../windows/schema.ts';
import type { DriftWindows, OnWindow, ReferencePredictions } from '../windows/service.ts';
import { dueLooks, type LookingDeps, lookNow, ownLookNow, type TimedRule } from './look-now.ts';
import { driftLook } from './looks/drift-look.ts';
import type { Look } from './looks/look.ts';
import { lossOfWindow, moneyOf } from './losses.ts';
import { standingsOf } from './store.ts';
import { forgetAlert, type OwnLook, type Taken, type TakingDeps, TELL, takeLook } from './take-look.ts';

export interface AlertDeps extends DeliverDeps, LookingDeps {
  readonly store: Store;
  readonly log: Log;
  readonly events: Pick<Events, 'append'>;
}

/** Job that looks at every monitor: compares windows that are complete, and looks at its alerts. */
const LOOK = 'monitoring.look';
/** With growing pauses these tries take ten minutes: a receiver that restarts misses nothing. */
const TRIES = 8;

const Telling = z.strictObject({ notice: Notice, target: NotifyTarget });

/** Looks every minute, and tells in jobs of their own. */
export function scheduleAlerts(deps: AlertDeps, windows: DriftWindows, jobs: Jobs): void {
  jobs.register(LOOK, { handler: (_payload, { signal }) => look({ ...deps, jobs }, windows, signal) });
  jobs.register(TELL, {
    handler: (payload, context) => tell(deps, Telling.parse(payload), context),
    maxAttempts: TRIES,
  });
  jobs.schedule(LOOK, '* * * * *', { kind: LOOK, payload: {} });
}

type Looking = AlertDeps & TakingDeps;

async function look(deps: Looking, windows: DriftWindows, signal: AbortSignal): Promise<void> {
  for (const monitor of await findMonitors(deps.store)) {
    if (signal.aborted) return;
    try {
      await windows.watch(monitor, signal, (window, reference) => onWindow(deps, monitor, window, reference));
      await lookAt(deps, monitor, signal);
    } catch (error) {
      // The others are looked at all the same, and this one again in a minute.
      deps.log.error({ err: error, monitor: monitor.monitor }, 'a monitor could not be looked at, will try again');
    }
  }
}

/** Everything that is slow before the transaction, which may be run again. */
async function onWindow(
  deps: Looking,
  monitor: Monitor,
  window: DriftWindow,
  reference: ReferencePredictions,
): Promise<OnWindow> {
  const rules = monitor.spec.alerts.filter((rule) => rule.on === 'drift');
  const at = iso(deps.clock.now());
  const hasChanged = window.columns.some(({ drifted, significant }) => drifted === true || significant === true);
  const isAsked = rules.length > 0 && hasChanged;
  const loss = isAsked ? await lossOfWindow(deps, monitor, window, reference) : null;
  const moneyPerDay = await moneyOf(deps, monitor, loss, window.period);
  return async (sql) => {
    for (const rule of rules) {
      const found = driftLook(rule, window, loss);
      await takeLook(deps, sql, { monitor, rule, look: found, moneyPerDay, own: null, at, until: null });
    }
  };
}

async function lookAt(deps: Looking, monitor: Monitor, signal: AbortSignal): Promise<void> {
  const standings = await standingsOf(deps.store, monitor.monitor);
  for (const rule of monitor.spec.alerts) {
    if (rule.on === 'drift') continue;
    const before = standings.find(({ alert }) => alert === rule.name);
    for (const end of dueLooks(rule, before?.lookedUntil ?? null, deps.clock.now())) {
      if (signal.aborted) return;
      const taken = await taking(deps, monitor, rule, { end, answered: before?.retrained?.version ?? null });
      await deps.store.transaction((sql) => takeLook(deps, sql, taken));
    }
  }
  const said = new Map(monitor.spec.alerts.map(({ name, on }) => [name, on]));
  for (const standing of standings) {
    if (said.get(standing.alert) === standing.cause) continue;
    const at = iso(deps.clock.now());
    await deps.store.transaction((sql) => forgetAlert(deps, sql, monitor, standing, at));
  }
}

interface Taking {
  readonly end: string;
  /** Version of the retraining that has answered the open episode; null: none has. */
  readonly answered: string | null;
}

async function taking(deps: Looking, monitor: Monitor, rule: TimedRule, { end, answered }: Taking): Promise<Taken> {
  const found: Look = await lookNow(deps, monitor, rule, end);
  const moneyPerDay = await moneyOf(deps, monitor, found.loss, found.window);
  const own = answered === null ? null : await ownLook(deps, monitor, rule, { end, answered });
  return { monitor, rule, look: found, moneyPerDay, own, at: iso(deps.clock.now()), until: end };
}

async function ownLook(
  deps: Looking,
  monitor: Monitor,
  rule: TimedRule,
  { end, answered: version }: Taking,
): Promise<OwnLook | null> {
  if (version === null || rule.on !== 'quality') return null;
  const found = await ownLookNow(deps, monitor, rule, { end, version });
  return { version, look: found, moneyPerDay: await moneyOf(deps, monitor, found.loss, found.window) };
}

async function tell(
  deps: AlertDeps,
  { notice, target }: z.infer<typeof Telling>,
  { signal }: JobContext,
): Promise<void> {
  const refusal = await deliver(deps, notice, target, signal);
  if (refusal !== null) deps.log.warn({ notice: notice.id, why: refusal }, 'nobody could be told of an alert');
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
