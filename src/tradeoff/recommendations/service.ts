import { AppError } from '../../platform/errors/index.ts';
import { lockUntilCommit, type Sql } from '../../platform/store/index.ts';
import { moneyText } from '../../platform/units/index.ts';
import { carryOut, changesOf, manifestOf, reverseOf, undoText, wakeFor } from './action/carry-out.ts';
import { iso, ledgered, type RecommendationDeps, told } from './context.ts';
import { HOUR_MS } from './endpoints/endpoint-hours.ts';
import { isMeasured } from './realised/measure.ts';
import type { Preview, Recommendation, Saving } from './schema.ts';
import { findRecommendation, heldOpen, type Kept, putRecommendation } from './store.ts';

export interface Asked {
  readonly recommendation: string;
  readonly actor: string;
  readonly reason: string | null;
}

/** Error: `recommendation_not_found`. */
export async function existing(sql: Sql, recommendation: string): Promise<Kept> {
  const found = await findRecommendation(sql, recommendation);
  if (found !== null) return found;
  const detail = `There is no recommendation ${recommendation}. See "steelyard recommend list --state all".`;
  throw new AppError('recommendation_not_found', detail, { recommendation });
}

/** Changes that the recommendation would make. Errors: `recommendation_not_found`, `recommendation_not_open`. */
export async function previewed({ store }: RecommendationDeps, recommendation: string): Promise<Preview> {
  const { document } = await existing(store, recommendation);
  refuseDecided(document);
  return previewOf(document, true);
}

/**
 * Carries a recommendation out, once: its change, its new state and the ledger entry are one transaction. An action by hand takes two calls:
 * the first approves it, the second marks it as done. Errors: `recommendation_not_found`, `recommendation_not_open`, `recommendation_outdated`.
 */
export async function applied(deps: RecommendationDeps, asked: Asked): Promise<Preview> {
  const document = await deps.store.transaction((sql) => applyWithin(deps, sql, asked));
  wakeFor(deps, document.action);
  return previewOf(document, false);
}

