import { z } from 'zod';
import type { StoredEvent } from '../../platform/events/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { Month } from '../../platform/units/index.ts';
import {
  type BillChangeRow,
  billChangesOf,
  insertBillChange,
  latestWeighings,
  type Weighing,
} from './bill-change-store.ts';
import type { DecisionDetail, EvidenceChange, TakenRecord } from './schema.ts';

/** What the events of a bill say about which deliveries count; they say more, which is no matter here. */
const BillChanged = z.object({
  changes: z.array(
    z.object({
      source: z.string(),
      export: z.string(),
      dataset: z.string(),
      scope: z.string(),
      period: Month,
      state: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
});

/** Keeps what an event of a bill changed; the same event again changes nothing. */
export async function keepBillChanges(store: Store, { sequence, at, payload }: StoredEvent): Promise<void> {
  const parsed = BillChanged.safeParse(payload);
  // Events from before units were told apart name no changes.
  if (!parsed.success) return;
  await store.transaction(async (sql) => {
    for (const [position, change] of parsed.data.changes.entries()) {
      const { source, period, before, after, state } = change;
      const unit = JSON.stringify([source, change.export, change.dataset, change.scope, period]);
      const row = { event_sequence: sequence, position, at, unit, source, period, before, after };
      await insertBillChange(sql, { ...row, closed: state === 'closed' ? 1 : 0 });
    }
  });
}

/**
 * Decisions with the bills that they stood on and that count no longer. A bill that was changed and came back (a revert)
 * stands again. A decision needs to be judged again unless the version was weighed against the policy since.
 */
export async function withRestatements(sql: Sql, decisions: readonly TakenRecord[]): Promise<DecisionDetail[]> {
  const named = new Set(decisions.flatMap(({ evidence }) => evidence.billDeliveries));
  const changes = await billChangesOf(sql, [...named]);
  const shown = decisions.map((decision) => ({
    decision,
    restatedBy: gone(decision.evidence.billDeliveries, changes),
  }));
  const restated = shown.filter(({ restatedBy }) => restatedBy.length > 0).map(({ decision }) => decision.model);
  const weighings = await latestWeighings(sql, [...new Set(restated)]);
  return shown.map(({ decision, restatedBy }) => {
    const again = weighings.find((latest) => isSameQuestion(latest, decision) && latest.id !== decision.decision);
    const needsReevaluation = restatedBy.some(({ at }) => again === undefined || again.at < at);
    return { ...decision, restatedBy, needsReevaluation };
  });
}

function isSameQuestion(one: Weighing, other: Pick<TakenRecord, 'model' | 'version' | 'policy'>): boolean {
  return one.model === other.model && one.version === other.version && one.policy === other.policy;
}

/** For every unit whose last change took a named delivery away: that change. */
function gone(named: readonly string[], changes: readonly BillChangeRow[]): EvidenceChange[] {
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
