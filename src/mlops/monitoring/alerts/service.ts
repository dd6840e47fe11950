import { createTurns } from '../../../platform/concurrency/index.ts';
import type { Events } from '../../../platform/events/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { findMonitors } from '../../monitors/index.ts';
import type { Monitor } from '../../monitors/schema.ts';
import type { DriftWindows, OnWindow, ReferencePredictions } from '../../quality/index.ts';
import type { DriftWindow } from '../../quality/schema.ts';
import { createJudging } from './again/judge-again.ts';
import {
  evaluateServedRule,
  evaluateVersionQuality,
  isOfQuality,
  type LookingDeps,
  listDueLooks,
  type TimedRule,
} from './look-now.ts';
import { evaluateDrift } from './looks/drift-look.ts';
import { hasChange } from './looks/look.ts';
import { evaluateQualityPeriods } from './looks/quality-looks.ts';
import { computeLossValue, computeWindowLosses } from './losses.ts';
import { listStandings } from './store.ts';
import { forgetAlert, type LookToRecord, type OwnLook, type TakingDeps, takeLook } from './take-look.ts';

export interface AlertDeps extends LookingDeps, Pick<TakingDeps, 'teamOf'> {
  readonly store: Store;
  readonly log: Log;
  readonly events: Pick<Events, 'append'>;
}

/** Job that looks at every monitor: compares windows that are complete, and looks at its alerts. */
const LOOK = 'monitoring.look';

/**
 * Evaluates a monitor: compares its complete drift windows, takes the due looks of its alerts, and judges earlier looks again with
 * the data that has come since. One monitor is evaluated at most once at a time in this process; of several servers one counts each look.
 */
export type EvaluateMonitor = (monitor: Monitor, signal: AbortSignal) => Promise<void>;

export function createEvaluation(deps: AlertDeps, windows: DriftWindows): EvaluateMonitor {
  const judgeAgain = createJudging(deps);
  const inTurn = createTurns();
  return (monitor, signal) =>
    inTurn(monitor.monitor, async () => {
      await windows.watch(monitor, signal, (window, reference) => prepareWindow(deps, monitor, window, reference));
      await evaluateMonitor(deps, monitor, signal);
      await judgeAgain(monitor, signal);
    });
}

/** Evaluates all monitors every minute. */
export function scheduleAlerts(
  deps: Pick<AlertDeps, 'store' | 'log'>,
  evaluate: EvaluateMonitor,
  jobs: Pick<Jobs, 'register' | 'schedule'>,
): void {
  jobs.register(LOOK, { handler: (_payload, { signal }) => evaluateAll(deps, evaluate, signal) });
  jobs.schedule(LOOK, '* * * * *', { kind: LOOK, payload: {} });
}

async function evaluateAll(
  { store, log }: Pick<AlertDeps, 'store' | 'log'>,
  evaluate: EvaluateMonitor,
  signal: AbortSignal,
): Promise<void> {
  for (const monitor of await findMonitors(store)) {
    if (signal.aborted) return;
    try {
      await evaluate(monitor, signal);
    } catch (error) {
      // Other monitors are still evaluated, and this one is retried in a minute.
      log.error({ err: error, monitor: monitor.monitor }, 'cannot evaluate the alerts of a monitor; retry follows');
    }
  }
}

/** Everything that is slow before the transaction, which may be run again. */
async function prepareWindow(
  deps: AlertDeps,
  monitor: Monitor,
  window: DriftWindow,
  reference: ReferencePredictions,
): Promise<OnWindow> {
  const rules = monitor.spec.alerts.filter((rule) => rule.on === 'drift');
  const at = formatInstant(deps.clock.now());
  const isAsked = rules.length > 0 && hasChange(window);
  const [found] = isAsked ? await computeWindowLosses(deps, monitor, [{ ...window, reference }]) : [];
  const { loss, predictions, labels } = found ?? { loss: null, predictions: 0, labels: 0 };
  const moneyPerDay = await computeLossValue(deps, monitor, loss, window.period);
  return async (sql) => {
    for (const rule of rules) {
      const look = evaluateDrift(rule, window, loss);
      const kept = { look, predictions, labels, rule, drift: { window: window.window, reference } };
      await takeLook(deps, sql, { monitor, rule, look, moneyPerDay, own: null, at, until: null, kept });
    }
  };
}

async function evaluateMonitor(deps: AlertDeps, monitor: Monitor, signal: AbortSignal): Promise<void> {
  const standings = await listStandings(deps.store, monitor.monitor);
  for (const rule of monitor.spec.alerts) {
    if (rule.on === 'drift') continue;
    const before = standings.find(({ alert }) => alert === rule.name);
    const ends = listDueLooks(rule, before?.lookedUntil ?? null, deps.clock.now());
    const looks = await evaluateDueRules(deps, monitor, rule, ends);
    for (const [at, end] of ends.entries()) {
      const found = looks[at];
      if (signal.aborted || found === undefined) return;
      const taken = await recordLook(deps, monitor, rule, {
        ...found,
        end,
        answered: before?.retrained?.version ?? null,
      });
      await deps.store.transaction((sql) => takeLook(deps, sql, taken));
    }
  }
  const said = new Map(monitor.spec.alerts.map(({ name, on }) => [name, on]));
  for (const standing of standings) {
    if (said.get(standing.alert) === standing.cause) continue;
    const at = formatInstant(deps.clock.now());
    await deps.store.transaction((sql) => forgetAlert(deps, sql, monitor, standing, at));
  }
}

/** The looks that end then, in their order. */
async function evaluateDueRules(
  deps: AlertDeps,
  monitor: Monitor,
  rule: TimedRule,
  ends: readonly string[],
): Promise<readonly FoundLook[]> {
  if (isOfQuality(rule)) {
    const startOf = (end: string) => formatInstant(Date.parse(end) - rule.windowHours * HOUR_MS);
    const periods = ends.map((end) => ({ start: startOf(end), end }));
    const looks = await evaluateQualityPeriods(deps, monitor, rule, periods);
    return looks.map((counted) => ({ look: counted.look, kept: { ...counted, rule, drift: null } }));
  }
  const looks: FoundLook[] = [];
  for (const end of ends) looks.push({ look: await evaluateServedRule(deps, monitor, rule, end), kept: null });
  return looks;
}

type FoundLook = Pick<LookToRecord, 'look' | 'kept'>;

interface LookInput extends FoundLook {
  readonly end: string;
  /** Version of the retraining that has answered the open episode; null: none has. */
  readonly answered: string | null;
}

async function recordLook(
  deps: AlertDeps,
  monitor: Monitor,
  rule: TimedRule,
  { look, kept, end, answered }: LookInput,
): Promise<LookToRecord> {
  const moneyPerDay = await computeLossValue(deps, monitor, look.loss, look.window);
  const own = answered === null ? null : await evaluateOwnVersion(deps, monitor, rule, { end, answered });
  return { monitor, rule, look, moneyPerDay, own, at: formatInstant(deps.clock.now()), until: end, kept };
}

async function evaluateOwnVersion(
  deps: AlertDeps,
  monitor: Monitor,
  rule: TimedRule,
  { end, answered: version }: Pick<LookInput, 'end' | 'answered'>,
): Promise<OwnLook | null> {
  if (version === null || rule.on !== 'quality') return null;
  const found = await evaluateVersionQuality(deps, monitor, rule, { end, version });
  return { version, look: found, moneyPerDay: await computeLossValue(deps, monitor, found.loss, found.window) };
}

function formatInstant(instant: number): string {
  return new Date(instant).toISOString();
}