/** The same in the caller's transaction; then `wakeFor` its action. */
export async function applyWithin(deps: RecommendationDeps, sql: Sql, asked: Asked): Promise<Recommendation> {
  const { recommendation, actor, reason } = asked;
  await lockUntilCommit(sql, recommendation);
  const kept = await existing(sql, recommendation);
  const { document } = kept;
  refuseDecided(document);
  const now = deps.clock.now();
  const act = { at: iso(now), by: actor, reason };
  if (document.action.type === 'by_hand' && document.state === 'open') {
    const summary = `${actor} approved: ${document.title}`;
    const decision = await ledgered(deps, sql, document, { act: 'approved', actor, summary });
    const approved = { ...document, state: 'approved' as const, approved: { ...act, decision } };
    return put(
      sql,
      kept,
      told(approved, now, 'approved', 'A person has to carry it out; apply it again to mark it as done.', actor),
    );
  }
  const cause = `${document.title}, by ${actor} (${recommendation})`;
  const hindrance = await carryOut(deps, sql, document.action, cause);
  if (hindrance !== null) {
    const detail = `Nothing was done: ${hindrance}. Run a new scan: steelyard recommend find`;
    throw new AppError('recommendation_outdated', detail, { recommendation });
  }
  const decision = await ledgered(deps, sql, document, {
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
  const measureAt = isMeasured(document) ? iso(now + HOUR_MS) : null;
  return put(sql, { ...kept, measureAt }, told(done, now, 'applied', changesOf(document.action).join('; '), actor));
}

/** Errors: `recommendation_not_found`, `recommendation_not_open`. */
export function dismissed(
  deps: RecommendationDeps,
  { recommendation, actor, reason, until }: Asked & { readonly until: string | null },
): Promise<Recommendation> {
  return deps.store.transaction(async (sql) => {
    await lockUntilCommit(sql, recommendation);
    const kept = await existing(sql, recommendation);
    refuseDecided(kept.document);
    const now = deps.clock.now();
    const summary = `${actor} dismissed: ${kept.document.title}`;
    const decision = await ledgered(deps, sql, kept.document, { act: 'dismissed', actor, summary });
    const act = { at: iso(now), by: actor, reason, decision, until };
    const document = { ...kept.document, state: 'dismissed' as const, dismissed: act, notice: null };
    const when = until === null ? 'permanently' : `until ${until}`;
    return put(sql, kept, told(document, now, 'dismissed', `Dismissed ${when}${because(reason)}`, actor));
  });
}

/**
 * Reverts an applied recommendation, or reopens a dismissed one. Errors: `recommendation_not_found`, `recommendation_not_undoable`,
 * `recommendation_outdated`.
 */
export async function undone(deps: RecommendationDeps, asked: Asked): Promise<Recommendation> {
  const document = await deps.store.transaction(async (sql) => {
    await lockUntilCommit(sql, asked.recommendation);
    const kept = await existing(sql, asked.recommendation);
    return kept.document.state === 'dismissed' ? reopened(deps, sql, kept, asked) : reversed(deps, sql, kept, asked);
  });
  wakeFor(deps, document.action);
  return document;
}

async function reopened(deps: RecommendationDeps, sql: Sql, kept: Kept, { actor, reason }: Asked) {
  const { document } = kept;
  await lockUntilCommit(sql, document.key);
  const [other] = await heldOpen(sql, document.key);
  if (other !== undefined) {
    throw notUndoable(document, `${other.document.recommendation} has replaced it`);
  }
  const again = { ...document, state: 'open' as const, dismissed: null };
  return put(sql, kept, told(again, deps.clock.now(), 'reopened', `Reopened${because(reason)}`, actor));
}

async function reversed(deps: RecommendationDeps, sql: Sql, kept: Kept, { recommendation, actor, reason }: Asked) {
  const { document } = kept;
  const reverse = reverseOf(document.action);
  if (document.state !== 'applied') throw notUndoable(document, `it is ${document.state}`);
  if (reverse === null) throw notUndoable(document, undoText(document.action).toLowerCase().replace(/\.$/, ''));
  const now = deps.clock.now();
  const hindrance = await carryOut(deps, sql, reverse, `undone by ${actor}: ${document.title} (${recommendation})`);
  if (hindrance !== null) {
    const detail = `Nothing was undone: ${hindrance}. Change the manifest of the endpoint instead.`;
    throw new AppError('recommendation_outdated', detail, { recommendation });
  }
  const summary = `${actor} undid: ${document.title}`;
  const decision = await ledgered(deps, sql, document, { act: 'undone', actor, summary });
  const back = { ...document, state: 'undone' as const, undone: { at: iso(now), by: actor, reason, decision } };
  const text = `${changesOf(reverse)[0]}${because(reason)}`;
  return put(sql, { ...kept, measureAt: null }, told(back, now, 'undone', text, actor));
}

function notUndoable({ recommendation, title }: Recommendation, why: string): AppError {
  return new AppError('recommendation_not_undoable', `"${title}" cannot be undone: ${why}.`, { recommendation });
}

function refuseDecided({ recommendation, state, title }: Recommendation): void {
  if (state === 'open' || state === 'approved') return;
  const detail = `"${title}" is ${state} already. See "steelyard recommend list".`;
  throw new AppError('recommendation_not_open', detail, { recommendation, state });
}

export async function put(sql: Sql, kept: Kept, document: Recommendation): Promise<Recommendation> {
  if (await putRecommendation(sql, { ...kept, document })) return document;
  const { recommendation, title } = document;
  const detail = `"${title}" was changed concurrently. Reload it, then retry.`;
  throw new AppError('recommendation_not_open', detail, { recommendation });
}

function because(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`;
}

export function previewOf(recommendation: Recommendation, isDryRun: boolean): Preview {
  const { action, saving, risk, guard } = recommendation;
  return {
    recommendation,
    isDryRun,
    changes: changesOf(action),
    traffic: `${risk.text} ${guard}`,
    money: savingText(saving),
    undo: undoText(action),
    manifest: manifestOf(action),
  };
}

function savingText({ monthly, lower, upper, cost, reason }: Saving): string {
  if (monthly === null || lower === null || upper === null || cost === null) return `Saving not known: ${reason}.`;
  return `${moneyText(monthly)} less a month (${moneyText(lower)} to ${moneyText(upper)}) of ${moneyText(cost)}.`;
}
