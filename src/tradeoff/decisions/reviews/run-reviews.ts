import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import type { Events } from '../../../platform/events/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { TakenRecord } from '../schema.ts';
import { findDecisionsAt } from '../store.ts';
import { describeChanges, isConcerned, type Standing } from './causes.ts';
import { compareJudgements, type Judged } from './compare.ts';
import { findInForce, type InForceDeps } from './in-force.ts';
import type { PresentJudgement } from './judge.ts';
import { fileReviewNotice, type ReviewNoticeDeps } from './notice.ts';
import type { DecisionReview } from './schema.ts';
import {
  findByBasis,
  findByPriceBook,
  findDueChanges,
  findLatest,
  findNewestReviews,
  findUnitHistory,
  insertReview,
  type KeptChange,
  markJudged,
} from './store.ts';

export interface ReviewDeps extends InForceDeps, ReviewNoticeDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Pick<Events, 'append'>;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  /** Judges on present evidence; an `AppError` says why that is impossible. */
  readonly judge: (decision: TakenRecord) => Promise<PresentJudgement>;
  /** SHA-256 of evidence in the form in which it is recorded. */
  readonly digest: (judgement: PresentJudgement) => Promise<string>;
}

const CHANGES_AT_ONCE = 500;

/**
 * Judges every decision in force that is based on the subject of a due change, once for all of its changes. Reviews, events and notices are stored in the
 * transaction that marks the changes as judged: a crash, a retry or a second server stores none of them twice.
 */
export async function reviewDueChanges(deps: ReviewDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    const changes = await findDueChanges(deps.store, CHANGES_AT_ONCE);
    if (changes.length === 0) return;
    const concerned = await findConcerned(deps, changes);
    const reviews: { decision: TakenRecord; review: DecisionReview }[] = [];
    for (const { decision, causes } of concerned) {
      signal.throwIfAborted();
      reviews.push({ decision, review: await reviewDecision(deps, decision, causes, signal) });
    }
    const at = new Date(deps.clock.now()).toISOString();
    const isStored = await deps.store.transaction(async (sql) => {
      if (!(await markJudged(sql, changes, at))) return false;
      for (const reviewed of reviews) await storeReview(deps, sql, reviewed);
      return true;
    });
    if (!isStored) return;
  }
}

interface Concerned {
  readonly decision: TakenRecord;
  readonly causes: readonly KeptChange[];
}

/** Decisions in force that one of the changes concerns, oldest first, each with its changes. */
async function findConcerned(deps: ReviewDeps, changes: readonly KeptChange[]): Promise<Concerned[]> {
  const histories = await readHistories(deps.store, changes);
  const sequences = await findCandidates(deps.store, changes, histories);
  const decisions = (await findDecisionsAt(deps.store, sequences)).map(({ record }) => record);
  const concerned = decisions.flatMap((decision): Concerned[] => {
    const standing = toStanding(decision);
    const causes = changes.filter(({ change }) =>
      isConcerned(standing, change, change.kind === 'bill' ? (histories.get(change.unit) ?? NONE) : NONE),
    );
    return causes.length === 0 ? [] : [{ decision, causes }];
  });
  const inForce = await findInForce(
    deps,
    deps.store,
    concerned.map(({ decision }) => decision),
  );
  return concerned.filter(({ decision }) => inForce.has(decision.decision));
}

const NONE: ReadonlySet<string> = new Set();

/** Deliveries that were ever active for the unit of each changed bill. */
async function readHistories(sql: Sql, changes: readonly KeptChange[]): Promise<Map<string, ReadonlySet<string>>> {
  const units = new Set(changes.flatMap(({ change }) => (change.kind === 'bill' ? [change.unit] : [])));
  const histories = new Map<string, ReadonlySet<string>>();
  for (const unit of units) histories.set(unit, await findUnitHistory(sql, unit));
  return histories;
}

