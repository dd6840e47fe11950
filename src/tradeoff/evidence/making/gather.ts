import type { MakingSteps } from '../../../mlops/pipelines/index.ts';
import type { Registry } from '../../../mlops/registry/index.ts';
import type { Tracking } from '../../../mlops/tracking/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { computeMakingCost, type MakingRun } from './compute.ts';
import type { MakingCost, MakingRelation } from './schema.ts';

export interface MakingDeps {
  readonly tracking: Pick<Tracking, 'costs' | 'lineage'>;
  readonly versions: Pick<Registry, 'versionNamesOfRuns'>;
  /** Pipeline runs around an MLflow run, latest first; empty without one. */
  readonly makingSteps: (sql: Sql, runId: string) => Promise<MakingSteps[]>;
}

/** Runs that are read for one version. */
const MOST_RUNS = 1000;
/** Longest chain of parent runs that is followed. */
const MOST_LEVELS = 20;

/** A run with its place in the group. */
interface Member {
  readonly relation: MakingRelation;
  readonly step: MakingRun['step'];
}

/**
 * Gathers the cost to make the version of a model from a run: the run and the runs below it; the other runs of its topmost parent, which
 * are the sweep or the steps of the pipeline run; the runs whose results a pipeline step reused; the pipeline runs that were resumed.
 * A run that made versions of other models only is left out, with the runs below it.
 */
export async function gatherMakingCost(
  deps: MakingDeps,
  sql: Sql,
  { model, version, runId }: { readonly model: string; readonly version: string; readonly runId: string },
): Promise<MakingCost> {
  const { tracking } = deps;
  const pipelines = await deps.makingSteps(sql, runId);
  const group = createGroup();
  const steps = new Map(
    pipelines.flatMap((one) => one.steps.map(({ step, state, run }) => [run, { name: step, state }])),
  );
  const add = async (root: string, relation: MakingRelation) => addTree(deps, sql, { group, root, relation, steps });
  await add(runId, 'nested');
  group.members.set(runId, { relation: 'run', step: steps.get(runId) ?? null });
  await add((await listAbove(tracking, sql, runId)).at(-1) ?? runId, 'search');
  const [current, ...resumed] = pipelines;
  if (current !== undefined) await add(current.mlflowRun, 'search');
  for (const { run, state } of current?.steps ?? []) if (state === 'cached') await add(run, 'reused');
  for (const earlier of resumed) await add(earlier.mlflowRun, 'resumed');
  const containers = new Set(pipelines.map(({ mlflowRun }) => mlflowRun));
  const made = await deps.versions.versionNamesOfRuns(sql, [...group.members.keys()]);
  const kept = await leaveOutOtherModels(deps, sql, { group, runId, model, made });
  const runs = await readRuns(deps, sql, { members: kept, containers });
  const sharedWith = made.filter((one) => one.model === model && one.version !== version && kept.has(one.runId));
  return computeMakingCost({
    runs,
    sharedWith: [...new Set(sharedWith.map((one) => one.version))],
    leftOut: group.isFull() ? `more than ${MOST_RUNS} runs belong to it; the others are left out` : null,
  });
}

/** Runs in the order in which they were found. */
function createGroup() {
  const members = new Map<string, Member>();
  return { members, isFull: () => members.size >= MOST_RUNS };
}

/** Adds a run and all runs below it, level by level; runs that are members already keep their relation. */
async function addTree(
  { tracking }: Pick<MakingDeps, 'tracking'>,
  sql: Sql,
  tree: {
    readonly group: ReturnType<typeof createGroup>;
    readonly root: string;
    readonly relation: MakingRelation;
    readonly steps: ReadonlyMap<string, NonNullable<Member['step']>>;
  },
): Promise<void> {
  const { group, root, relation, steps } = tree;
  let level = [root];
  const seen = new Set<string>();
  while (level.length > 0 && !group.isFull()) {
    for (const run of level) {
      seen.add(run);
      if (!group.members.has(run) && !group.isFull()) {
        group.members.set(run, { relation, step: steps.get(run) ?? null });
      }
    }
    const below = await tracking.lineage.children(sql, level, MOST_RUNS);
    level = below.filter((run) => !seen.has(run));
  }
}

/** A run and the runs above it, nearest first. A circle of parents ends where it closes. */
async function listAbove({ lineage }: MakingDeps['tracking'], sql: Sql, runId: string): Promise<string[]> {
  const found = [runId];
  for (let at = runId; found.length <= MOST_LEVELS; ) {
    const parent = (await lineage.parents(sql, [at])).get(at);
    if (parent === undefined || found.includes(parent)) break;
    found.push(parent);
    at = parent;
  }
  return found;
}

async function leaveOutOtherModels(
  { tracking }: Pick<MakingDeps, 'tracking'>,
  sql: Sql,
  {
    group,
    runId,
    model,
    made,
  }: {
    readonly group: ReturnType<typeof createGroup>;
    readonly runId: string;
    readonly model: string;
    readonly made: readonly { readonly runId: string; readonly model: string }[];
  },
): Promise<Map<string, Member>> {
  // A run above the run of the version contains its search, also where another model came from it.
  const above = new Set(await listAbove(tracking, sql, runId));
  const ofModel = new Set(made.filter((one) => one.model === model).map((one) => one.runId));
  const foreign = new Set(made.map((one) => one.runId).filter((run) => !above.has(run) && !ofModel.has(run)));
  if (foreign.size === 0) return group.members;
  const parents = await tracking.lineage.parents(sql, [...group.members.keys()]);
  const isForeign = (run: string): boolean => {
    const seen = new Set<string>();
    for (let at: string | undefined = run; at !== undefined && !seen.has(at); at = parents.get(at)) {
      if (foreign.has(at)) return true;
      seen.add(at);
    }
    return false;
  };
  return new Map([...group.members].filter(([run, { relation }]) => relation === 'run' || !isForeign(run)));
}

async function readRuns(
  { tracking }: Pick<MakingDeps, 'tracking'>,
  sql: Sql,
  { members, containers }: { readonly members: ReadonlyMap<string, Member>; readonly containers: ReadonlySet<string> },
): Promise<MakingRun[]> {
  const ids = [...members.keys()];
  const facts = new Map((await tracking.lineage.runs(sql, ids)).map((one) => [one.runId, one]));
  const costs = await tracking.costs(sql, ids);
  const parents = await tracking.lineage.parents(sql, ids);
  const runs = [...members].map(([run, { relation, step }]): MakingRun => {
    const known = facts.get(run);
    const parent = parents.get(run) ?? null;
    return {
      run,
      relation,
      step,
      parent: parent !== null && members.has(parent) ? parent : null,
      facts: known === undefined ? null : { ...known, name: known.runName },
      isContainer: containers.has(run),
      total: costs.get(run)?.total ?? null,
    };
  });
  const [own, ...others] = runs;
  const start = ({ facts: known }: MakingRun) => known?.startTime ?? 0;
  return own === undefined ? [] : [own, ...others.toSorted((a, b) => start(a) - start(b))];
}
