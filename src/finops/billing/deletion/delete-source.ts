import { AppError } from '../../../platform/errors/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { type Deleted, type DeletionDeps, deleteDeliveries } from './delete.ts';
import { type FinishDeps, finishDeletions } from './finish.ts';
import type { BillDeletion } from './schema.ts';
import { findDeliveriesOfSource, removeSourceFacts } from './store.ts';

export interface SourceDeletion {
  readonly source: string;
  readonly keepDeliveries: boolean;
  readonly actor: string;
  readonly why: string | null;
  readonly dryRun: boolean;
  /** True when a document declares the source. */
  readonly isDeclared: boolean;
  /** Ends its syncs, in the same transaction. */
  readonly alongside: (sql: Sql) => Promise<void>;
}

const EMPTY_DELETION: Omit<BillDeletion, 'dryRun' | 'finished'> = {
  ...{ deliveries: [], months: [], rows: 0, lakeFiles: 0, lakeBytes: 0, rawFiles: 0, rawBytes: 0 },
  ...{ units: [], changes: [], delta: [], unanswerable: [] },
};

/** Deletes a source and, unless the request keeps them, its deliveries. Error: `bill_source_not_found`. */
export async function deleteSource(deps: DeletionDeps & FinishDeps, request: SourceDeletion): Promise<BillDeletion> {
  const { answer, forgotten } = await deps.exclusive(() => deleteInTurn(deps, request));
  if (request.dryRun) return answer;
  return { ...answer, finished: await finishDeletions(deps, forgotten) };
}

async function deleteInTurn(deps: DeletionDeps, request: SourceDeletion): Promise<Deleted> {
  const { source, keepDeliveries, actor, why, dryRun, isDeclared } = request;
  const all = await findDeliveriesOfSource(deps.store, source);
  if (!isDeclared && all.length === 0) {
    const detail = `There is no source "${source}", and no delivery of it. List the sources with: steelyard source list`;
    throw new AppError('bill_source_not_found', detail, { source });
  }
  const alongside = async (sql: Sql) => {
    await request.alongside(sql);
    if (!keepDeliveries) await removeSourceFacts(sql, source, `${encodeURIComponent(source)}/`);
  };
  if (!keepDeliveries && all.length > 0) {
    return deleteDeliveries(deps, { deliveries: all, source, cause: 'source', actor, why, dryRun, alongside });
  }
  if (!dryRun) await deps.store.transaction(alongside);
  return { answer: { ...EMPTY_DELETION, dryRun, finished: false }, forgotten: [] };
}
