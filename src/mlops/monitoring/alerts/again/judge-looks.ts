import type { Sql } from '../../../../platform/store/index.ts';
import { listScores } from '../../../monitors/index.ts';
import type { Monitor } from '../../../monitors/schema.ts';
import { computeGeneration, listWindows } from '../../../quality/index.ts';
import type { DriftWindow } from '../../../quality/schema.ts';
import { evaluateDrift } from '../looks/drift-look.ts';
import { type CountedLook, hasChange } from '../looks/look.ts';
import type { QualityRule } from '../looks/quality-look.ts';
import { evaluateQualityPeriods } from '../looks/quality-looks.ts';
import type { StoredLook } from '../looks/store.ts';
import { computeWindowLosses, type LossDeps } from '../losses.ts';

export interface JudgingDeps extends LossDeps {
  readonly store: Sql;
}

/** Looks that are judged again, at most, of one alert: the last ones. */
export const MOST_LOOKS = 5_000;

/** Re-evaluates looks with the labels known now. A look with deleted rows stays unchanged. */
export async function judgeLooks(
  deps: JudgingDeps,
  monitor: Monitor,
  looks: readonly StoredLook[],
): Promise<StoredLook[]> {
  const found = new Map<number, CountedLook>();
  // Windows of one rule text of an alert do not overlap.
  for (const group of Map.groupBy(looks, ({ rule }) => JSON.stringify(rule)).values()) {
    const judged = await judgeGroup(deps, monitor, group);
    for (const [at, { place }] of group.entries()) {
      const one = judged[at];
      if (one != null) found.set(place, one);
    }
  }
  return looks.map((before) => {
    const now = found.get(before.place);
    return now === undefined || hasLostRows(before, now) ? before : { ...before, ...now };
  });
}

function hasLostRows(before: StoredLook, { look, predictions, labels }: CountedLook): boolean {
  const isLossGone = before.look.loss !== null && look.loss === null;
  return isLossGone || predictions < before.predictions || labels < before.labels;
}

/** Null: the result of a look does not depend on labels, or can no longer be computed. */
async function judgeGroup(
  deps: JudgingDeps,
  monitor: Monitor,
  looks: readonly StoredLook[],
): Promise<readonly (CountedLook | null)[]> {
  const rule = looks[0]?.rule;
  if (rule?.on === 'drift') return judgeDriftLooks(deps, monitor, looks);
  if (rule?.on === 'quality' || rule?.on === 'estimated_quality') return judgeQualityLooks(deps, monitor, rule, looks);
  return [];
}

async function judgeQualityLooks(
  deps: JudgingDeps,
  monitor: Monitor,
  rule: QualityRule,
  looks: readonly StoredLook[],
): Promise<readonly (CountedLook | null)[]> {
  const { quality } = monitor.spec;
  const isMeasured = quality !== undefined && listScores(quality).some(({ metric }) => metric === rule.metric);
  if (!isMeasured) return [];
  return evaluateQualityPeriods(
    deps,
    monitor,
    rule,
    looks.map(({ look }) => look.window),
  );
}

async function judgeDriftLooks(
  deps: JudgingDeps,
  monitor: Monitor,
  looks: readonly StoredLook[],
): Promise<readonly (CountedLook | null)[]> {
  const windows = await indexWindows(deps.store, monitor);
  const asked = looks.flatMap((stored) => {
    const window = stored.drift === null ? undefined : windows.get(stored.drift.window);
    return window === undefined || !hasChange(window) ? [] : [{ stored, window }];
  });
  const losses = await computeWindowLosses(
    deps,
    monitor,
    asked.map(({ stored, window }) => ({ ...window, reference: stored.drift?.reference ?? null })),
  );
  const judged = new Map<StoredLook, CountedLook>();
  for (const [at, { stored, window }] of asked.entries()) {
    const { loss = null, predictions = 0, labels = 0 } = losses[at] ?? {};
    if (stored.rule.on !== 'drift') continue;
    judged.set(stored, { look: evaluateDrift(stored.rule, window, loss), predictions, labels });
  }
  return looks.map((stored) => judged.get(stored) ?? null);
}

/** Windows of the current `drift:` text of the monitor, by id. Windows of an earlier text have another reference. */
async function indexWindows(sql: Sql, monitor: Monitor): Promise<Map<string, DriftWindow>> {
  const { drift } = monitor.spec;
  if (drift === undefined) return new Map();
  const windows = await listWindows(sql, computeGeneration(monitor, drift), { limit: MOST_LOOKS });
  return new Map(windows.map((window) => [window.window, window]));
}
