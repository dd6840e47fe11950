import { randomBytes } from 'node:crypto';
import { AppError } from '../../platform/errors/index.ts';
import { lockUntilCommit, type Sql } from '../../platform/store/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { formatMoneyText } from '../../platform/units/index.ts';
import { addTimelineEntry, formatInstant, type RecommendationDeps } from './context.ts';
import type { Finder, Finding, Window } from './finder.ts';
import { findMonthDeliveries } from './savings/bill-deliveries.ts';
import { computeSavingAlone } from './savings/joint-saving.ts';
import { Evidence, type Recommendation, type RecommendationKind, type Saving, type Searched } from './schema.ts';
import {
  findLastInState,
  findOpen,
  insertRecommendation,
  putRecommendation,
  type StoredRecommendation,
  saveScan,
} from './store.ts';

/** Length of the scan window: the minimum for high confidence. */
const WINDOW_MS = 14 * 24 * HOUR_MS;

/** Whole hours until now. */
export function computeScanWindow(now: number): Window {
  const end = now - (now % HOUR_MS);
  return { start: end - WINDOW_MS, end };
}

/** Runs every finder: opens new recommendations, renews the evidence of known ones, and lapses those no longer found. */
export async function scanForAll(deps: RecommendationDeps, finders: readonly Finder[]): Promise<Searched[]> {
  const now = deps.clock.now();
  const window = computeScanWindow(now);
  const searched: Searched[] = [];
  for (const finder of finders) searched.push(await scanWith(deps, finder, window, now));
  await deps.store.transaction((sql) => saveScan(sql, formatInstant(now), searched));
  return searched;
}

async function scanWith(deps: RecommendationDeps, finder: Finder, window: Window, now: number): Promise<Searched> {
  const { kind } = finder;
  try {
    const answer = await finder.find(window);
    const { found, lacks } = Array.isArray(answer) ? { found: answer, lacks: null } : answer;
    for (const one of found) await storeFinding(deps, kind, one, now);
    await lapseUnfound(deps, kind, new Set(found.map(({ about }) => buildAdviceKey(kind, about))), now);
    return { kind, found: found.length, reason: lacks };
  } catch (error) {
    // An error of one finder does not affect the others.
    if (!(error instanceof AppError)) throw error;
    deps.log.warn({ kind, why: error.message }, 'recommendations of a kind cannot be found');
    return { kind, found: null, reason: error.message };
  }
}

export function buildAdviceKey(kind: RecommendationKind, about: string): string {
  return `${kind}:${about}`;
}

/** Stores a finding; returns the open recommendation for it, or null where it was dismissed. */
export async function storeFinding(
  deps: RecommendationDeps,
  kind: RecommendationKind,
  unread: Finding,
  now: number,
): Promise<Recommendation | null> {
  const found = await addDeliveries(deps, unread);
  const key = buildAdviceKey(kind, found.about);
  return deps.store.transaction(async (sql) => {
    await lockUntilCommit(sql, key);
    const [current] = await findOpen(sql, key);
    if (current !== undefined) return renewRecommendation(sql, current, buildRecommendation(kind, found, now), now);
    const dismissed = (await findLastInState(sql, key, 'dismissed'))?.document.dismissed ?? null;
    if (dismissed !== null && (dismissed.until === null || Date.parse(dismissed.until) > now)) return null;
    if (found.readUntilMs !== undefined && (await wasDoneAfter(sql, key, found.readUntilMs))) return null;
    const opened = addTimelineEntry(buildRecommendation(kind, found, now), now, 'found', found.title);
    await insertRecommendation(sql, opened);
    return opened;
  });
}

/** Time for a returned resource to stop reporting. */
const DONE_GRACE_MS = 24 * HOUR_MS;

/** Whether a person marked it as done, and nothing was measured since (with a day for the change to take effect). */
async function wasDoneAfter(sql: Sql, key: string, readUntilMs: number): Promise<boolean> {
  const done = (await findLastInState(sql, key, 'applied'))?.document.applied ?? null;
  return done !== null && readUntilMs <= Date.parse(done.at) + DONE_GRACE_MS;
}

