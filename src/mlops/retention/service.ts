import { AppError } from '../../platform/errors/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Deleted, Tracking } from '../tracking/index.ts';
import { addVolumes, type KeptItem, type RetentionPreview, type RetentionStep } from './schema.ts';
import { findPolicies, forgetObjects, listNotedObjects, noteObjects, type Policy } from './store.ts';
import { type CostOfRuns, emptyVolume, type MeasuredItem, measure, sumVolume } from './volume.ts';

/** Other entities that depend on a run or a logged model, in FinOps, MLOps or the bridges; `main.ts` supplies it. */
export interface Holders {
  /** Returns the items with a dependent entity, and that entity as text for the end of a sentence. */
  holding(sql: Sql, items: readonly Pick<Deleted, 'kind' | 'id' | 'artifactUri'>[]): Promise<Map<string, string>>;
}

export interface RetentionDeps {
  readonly store: Store;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly tracking: Pick<Tracking, 'deletions' | 'restoreLoggedModel'>;
  readonly costs: CostOfRuns;
  readonly holders: readonly Holders[];
  /** Id of the experiment of this name; null when there is none. */
  readonly experimentId: (sql: Sql, name: string) => Promise<number | null>;
}

const PAGE = 500;
const MAX_KEPT = 1000;
const kinds = ['run', 'logged-model'] as const;

export type Service = ReturnType<typeof createService>;

export function createService(deps: RetentionDeps) {
  const { store, clock } = deps;
  return {
    async preview(name: string): Promise<RetentionPreview> {
      const policy = await requirePolicy(store, name);
      const until = clock.now() - policy.spec.keepDeletedDays * DAY_MS;
      await store.transaction((sql) => deps.tracking.deletions.noteMissing(sql, clock.now()));
      const keeps: KeptItem[] = [];
      let [keepsCount, removes] = [0, emptyVolume()];
      for await (const page of listPages(deps, policy, until)) {
        const { free, held } = await splitByDependents(deps, store, page);
        removes = addVolumes(removes, sumVolume(await measure(deps, store, free)));
        keepsCount += held.length;
        keeps.push(...held.slice(0, MAX_KEPT - keeps.length));
      }
      return { ...policy, until: new Date(until).toISOString(), removes, keeps, keepsCount };
    },

    async run(name: string, untilText: string, limit: number): Promise<RetentionStep> {
      const policy = await requirePolicy(store, name);
      const until = Date.parse(untilText);
      refuseEarly(policy, until, clock.now());
      await removeNoted(deps);
      const chosen: Deleted[] = [];
      for await (const page of listPages(deps, policy, until)) {
        chosen.push(...(await splitByDependents(deps, store, page)).free);
        if (chosen.length > limit) break;
      }
      const removed: MeasuredItem[] = [];
      for (const measured of await measure(deps, store, chosen.slice(0, limit))) {
        if (await removeOne(deps, measured.item, until)) removed.push(measured);
      }
      return { removed: sumVolume(removed), done: chosen.length <= limit };
    },

    /** Removes objects that a crash left behind after their rows were removed. */
    removeNoted: () => removeNoted(deps),
  };
}

export async function requirePolicy(sql: Sql, name: string): Promise<Policy> {
  const [policy] = await findPolicies(sql, name);
  if (policy !== undefined) return policy;
  const detail = `There is no retention policy "${name}". Apply a document of kind Retention first.`;
  throw new AppError('retention_policy_not_found', detail, { policy: name });
}

function refuseEarly(policy: Policy, until: number, now: number): void {
  const latest = now - policy.spec.keepDeletedDays * DAY_MS;
  if (until <= latest) return;
  const detail =
    `The policy "${policy.policy}" retains deleted objects for ${policy.spec.keepDeletedDays} days, so objects ` +
    `deleted after ${new Date(latest).toISOString()} cannot be removed. Request a new preview.`;
  throw new AppError('retention_too_early', detail, { policy: policy.policy });
}

async function* listPages(deps: RetentionDeps, { spec }: Policy, until: number): AsyncGenerator<Deleted[]> {
  const { store, tracking } = deps;
  const experimentId = spec.experiment === null ? null : await deps.experimentId(store, spec.experiment);
  // A name that no experiment has means none, and not all.
  if (spec.experiment !== null && experimentId === null) return;
  for (const kind of kinds) {
    for (let after: { deletedAt: number; id: string } | null = null; ; ) {
      const page: Deleted[] = await tracking.deletions.list(store, { kind, until, experimentId, after, limit: PAGE });
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      after = { deletedAt: last.deletedAt, id: last.id };
    }
  }
}

async function splitByDependents(deps: RetentionDeps, sql: Sql, items: readonly Deleted[]) {
  const reasons = new Map<string, string>();
  for (const holder of deps.holders) {
    for (const [id, reason] of await holder.holding(sql, items)) if (!reasons.has(id)) reasons.set(id, reason);
  }
  const held = items
    .filter(({ id }) => reasons.has(id))
    .map(({ kind, id, name }) => ({ kind, id, name, reason: reasons.get(id) ?? '' }));
  return { free: items.filter(({ id }) => !reasons.has(id)), held };
}

/**
 * Removes the rows first, in one transaction that also records the objects; then the objects. The transaction checks
 * again that the item is still deleted and that no entity depends on it. False: the item stays.
 */
async function removeOne(deps: RetentionDeps, item: Deleted, until: number): Promise<boolean> {
  const { store, tracking } = deps;
  if (item.kind === 'experiment') return false;
  const { kind, id } = item;
  const folder = item.artifactUri === null ? null : tracking.deletions.objectFolder(item.artifactUri, id);
  const erased = await store.transaction(async (sql) => {
    if ((await splitByDependents(deps, sql, [item])).held.length > 0) return false;
    if (!(await tracking.deletions.erase(sql, kind, id, until))) return false;
    if (folder !== null) await noteObjects(sql, folder);
    return true;
  });
  if (erased && folder !== null) await removeObjects(deps, folder);
  return erased;
}

async function removeNoted(deps: RetentionDeps): Promise<void> {
  for (const folder of await listNotedObjects(deps.store)) await removeObjects(deps, folder);
}

async function removeObjects({ store, objects }: RetentionDeps, folder: string): Promise<void> {
  await objects.remove(folder);
  await forgetObjects(store, folder);
}
