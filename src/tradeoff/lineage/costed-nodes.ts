import type { RegisteredVersion } from '../../mlops/registry/index.ts';
import type { LineageModel, Tracking } from '../../mlops/tracking/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { buildLoggedModelNode, buildNodeId, buildVersionNode, runNode } from './node.ts';
import type { LineageNode } from './schema.ts';

interface CostDeps {
  readonly store: Store;
  readonly tracking: Pick<Tracking, 'lineage' | 'costs'>;
}

/** Runs as nodes, in the requested order; a run that only usage names has its id as name. */
export async function runNodes({ tracking, store }: CostDeps, ids: readonly string[]): Promise<LineageNode[]> {
  const found = new Map((await tracking.lineage.runs(store, ids)).map((run) => [run.runId, run]));
  const costs = await tracking.costs(store, ids);
  return ids.map((id) => {
    const run = found.get(id);
    if (run !== undefined) return runNode(run, costs.get(id));
    const cost = costs.get(id)?.total.cost ?? null;
    return {
      id: buildNodeId('run', id),
      kind: 'run',
      name: id,
      cost,
      facts: { source: 'usage only: tracking has no such run' },
    };
  });
}

export async function buildModelNodes(
  { tracking, store }: CostDeps,
  models: readonly LineageModel[],
): Promise<LineageNode[]> {
  const costs = await tracking.costs(
    store,
    models.flatMap(({ sourceRunId }) => sourceRunId ?? []),
  );
  return models.map((model) => buildLoggedModelNode(model, costs.get(model.sourceRunId ?? '')));
}

export async function buildVersionNodes(
  { tracking, store }: CostDeps,
  versions: readonly RegisteredVersion[],
): Promise<LineageNode[]> {
  const costs = await tracking.costs(
    store,
    versions.flatMap(({ runId }) => runId ?? []),
  );
  return versions.map((version) => buildVersionNode(version, costs.get(version.runId ?? '')));
}
