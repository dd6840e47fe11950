import { AppError } from '../../platform/errors/index.ts';
import { lockUntilCommit, type Sql } from '../../platform/store/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { formatMoneyText } from '../../platform/units/index.ts';
import {
  buildManifestChange,
  carryOutAction,
  describeChanges,
  describeUndo,
  reverseAction,
  wakeController,
} from './action/carry-out.ts';
import { addTimelineEntry, formatInstant, type RecommendationDeps, recordDecidedAct } from './context.ts';
import { isMeasured } from './realised/measure.ts';
import type { Preview, Recommendation, Saving } from './schema.ts';
import { findOpen, findRecommendation, putRecommendation, type StoredRecommendation } from './store.ts';

export interface ActRequest {
  readonly recommendation: string;
  readonly actor: string;
  readonly reason: string | null;
}

export interface ApplyRequest extends ActRequest {
  /** True: an action by hand is carried out already, without a separate approval. Default: false. */
  readonly isDone?: boolean;
}

/** Error: `recommendation_not_found`. */
export async function requireRecommendation(sql: Sql, recommendation: string): Promise<StoredRecommendation> {
  const found = await findRecommendation(sql, recommendation);
  if (found !== null) return found;
  const detail = `There is no recommendation ${recommendation}. See "steelyard recommend list --state all".`;
  throw new AppError('recommendation_not_found', detail, { recommendation });
}

/** Changes that the recommendation would make. Errors: `recommendation_not_found`, `recommendation_not_open`. */
export async function previewRecommendation({ store }: RecommendationDeps, recommendation: string): Promise<Preview> {
  const { document } = await requireRecommendation(store, recommendation);
  refuseDecided(document);
  return buildPreview(document, true);
}

/**
 * Carries a recommendation out, once: its change, its new state and the ledger entry are one transaction. An action by hand takes two calls:
 * the first approves it, the second marks it as done; with `isDone` one call does. Errors: `recommendation_not_found`, `recommendation_not_open`, `recommendation_outdated`.
 */
export async function applyOnce(deps: RecommendationDeps, asked: ApplyRequest): Promise<Preview> {
  const document = await deps.store.transaction((sql) => applyWithin(deps, sql, asked));
  wakeController(deps, document.action);
  return buildPreview(document, false);
}

/** The same in the caller's transaction; then `wakeFor` its action. */
export async function applyWithin(deps: RecommendationDeps, sql: Sql, asked: ApplyRequest): Promise<Recommendation> {
  const { recommendation, actor, reason, isDone = false } = asked;
  await lockUntilCommit(sql, recommendation);
  const kept = await requireRecommendation(sql, recommendation);
  const { document } = kept;
  refuseDecided(document);
  const now = deps.clock.now();
  const act = { at: formatInstant(now), by: actor, reason };
  if (document.action.type === 'by_hand' && document.state === 'open' && !isDone) {
    const summary = `${actor} approved: ${document.title}`;
    const decision = await recordDecidedAct(deps, sql, document, { act: 'approved', actor, summary });
    const approved = { ...document, state: 'approved' as const, approved: { ...act, decision } };
    return putOrConflict(
      sql,
      kept,
      addTimelineEntry(
        approved,
        now,
        'approved',
        'A person has to carry it out; apply it again to mark it as done.',
        actor,
      ),
    );
  }
  const cause = `${document.title}, by ${actor} (${recommendation})`;
  const hindrance = await carryOutAction(deps, sql, document.action, cause);
  if (hindrance !== null) {
    const detail = `Nothing was done: ${hindrance}. Run a new scan: steelyard recommend find`;
    throw new AppError('recommendation_outdated', detail, { recommendation });
  }
  const decision = await recordDecidedAct(deps, sql, document, {
    act: 'applied',
    actor,
    summary: `${actor}: ${document.title}`,
  });
  const done = {
    ...document,
    state: 'applied' as const,
    notice: null,
    approved: document.approved ?? { ...act, decision },
    applied: { ...act, decision },
  };
  const measureAt = isMeasured(document) ? formatInstant(now + HOUR_MS) : null;
  return putOrConflict(
    sql,
    { ...kept, measureAt },
    addTimelineEntry(done, now, 'applied', describeChanges(document.action).join('; '), actor),
  );
}

/** Errors: `recommendation_not_found`, `recommendation_not_open`. */
export function dismissOpen(
  deps: RecommendationDeps,
  { recommendation, actor, reason, until }: ActRequest & { readonly until: string | null },
): Promise<Recommendation> {
  return deps.store.transaction(async (sql) => {
    await lockUntilCommit(sql, recommendation);
    const kept = await requireRecommendation(sql, recommendation);
    refuseDecided(kept.document);
    const now = deps.clock.now();
    const summary = `${actor} dismissed: ${kept.document.title}`;
    const decision = await recordDecidedAct(deps, sql, kept.document, { act: 'dismissed', actor, summary });
    const act = { at: formatInstant(now), by: actor, reason, decision, until };
    const document = { ...kept.document, state: 'dismissed' as const, dismissed: act, notice: null };
    const when = until === null ? 'permanently' : `until ${until}`;
    return putOrConflict(
      sql,
      kept,
      addTimelineEntry(document, now, 'dismissed', `Dismissed ${when}${formatReason(reason)}`, actor),
    );
  });
}

