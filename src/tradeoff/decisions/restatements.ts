import type { StoredEvent } from '../../platform/events/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import {
  type BillChangeRow,
  findBillChanges,
  findLatestEvaluations,
  insertBillChange,
  type LatestEvaluation,
} from './bill-change-store.ts';
import { BillChanged, formatUnit } from './reviews/index.ts';
import type { Decision, EvidenceChange, TakenRecord } from './schema.ts';

/** Stores the changes of a bill event. Idempotent for the same event. */
export async function keepBillChanges(
  sql: Sql,
  { sequence, at, payload }: Pick<StoredEvent, 'sequence' | 'at' | 'payload'>,
): Promise<void> {
  const parsed = BillChanged.safeParse(payload);
  // Events from before bills had units name no changes.
  if (!parsed.success) return;
  for (const [position, change] of parsed.data.changes.entries()) {
    const { source, period, before, after, state } = change;
    const row = { event_sequence: sequence, position, at, unit: formatUnit(change), source, period, before, after };
    await insertBillChange(sql, { ...row, closed: state === 'closed' ? 1 : 0 });
  }
}

/**
 * Decisions with those bills of their evidence that are no longer active. A bill that was changed and then reverted
 * is active again. A decision needs reevaluation unless the version was evaluated against the policy since the change; reviews are not seen here.
 */
export async function addRestatements(
  sql: Sql,
  decisions: readonly TakenRecord[],
): Promise<(TakenRecord & Pick<Decision, 'restatedBy' | 'needsReevaluation'>)[]> {
  const named = new Set(decisions.flatMap(({ evidence }) => evidence.billDeliveries));
  const changes = await findBillChanges(sql, [...named]);
  const shown = decisions.map((decision) => ({
    decision,
    restatedBy: listEvidenceChanges(decision.evidence.billDeliveries, changes),
  }));
  const restated = shown.filter(({ restatedBy }) => restatedBy.length > 0).map(({ decision }) => decision.model);
  const weighings = await findLatestEvaluations(sql, [...new Set(restated)]);
  return shown.map(({ decision, restatedBy }) => {
    const again = weighings.find((latest) => isSameQuestion(latest, decision) && latest.id !== decision.decision);
    const needsReevaluation = restatedBy.some(({ at }) => again === undefined || again.at < at);
    return { ...decision, restatedBy, needsReevaluation };
  });
}

function isSameQuestion(one: LatestEvaluation, other: Pick<TakenRecord, 'model' | 'version' | 'policy'>): boolean {
  return one.model === other.model && one.version === other.version && one.policy === other.policy;
}

/** For every unit whose last change took a named delivery away: that change. */
function listEvidenceChanges(named: readonly string[], changes: readonly BillChangeRow[]): EvidenceChange[] {
  return named.flatMap((delivery) => {
    const last = new Map<string, BillChangeRow>();
    for (const change of changes) {
      if (change.before === delivery || change.after === delivery) last.set(change.unit, change);
    }
    return [...last.values()]
      .filter(({ before }) => before === delivery)
      .map(({ at, source, period, closed, after }) => ({
        ...{ at, source, period, closed: closed === 1, before: delivery, after },
      }));
  });
}