/** With the deliveries that its prices were learned from. */
async function addDeliveries({ billing, store }: RecommendationDeps, found: Finding): Promise<Finding> {
  const learned = await findMonthDeliveries(billing, store, found.billedMonths ?? new Set());
  const deliveries = [...new Set([...(found.evidence.deliveries ?? []), ...learned])].toSorted();
  return { ...found, evidence: { ...found.evidence, deliveries } };
}

/** Renews the evidence of the same action; a different action supersedes the recommendation. */
async function renewRecommendation(
  sql: Sql,
  current: StoredRecommendation,
  found: Recommendation,
  now: number,
): Promise<Recommendation> {
  const before = current.document;
  if (isBeingDone(before)) return before;
  if (JSON.stringify(before.action) !== JSON.stringify(found.action)) {
    const opened = addTimelineEntry(found, now, 'found', `${found.title}; replaces: ${before.title}`);
    const over = addTimelineEntry(before, now, 'superseded', `Newer measurements lead to: ${found.title}`);
    await putRecommendation(sql, {
      ...current,
      document: { ...over, state: 'superseded', supersededBy: found.recommendation, notice: null },
    });
    await insertRecommendation(sql, opened);
    return opened;
  }
  const { title, what, subject, after, saving, confidence, risk, guard, evidence, seenAt } = found;
  const said = { title, what, subject, before: found.before, after };
  const fresh = { ...before, ...said, saving, confidence, risk, guard, evidence, seenAt };
  const isRepriced = JSON.stringify(before.evidence.prices) !== JSON.stringify(evidence.prices);
  const text = `A price has changed: the saving is ${formatSaving(saving)} a month, before ${formatSaving(before.saving)}.`;
  const document = isRepriced ? addTimelineEntry(fresh, now, 'restated', text) : fresh;
  // A concurrent scan may have written first; its evidence is as recent.
  await putRecommendation(sql, { ...current, document });
  return document;
}

/**
 * An approved recommendation is being carried out, and its saving is measured from its application. Its visible effect in the meantime (a
 * commitment in the bill) is no reason to lapse it.
 */
function isBeingDone({ state, evidence: { measuredBy } }: Recommendation): boolean {
  return state === 'approved' && measuredBy !== null;
}

function formatSaving({ monthly }: Saving): string {
  return monthly === null ? 'not known' : formatMoneyText(monthly);
}

async function lapseUnfound(
  { store }: RecommendationDeps,
  kind: RecommendationKind,
  found: ReadonlySet<string>,
  now: number,
): Promise<void> {
  for (const { document } of await findOpen(store)) {
    // A recommendation with a notice is left to its idle policy.
    if (document.kind !== kind || found.has(document.key) || document.notice !== null) continue;
    await store.transaction(async (sql) => {
      const [current] = await findOpen(sql, document.key);
      if (current === undefined || current.document.recommendation !== document.recommendation) return;
      if (isBeingDone(current.document)) return;
      const wasApproved = current.document.state === 'approved';
      const text = wasApproved
        ? 'The scan no longer finds it: it was carried out, or its resource changed or ended.'
        : 'The scan no longer finds it: its resource changed or ended.';
      const over = addTimelineEntry(current.document, now, 'lapsed', text);
      await putRecommendation(sql, { ...current, document: { ...over, state: 'lapsed', notice: null } });
    });
  }
}

function buildRecommendation(
  kind: RecommendationKind,
  { about, evidence: told_, billedMonths: _, readUntilMs: _until, ...found }: Finding,
  now: number,
): Recommendation {
  const key = buildAdviceKey(kind, about);
  const evidence = Evidence.parse(told_);
  const { missing } = evidence;
  const alone = computeSavingAlone({ key, ...evidence });
  return {
    recommendation: `rec_${randomBytes(10).toString('hex')}`,
    ...{ key, kind, ...found, evidence },
    saving: alone.reason === null ? alone : { ...alone, reason: missing.at(-1) ?? alone.reason },
    state: 'open',
    foundAt: formatInstant(now),
    seenAt: formatInstant(now),
    ...{ approved: null, applied: null, dismissed: null, undone: null, realised: null, notice: null },
    ...{ supersededBy: null, timeline: [] },
  };
}