async function findCandidates(
  sql: Sql,
  changes: readonly KeptChange[],
  histories: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<number[]> {
  const runs = new Set<string>();
  const books = new Set<string>();
  const policies = new Set<string>();
  const sequences = new Set<number>();
  for (const { change } of changes) {
    if (change.kind === 'runCost') runs.add(change.run);
    if (change.kind === 'prices') books.add(change.book);
    if (change.kind === 'policy') policies.add(change.policy);
    if ('decision' in change) {
      for (const sequence of await findLatest(sql, { decision: change.decision })) sequences.add(sequence);
    }
  }
  const deliveries = [...new Set([...histories.values()].flatMap((history) => [...history]))];
  const found = [await findByBasis(sql, 'bill', deliveries), await findByBasis(sql, 'run', [...runs])];
  for (const book of books) found.push(await findByPriceBook(sql, book));
  for (const policy of policies) found.push(await findLatest(sql, { policy }));
  for (const sequence of found.flat()) sequences.add(sequence);
  return [...sequences].toSorted((one, other) => one - other);
}

function toStanding({ decision, at, policy, policyVersion, evidence }: TakenRecord): Standing {
  const runs = [evidence.candidate.runId, evidence.champion?.runId ?? null].filter((run) => run !== null);
  return {
    ...{ decision, at, policy, policyVersion, priceBooks: evidence.priceBooks },
    bills: new Set(evidence.billDeliveries),
    runs: new Set(runs),
  };
}

/** Never fails for one decision, so that the others are judged; throws only when the server stops. */
async function reviewDecision(
  deps: ReviewDeps,
  decision: TakenRecord,
  kept: readonly KeptChange[],
  signal: AbortSignal,
): Promise<DecisionReview> {
  const base = {
    review: `rev_${randomBytes(10).toString('hex')}`,
    at: new Date(deps.clock.now()).toISOString(),
    causes: describeChanges(kept.map(({ change }) => change)),
  };
  try {
    const judgement = await deps.judge(decision);
    const { verdict, policy } = judgement;
    const now: Judged = { verdict, checks: judgement.checks, currency: policy.spec.currency };
    const recorded: Judged = { ...decision, currency: decision.evidence.policy.spec.currency };
    const evidenceSha256 = await deps.digest(judgement);
    const compared = compareJudgements(recorded, now);
    return { ...base, ...compared, verdict, policyVersion: policy.policyVersion, evidenceSha256 };
  } catch (error) {
    signal.throwIfAborted();
    return { ...base, ...describeFailure(deps, decision, error) };
  }
}

function describeFailure(
  { log }: Pick<ReviewDeps, 'log'>,
  { decision }: TakenRecord,
  error: unknown,
): Omit<DecisionReview, 'review' | 'at' | 'causes'> {
  const isExpected = error instanceof AppError;
  if (!isExpected) log.error({ err: error, decision }, 'a decision could not be judged again');
  const reason = isExpected ? error.message : 'an unexpected error; the log of the server has it.';
  return {
    status: 'cannot-be-judged',
    verdict: null,
    summary: `Cannot be judged again: ${reason}`,
    changedChecks: [],
    atStake: null,
    atStakeReason: 'the decision cannot be judged',
    policyVersion: null,
    evidenceSha256: null,
  };
}

/** The parts of a review that its notice announces. */
function toAnnounced({ status, summary, changedChecks, atStake }: DecisionReview): unknown {
  return { status, summary, changedChecks, atStake };
}

async function storeReview(
  deps: ReviewDeps,
  sql: Sql,
  { decision, review }: { readonly decision: TakenRecord; readonly review: DecisionReview },
): Promise<void> {
  const before = (await findNewestReviews(sql, [decision.decision])).get(decision.decision);
  await insertReview(sql, decision.decision, review);
  const owner = await deps.ownerOf(sql, decision.model);
  const { model, version, policy, verdict: recordedVerdict, actor } = decision;
  await deps.events.append(sql, {
    type: 'decision.reviewed',
    subject: `model:${model}`,
    payload: {
      ...{ decision: decision.decision, model, version, policy, recordedVerdict },
      ...{ status: review.status, verdict: review.verdict, review, owner: { actor, team: owner?.team ?? null } },
    },
  });
  // Several changes with one effect, such as a price and the cost of a run, are announced once.
  const isKnown = before !== undefined && isDeepStrictEqual(toAnnounced(before), toAnnounced(review));
  if (!isKnown) await fileReviewNotice(deps, sql, { decision, review, owner });
}