/**
 * Reverts an applied recommendation, reopens a dismissed one, or marks manual work as not done. Errors: `recommendation_not_found`, `recommendation_not_undoable`,
 * `recommendation_outdated`.
 */
export async function undoApplied(deps: RecommendationDeps, asked: ActRequest): Promise<Recommendation> {
  const document = await deps.store.transaction(async (sql) => {
    await lockUntilCommit(sql, asked.recommendation);
    const kept = await requireRecommendation(sql, asked.recommendation);
    const { state, action } = kept.document;
    if (state === 'dismissed') return reopenClosed(deps, sql, kept, asked, 'reopened');
    if (state === 'applied' && action.type === 'by_hand') {
      const summary = `${asked.actor} marked as not done: ${kept.document.title}`;
      await recordDecidedAct(deps, sql, kept.document, { act: 'undone', actor: asked.actor, summary });
      return reopenClosed(deps, sql, kept, asked, 'undone');
    }
    return reverseApplied(deps, sql, kept, asked);
  });
  wakeController(deps, document.action);
  return document;
}

async function reopenClosed(
  deps: RecommendationDeps,
  sql: Sql,
  kept: StoredRecommendation,
  { actor, reason }: ActRequest,
  step: 'reopened' | 'undone',
) {
  const { document } = kept;
  await lockUntilCommit(sql, document.key);
  const [other] = await findOpen(sql, document.key);
  if (other !== undefined) {
    throw createNotUndoable(document, `${other.document.recommendation} has replaced it`);
  }
  const text = `${step === 'undone' ? 'Marked as not done' : 'Reopened'}${formatReason(reason)}`;
  const again = { ...document, state: 'open' as const, dismissed: null, approved: null, applied: null, realised: null };
  return putOrConflict(sql, { ...kept, measureAt: null }, addTimelineEntry(again, deps.clock.now(), step, text, actor));
}

async function reverseApplied(
  deps: RecommendationDeps,
  sql: Sql,
  kept: StoredRecommendation,
  { recommendation, actor, reason }: ActRequest,
) {
  const { document } = kept;
  const reverse = reverseAction(document.action);
  if (document.state !== 'applied') throw createNotUndoable(document, `it is ${document.state}`);
  if (reverse === null)
    throw createNotUndoable(document, describeUndo(document.action).toLowerCase().replace(/\.$/, ''));
  const now = deps.clock.now();
  const hindrance = await carryOutAction(
    deps,
    sql,
    reverse,
    `undone by ${actor}: ${document.title} (${recommendation})`,
  );
  if (hindrance !== null) {
    const detail = `Nothing was undone: ${hindrance}. Change the manifest of the endpoint instead.`;
    throw new AppError('recommendation_outdated', detail, { recommendation });
  }
  const summary = `${actor} undid: ${document.title}`;
  const decision = await recordDecidedAct(deps, sql, document, { act: 'undone', actor, summary });
  const back = {
    ...document,
    state: 'undone' as const,
    undone: { at: formatInstant(now), by: actor, reason, decision },
  };
  const text = `${describeChanges(reverse)[0]}${formatReason(reason)}`;
  return putOrConflict(sql, { ...kept, measureAt: null }, addTimelineEntry(back, now, 'undone', text, actor));
}

function createNotUndoable({ recommendation, title }: Recommendation, why: string): AppError {
  return new AppError('recommendation_not_undoable', `"${title}" cannot be undone: ${why}.`, { recommendation });
}

/** Error: `recommendation_not_open`. */
export function refuseDecided({ recommendation, state, title }: Recommendation): void {
  if (state === 'open' || state === 'approved') return;
  const detail = `"${title}" is ${state} already. See "steelyard recommend list".`;
  throw new AppError('recommendation_not_open', detail, { recommendation, state });
}

export async function putOrConflict(
  sql: Sql,
  kept: StoredRecommendation,
  document: Recommendation,
): Promise<Recommendation> {
  if (await putRecommendation(sql, { ...kept, document })) return document;
  const { recommendation, title } = document;
  const detail = `"${title}" was changed concurrently. Reload it, then retry.`;
  throw new AppError('recommendation_not_open', detail, { recommendation });
}

function formatReason(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`;
}

export function buildPreview(recommendation: Recommendation, isDryRun: boolean): Preview {
  const { action, saving, risk, guard } = recommendation;
  return {
    recommendation,
    isDryRun,
    changes: describeChanges(action),
    traffic: `${risk.text} ${guard}`,
    money: describeSaving(saving),
    undo: describeUndo(action),
    manifest: buildManifestChange(action),
  };
}

function describeSaving({ monthly, lower, upper, cost, reason }: Saving): string {
  if (monthly === null || lower === null || upper === null || cost === null) return `Saving not known: ${reason}.`;
  return `${formatMoneyText(monthly)} less a month (${formatMoneyText(lower)} to ${formatMoneyText(upper)}) of ${formatMoneyText(cost)}.`;
}
