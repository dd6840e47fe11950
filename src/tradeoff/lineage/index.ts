import { AppError } from '../../platform/errors/index.ts';
import { describeLimit, handle, limitWork, type Route, refuseHidden } from '../../platform/http/index.ts';
import { buildModelNodes, buildVersionNodes, runNodes } from './costed-nodes.ts';
import { downstream, findVersion, type LineageDeps, upstream } from './neighbours.ts';
import {
  buildBillLineNode,
  buildDatasetNode,
  buildDecisionNode,
  buildEndpointNode,
  buildPredictionsNode,
  buildResourceNode,
} from './node.ts';
import { getLineage, type LineageNode, NodeKind } from './schema.ts';
import { createVisibleNodes } from './visible-nodes.ts';
import { walkGraph } from './walk.ts';

const MOST_NODES = 500;

/** One graph from the bill line to the decision, assembled from the stores of all modules. */
export interface LineageGraph {
  readonly routes: readonly Route[];
}

export function createLineage(deps: LineageDeps): LineageGraph {
  return {
    routes: [
      handle(getLineage, async ({ query: { node, direction, depth, billLines }, identity }) => {
        const limit = limitWork(identity);
        const visible = limit === null ? null : createVisibleNodes(deps, limit);
        const start = await findNode(deps, node);
        if (visible !== null && (start === null || !(await visible.isStart(start)))) throw refuseHidden(identity, node);
        if (start === null) {
          const detail = `There is no node ${node}. A node is KIND:ID; kinds are ${NodeKind.options.join(', ')}.`;
          throw new AppError('lineage_node_not_found', detail, { node });
        }
        const directions = direction === 'both' ? (['upstream', 'downstream'] as const) : [direction];
        const graph = await walkGraph(start, directions, { depth, nodes: MOST_NODES }, async (at, way) => {
          const ask = way === 'upstream' ? upstream[at.kind] : downstream[at.kind];
          const found = await ask(deps, at.id.slice(at.kind.length + 1), billLines);
          return visible === null ? found : visible.limit(at, found);
        });
        return { ...graph, ...describeLimit(limit) };
      }),
    ],
  };
}

async function findNode(deps: LineageDeps, node: string): Promise<LineageNode | null> {
  const at = node.indexOf(':');
  const kind = NodeKind.safeParse(node.slice(0, at));
  return kind.success ? finders[kind.data](deps, node.slice(at + 1)) : null;
}

function takeFirst(nodes: readonly LineageNode[]): LineageNode | null {
  return nodes[0] ?? null;
}

type Find = (deps: LineageDeps, id: string) => Promise<LineageNode | null>;

const finders: Readonly<Record<NodeKind, Find>> = {
  async bill_line({ allocation }, id) {
    const line = await allocation.billLine(id);
    return line && buildBillLineNode(line);
  },
  async resource({ allocation, metering, store }, id) {
    const { lines, rest } = await allocation.linesOfResource(id, 1);
    const isKnown =
      lines.length + rest.length > 0 || (await metering.runsHolding(store, { resourceId: id }, 1)).length > 0;
    return isKnown ? buildResourceNode(id.startsWith('tag:') ? id : id.trim().toLowerCase()) : null;
  },
  async dataset({ tracking, store }, id) {
    const dataset = await tracking.lineage.dataset(store, id);
    return dataset && buildDatasetNode(dataset);
  },
  async run(deps, id) {
    const isKnown =
      (await deps.tracking.lineage.runs(deps.store, [id])).length > 0 ||
      (await deps.metering.ofRuns(deps.store, [id])).length > 0;
    return isKnown ? takeFirst(await runNodes(deps, [id])) : null;
  },
  async logged_model(deps, id) {
    const model = await deps.tracking.lineage.loggedModel(deps.store, id);
    return model && takeFirst(await buildModelNodes(deps, [model]));
  },
  async model_version(deps, id) {
    const version = await findVersion(deps, id);
    return version && takeFirst(await buildVersionNodes(deps, [version]));
  },
  async endpoint({ servedVersions, store }, id) {
    const served = await servedVersions(store, id);
    return served.length === 0 ? null : buildEndpointNode(id, served);
  },
  async predictions(deps, id) {
    const version = await findVersion(deps, id);
    if (version === null) return null;
    const { model, version: modelVersion } = version;
    const used = await deps.metering.total(deps.store, { model, modelVersion, purpose: 'inference' });
    const cost = used.unpricedIntervals > 0 ? null : used.cost;
    return used.predictions === null ? null : buildPredictionsNode(version, used.predictions, cost);
  },
  async decision({ decisions, store }, id) {
    const decision = await decisions.taken(store, id);
    return decision && buildDecisionNode(decision);
  },
};
