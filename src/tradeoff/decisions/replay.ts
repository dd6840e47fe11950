import type { Billing } from '../../finops/billing/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { evaluateRecord } from './evaluate-record.ts';
import { digestEvidence } from './evidence-digest.ts';
import type { DecisionReplay, KeptBill, TakenRecord } from './schema.ts';
import type { StoredDecision } from './store.ts';

export interface ReplayDeps {
  readonly store: Store;
  readonly bills: Pick<Billing, 'deletionsOf' | 'filesOf' | 'sumBillRows'>;
}

/**
 * Replays a decision: sums the bills in its evidence from their rows, compares them with the stored sums, and
 * evaluates the stored evidence with the stored policy. Deleted evidence is reported as an error, never replaced by a different answer.
 * Errors: `evidence_deleted`, `evidence_damaged`, `evidence_not_kept`, `lake_file_damaged`.
 */
export async function replayDecision(deps: ReplayDeps, stored: StoredDecision): Promise<DecisionReplay> {
  const decision = stored.record;
  const { evidence, evidenceSha256 } = decision;
  assertUnchanged(stored);
  await assertNotDeleted(deps, decision);
  const { verdict, checks } = evaluateRecord(decision);
  const bills = [];
  for (const kept of evidence.bills ?? []) bills.push(await compareBill(deps, kept));
  const isSame = verdict === decision.verdict && bills.every((bill) => bill.isSame);
  return {
    decision: decision.decision,
    ...{ verdict, recordedVerdict: decision.verdict, isSame, checks, bills },
    evidenceSha256: evidenceSha256 ?? null,
  };
}

function assertUnchanged({ record: { decision, evidenceSha256 }, document }: StoredDecision): void {
  if (evidenceSha256 === undefined || digestEvidence(document.evidence) === evidenceSha256) return;
  const detail = `The recorded evidence of ${decision} is damaged: its SHA-256 differs. Restore a backup of the store.`;
  throw new AppError('evidence_damaged', detail, { decision });
}

async function assertNotDeleted({ store, bills }: ReplayDeps, { decision, evidence }: TakenRecord): Promise<void> {
  const gone = [];
  for (const deletion of await bills.deletionsOf(store, evidence.billDeliveries)) {
    // The same files imported again are the same delivery, with the same rows.
    if ((await bills.filesOf(store, deletion.delivery)).length === 0) gone.push(deletion);
  }
  if (gone.length === 0) return;
  const why = gone.map(({ text }) => text).join('; ');
  const detail = `${decision} cannot be replayed. ${why}. "steelyard decision show ${decision}" has the recorded figures.`;
  const deleted = gone.map(({ delivery, at, periods, cause }) => ({ table: 'bill_row', delivery, at, periods, cause }));
  throw new AppError('evidence_deleted', detail, { decision, deleted });
}

async function compareBill({ bills }: ReplayDeps, kept: KeptBill): Promise<DecisionReplay['bills'][number]> {
  const { delivery, source, period } = kept;
  const now = (await bills.sumBillRows(delivery)).filter((sums) => sums.period === period && sums.source === source);
  const rows = now.reduce((sum, one) => sum + one.rows, 0);
  const isSame = now.some(
    (sums) =>
      sums.rows === kept.rows && (kept.totals === null || digestEvidence(sums.totals) === digestEvidence(kept.totals)),
  );
  return { delivery, period, rows, isSame };
}
