import { covers } from '../../../org/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type OwnerLimit, selectWithinLimit } from '../../../platform/http/index.ts';
import type { ManifestOutcome } from '../../../platform/manifests/index.ts';
import { refuseUntold } from '../../../platform/notices/index.ts';
import { lockUntilCommit, type Sql } from '../../../platform/store/index.ts';
import { MINUTE_MS } from '../../../platform/units/durations.ts';
import { formatInstantText } from '../../../platform/units/index.ts';
import { wakeController } from '../action/carry-out.ts';
import { addTimelineEntry, formatInstant, type RecommendationDeps } from '../context.ts';
import { readEndpointHours } from '../endpoints/endpoint-hours.ts';
import { buildScaleToZero } from '../endpoints/finders.ts';
import type { Finding } from '../finder.ts';
import { buildAdviceKey, computeScanWindow, storeFinding } from '../look.ts';
import { findIdleRuns } from '../runs/finder.ts';
import { isQuiet } from '../runs/quiet.ts';
import type { Recommendation } from '../schema.ts';
import { applyWithin } from '../service.ts';
import { findOpen, findRecommendation, putRecommendation, type StoredRecommendation } from '../store.ts';
import { fileIdleNotice } from './notice.ts';
import type { IdlePolicySpec } from './schema.ts';
import { findPolicies, putPolicy, removePolicy, type StoredPolicy } from './store.ts';

/** Updates the store to match the document. Error: `manifest_invalid` for a target that can never receive a notification. */
export async function applyPolicy(
  deps: RecommendationDeps,
  sql: Sql,
  name: string,
  spec: IdlePolicySpec,
): Promise<ManifestOutcome> {
  refuseUntold(deps, spec.notify);
  const [before] = await findPolicies(sql, name);
  if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  await putPolicy(sql, { name, spec }, formatInstant(deps.clock.now()));
  return before === undefined ? 'created' : 'changed';
}

/** Runs every policy: notices idle objects, acts on those whose grace period is over, and withdraws the notices of busy ones. */
export async function applyPolicies(deps: RecommendationDeps): Promise<void> {
  for (const policy of await findPolicies(deps.store)) {
    const idle = await findCovered(deps, policy);
    const kind = policy.spec.what === 'endpoints' ? 'scale_to_zero' : 'stop_run';
    for (const found of idle) await followUpNotice(deps, policy, await findOpenFor(deps, kind, found));
    await withdrawBusyNotices(deps, policy, new Set(idle.map(({ about }) => buildAdviceKey(kind, about))));
  }
}

/** An open recommendation keeps its original evidence. */
async function findOpenFor(deps: RecommendationDeps, kind: 'scale_to_zero' | 'stop_run', found: Finding) {
  const [open] = await findOpen(deps.store, buildAdviceKey(kind, found.about));
  return open?.document ?? storeFinding(deps, kind, found, deps.clock.now());
}

async function findCovered(deps: RecommendationDeps, { spec }: StoredPolicy): Promise<Finding[]> {
  const { store, org } = deps;
  const idle =
    spec.what === 'endpoints' ? await findIdleEndpoints(deps, spec) : await findIdleRuns(deps, toIdleWindow(spec));
  const covered: Finding[] = [];
  for (const found of idle) if (covers(spec.subject, await org.withTeam(store, found.subject))) covered.push(found);
  return covered;
}

function toIdleWindow({ window: windowMs, threshold }: IdlePolicySpec) {
  return { windowMs, threshold };
}

async function findIdleEndpoints(deps: RecommendationDeps, { window: windowMs }: IdlePolicySpec): Promise<Finding[]> {
  const { serving, store, clock } = deps;
  const now = clock.now();
  const quiet = new Set<string>();
  for (const { endpoint, variant, min, isSettled } of await serving.variants(store)) {
    if (min === 0 || !isSettled) continue;
    const asked = { start: now - (now % MINUTE_MS) - windowMs, end: now, unit: 'minute' as const };
    const minutes = (await serving.spans(endpoint, asked)).filter((span) => span.variant === variant);
    if (isQuiet(minutes, { now, windowMs })) quiet.add(JSON.stringify([endpoint, variant]));
  }
  if (quiet.size === 0) return [];
  const window = computeScanWindow(now);
  const all = await readEndpointHours(deps, window);
  const isOne = ({ served: { endpoint, variant } }: (typeof all)[number]) =>
    quiet.has(JSON.stringify([endpoint, variant]));
  return all.filter(isOne).map((one) => buildScaleToZero(one, window));
}

async function followUpNotice(
  deps: RecommendationDeps,
  policy: StoredPolicy,
  open: Recommendation | null,
): Promise<void> {
  // A policy does not act on a dismissed recommendation; for an action by hand it only sends a notification.
  if (open === null) return;
  const done = await deps.store.transaction(async (sql) => {
    await lockUntilCommit(sql, open.recommendation);
    const kept = await findRecommendation(sql, open.recommendation);
    if (kept === null || kept.document.state !== 'open') return null;
    // It may have been deleted during the scan.
    if ((await findPolicies(sql, policy.name)).length === 0) return null;
    const now = deps.clock.now();
    const { notice } = kept.document;
    if (notice !== null && notice.policy !== policy.name) return null;
    // A policy that gets serious tells of it first.
    if (notice === null || notice.isDryRun !== policy.spec.dryRun) return sendNotices(deps, sql, policy, kept);
    if (notice.keptUntil !== null) {
      return Date.parse(notice.keptUntil) > now ? null : sendNotices(deps, sql, policy, kept);
    }
    if (now < Date.parse(notice.actsAt)) return null;
    return carryOutPolicy(deps, sql, policy, kept);
  });
  if (done?.state === 'applied') wakeController(deps, done.action);
}

/** Starts the grace period, and files its notice. */
async function sendNotices(
  deps: RecommendationDeps,
  sql: Sql,
  { name, spec }: StoredPolicy,
  kept: StoredRecommendation,
): Promise<null> {
  const now = deps.clock.now();
  const actsAt = formatInstant(now + spec.grace);
  const notice = {
    policy: name,
    noticedAt: formatInstant(now),
    actsAt,
    ...{ keptUntil: null, keptBy: null, isDryRun: spec.dryRun },
  };
  const what = spec.dryRun ? 'would act' : 'acts';
  const text = `Idle policy ${name} ${what} at ${formatInstantText(actsAt)} unless the resource is kept`;
  const document = addTimelineEntry({ ...kept.document, notice }, now, 'noticed', text);
  await putRecommendation(sql, { ...kept, document });
  await fileIdleNotice(deps, sql, document, { document: `IdlePolicy/${name}`, targets: spec.notify });
  return null;
}

async function carryOutPolicy(
  deps: RecommendationDeps,
  sql: Sql,
  { name, spec }: StoredPolicy,
  kept: StoredRecommendation,
) {
  const { document } = kept;
  const now = deps.clock.now();
  const actor = `idle policy ${name}`;
  if (!spec.dryRun && document.action.type !== 'by_hand') {
    return applyWithin(deps, sql, { recommendation: document.recommendation, actor, reason: 'idle' });
  }
  const { noticedAt = '' } = document.notice ?? {};
  const isSaid = document.timeline.some(({ step, at }) => step === 'dry_run' && at >= noticedAt);
  if (isSaid) return null;
  const text = spec.dryRun
    ? 'The action would run now; the policy is a dry run'
    : 'The action is due now and needs a person';
  await putRecommendation(sql, { ...kept, document: addTimelineEntry(document, now, 'dry_run', `${actor}: ${text}`) });
  return null;
}

/** Whether it is still kept, however busy it is in the meantime. */
function isKept({ clock }: RecommendationDeps, { notice }: Recommendation): boolean {
  return notice !== null && notice.keptUntil !== null && Date.parse(notice.keptUntil) > clock.now();
}

/** Withdraws the notices of objects that are busy again or no longer covered; the next scan decides whether the recommendation stays. */
async function withdrawBusyNotices(
  deps: RecommendationDeps,
  { name }: StoredPolicy,
  idle: ReadonlySet<string>,
): Promise<void> {
  for (const { document: open } of await findOpen(deps.store)) {
    if (open.notice?.policy !== name || idle.has(open.key) || isKept(deps, open)) continue;
    const text = 'No longer idle: it is in use again, or was not measured';
    await deps.store.transaction((sql) =>
      withdrawNotice(deps, sql, { recommendation: open.recommendation, policy: name, text }),
    );
  }
}

async function withdrawNotice(
  { clock }: RecommendationDeps,
  sql: Sql,
  { recommendation, policy, text }: { readonly recommendation: string; readonly policy: string; readonly text: string },
): Promise<boolean> {
  const kept = await findRecommendation(sql, recommendation);
  if (kept === null || kept.document.state !== 'open' || kept.document.notice?.policy !== policy) return false;
  const document = addTimelineEntry({ ...kept.document, notice: null }, clock.now(), 'withdrawn', text);
  return putRecommendation(sql, { ...kept, document });
}

/** Deletes the policy and withdraws its notices. Error: `idle_policy_not_found`. */
export function deletePolicy(deps: RecommendationDeps, policy: string, actor: string) {
  return deps.store.transaction(async (sql) => {
    if (!(await removePolicy(sql, policy))) {
      const detail = `There is no idle policy "${policy}". List them with: steelyard recommend policies`;
      throw new AppError('idle_policy_not_found', detail, { policy });
    }
    let count = 0;
    for (const { document } of await findOpen(sql)) {
      if (document.notice?.policy !== policy) continue;
      await lockUntilCommit(sql, document.recommendation);
      const text = `${actor} deleted the idle policy ${policy}; its action is cancelled`;
      if (await withdrawNotice(deps, sql, { recommendation: document.recommendation, policy, text })) count += 1;
    }
    return { name: policy, withdrawn: count };
  });
}

export async function readPolicies(
  { store, findOwner }: Pick<RecommendationDeps, 'store' | 'findOwner'>,
  limit: OwnerLimit | null,
) {
  const open = await findOpen(store);
  const policies = await selectWithinLimit(limit, await findPolicies(store), {
    key: ({ name }) => name,
    findOwner: ({ spec }) => findOwner(store, spec.subject),
  });
  return policies.map(({ name, appliedAt, spec }) => ({
    ...{ name, appliedAt, what: spec.what, windowMs: spec.window, graceMs: spec.grace, isDryRun: spec.dryRun },
    told: spec.notify.length,
    noticed: open.filter(({ document }) => document.notice?.policy === name).length,
  }));
}
