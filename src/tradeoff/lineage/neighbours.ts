import { type Allocation, type BillLines, findUsageResource } from '../../finops/allocation/index.ts';
import type { Metering } from '../../finops/metering/index.ts';
import type { RegisteredVersion, Registry } from '../../mlops/registry/index.ts';
import type { ServedVersion } from '../../mlops/serving/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { type Money, sumDecimals } from '../../platform/units/index.ts';
import type { Decisions } from '../decisions/index.ts';
import { buildModelNodes, buildVersionNodes, runNodes } from './costed-nodes.ts';
import {
  buildBillLineNode,
  buildDatasetNode,
  buildDecisionNode,
  buildEndpointNode,
  buildNodeId,
  buildPredictionsNode,
  buildResourceNode,
  buildVersionId,
} from './node.ts';
import type { LeftOut, LineageEdge, LineageNode, NodeKind } from './schema.ts';
import type { Neighbours } from './walk.ts';

export interface LineageDeps {
  readonly store: Store;
  readonly allocation: Pick<Allocation, 'billLine' | 'linesOfResource' | 'linesOfRun'>;
  readonly metering: Pick<Metering, 'ofRuns' | 'runsHolding' | 'total'>;
  readonly tracking: Pick<Tracking, 'lineage' | 'costs' | 'owners'>;
  readonly registry: Pick<Registry, 'version' | 'versionsOfRun' | 'versionsOfLoggedModel' | 'ownerOf'>;
  readonly decisions: Pick<Decisions, 'about' | 'taken'>;
  /** Versions of the revisions of an endpoint, or of all, newest first. */
  readonly servedVersions: (sql: Sql, endpoint: string | null) => Promise<ServedVersion[]>;
}

/** Maximum neighbours of one kind for a node; one more is read to detect that there are others. */
const SHOWN = 100;

type Ask = (deps: LineageDeps, id: string, billLines: number) => Promise<Neighbours>;
type Relation = LineageEdge['relation'];

const NOTHING: Neighbours = { nodes: [], edges: [], leftOut: [] };
const none: Ask = async () => NOTHING;

export const upstream: Readonly<Record<NodeKind, Ask>> = {
  bill_line: none,
  async resource({ allocation }, id, limit) {
    const lines = await allocation.linesOfResource(id, limit);
    return linkBillLines(buildNodeId('resource', id), 'billed_for', lines);
  },
  dataset: none,
  run: readRunUpstream,
  async logged_model({ tracking, store }, id) {
    const model = await tracking.lineage.loggedModel(store, id);
    if (model === null || model.sourceRunId === null) return NOTHING;
    return linkIncoming(
      buildNodeId('logged_model', id),
      'logged',
      await runNodes({ tracking, store }, [model.sourceRunId]),
    );
  },
  async model_version(deps, id) {
    const version = await findVersion(deps, id);
    if (version === null) return NOTHING;
    const { store, tracking } = deps;
    const model = version.modelId === null ? null : await tracking.lineage.loggedModel(store, version.modelId);
    if (model !== null)
      return linkIncoming(buildVersionId(version), 'registered_as', await buildModelNodes(deps, [model]));
    const runs = version.runId === null ? [] : await runNodes(deps, [version.runId]);
    return linkIncoming(buildVersionId(version), 'registered_as', runs);
  },
  async endpoint(deps, id) {
    const served = await deps.servedVersions(deps.store, id);
    const versions = new Map(served.map((one) => [`${one.model}/${one.version}`, one]));
    const found: RegisteredVersion[] = [];
    for (const { model, version } of [...versions.values()].slice(0, SHOWN + 1)) {
      const registered = await deps.registry.version(deps.store, model, version);
      if (registered !== null) found.push(registered);
    }
    return linkIncoming(buildNodeId('endpoint', id), 'served_by', await buildVersionNodes(deps, found));
  },
  predictions: createVersionReader('predictions', 'answered'),
  async decision(deps, id) {
    const decision = await deps.decisions.taken(deps.store, id);
    const version = decision && (await deps.registry.version(deps.store, decision.model, decision.version));
    return linkIncoming(
      buildNodeId('decision', id),
      'judged_by',
      version === null ? [] : await buildVersionNodes(deps, [version]),
    );
  },
};

export const downstream: Readonly<Record<NodeKind, Ask>> = {
  async bill_line({ allocation }, id) {
    const line = await allocation.billLine(id);
    if (line === null) return NOTHING;
    const resource = line.resourceId ?? null;
    const names = [
      ...(resource === null ? [] : [resource.trim().toLowerCase()]),
      ...Object.entries(line.tags).map(([field, value]) => `tag:steelyard.${field}=${value.trim().toLowerCase()}`),
    ];
    return linkOutgoing(buildNodeId('bill_line', id), 'billed_for', names.map(buildResourceNode));
  },
  async resource(deps, id) {
    const [, field, value] = /^tag:steelyard\.(run|pipelineRun|endpoint)=(.*)$/s.exec(id) ?? [];
    const held =
      value === undefined ? { resourceId: id } : { field: field as 'run' | 'pipelineRun' | 'endpoint', value };
    const runs = await deps.metering.runsHolding(deps.store, held, SHOWN + 1);
    return linkOutgoing(buildNodeId('resource', id), 'held_by', await runNodes(deps, runs));
  },
  async dataset(deps, id) {
    const runs = await deps.tracking.lineage.runsOfDataset(deps.store, id, SHOWN + 1);
    return linkOutgoing(buildNodeId('dataset', id), 'read_by', await runNodes(deps, runs));
  },
  async run(deps, id) {
    const { store, tracking, registry } = deps;
    const models = await tracking.lineage.modelsOfRun(store, id, SHOWN + 1);
    // A version of a logged model hangs on the model, the others on the run.
    const versions = (await registry.versionsOfRun(store, id)).filter(({ modelId }) => modelId === null);
    return joinNeighbours([
      linkOutgoing(buildNodeId('run', id), 'logged', await buildModelNodes(deps, models)),
      linkOutgoing(buildNodeId('run', id), 'registered_as', await buildVersionNodes(deps, versions)),
    ]);
  },
  async logged_model(deps, id) {
    const { store, tracking, registry } = deps;
    const readers = await tracking.lineage.runsReading(store, id, SHOWN + 1);
    return joinNeighbours([
      linkOutgoing(
        buildNodeId('logged_model', id),
        'registered_as',
        await buildVersionNodes(deps, await registry.versionsOfLoggedModel(store, id)),
      ),
      linkOutgoing(buildNodeId('logged_model', id), 'read_by', await runNodes(deps, readers)),
    ]);
  },
  model_version: readVersionDownstream,
  endpoint: none,
  predictions: none,
  decision: none,
};

async function readRunUpstream(deps: LineageDeps, id: string, limit: number): Promise<Neighbours> {
  const { store, tracking, metering, allocation } = deps;
  const run = buildNodeId('run', id);
  const datasets = await tracking.lineage.datasetsOfRun(store, id);
  const models = await tracking.lineage.modelsReadBy(store, id, SHOWN + 1);
  return joinNeighbours([
    linkHeldResources(run, await metering.ofRuns(store, [id])),
    linkBillLines(run, 'allocated_to', await allocation.linesOfRun(id, limit)),
    linkIncoming(run, 'read_by', datasets.map(buildDatasetNode)),
    linkIncoming(run, 'read_by', await buildModelNodes(deps, models)),
  ]);
}

/** The resources that a run's usage held, each with its metered cost there. */
function linkHeldResources(run: string, usage: Awaited<ReturnType<Metering['ofRuns']>>): Neighbours {
  const groups = Map.groupBy(usage, (each) => findUsageResource(each.usage) ?? '');
  const nodes: LineageNode[] = [];
  const edges: LineageEdge[] = [];
  for (const [resource, group] of groups) {
    if (resource === '') continue;
    const node = {
      ...buildResourceNode(resource),
      facts: { priceKey: [...new Set(group.map((each) => each.usage.resource))].join(', ') },
    };
    nodes.push(node);
    edges.push({
      from: node.id,
      to: run,
      relation: 'held_by',
      cost: sumKnownCosts(group.map(({ metered }) => metered.cost)),
    });
  }
  return { nodes, edges, leftOut: [] };
}

function sumKnownCosts(costs: readonly (Money | null)[]): Money | null {
  const known = costs.flatMap((cost) => cost ?? []);
  const [first] = known;
  if (first === undefined || known.length < costs.length) return null;
  if (known.some(({ currency }) => currency !== first.currency)) return null;
  return { amount: sumDecimals(known.map(({ amount }) => amount)), currency: first.currency };
}

function linkBillLines(to: string, relation: Relation, { lines, rest }: BillLines): Neighbours {
  const nodes = lines.map(buildBillLineNode);
  const count = rest.reduce((sum, each) => sum + each.lines, 0);
  return {
    nodes,
    edges: nodes.map(({ id, cost }) => ({ from: id, to, relation, cost })),
    leftOut:
      rest.length === 0
        ? []
        : [
            {
              of: to,
              kind: 'bill_line',
              count,
              costs: rest.map(({ currency, cost }) => ({ amount: cost, currency })),
              reason: 'only the most expensive lines are shown',
            },
          ],
  };
}

async function readVersionDownstream(deps: LineageDeps, id: string): Promise<Neighbours> {
  const version = await findVersion(deps, id);
  if (version === null) return NOTHING;
  const { store, metering, decisions } = deps;
  const { model, version: modelVersion } = version;
  const used = await metering.total(store, { model, modelVersion, purpose: 'inference' });
  const cost = used.unpricedIntervals > 0 ? null : used.cost;
  const answered = used.predictions === null ? [] : [buildPredictionsNode(version, used.predictions, cost)];
  const from = buildVersionId(version);
  const endpoints = Map.groupBy(await deps.servedVersions(store, null), ({ endpoint }) => endpoint);
  const serving = [...endpoints].filter(([, served]) =>
    served.some((one) => one.model === model && one.version === modelVersion),
  );
  const taken = await decisions.about(store, model, modelVersion, SHOWN + 1);
  return joinNeighbours([
    linkOutgoing(
      from,
      'served_by',
      serving.map(([endpoint, served]) => buildEndpointNode(endpoint, served)),
    ),
    linkOutgoing(from, 'answered', answered),
    linkOutgoing(from, 'judged_by', taken.map(buildDecisionNode)),
    {
      nodes: [],
      edges: [],
      leftOut:
        answered.length > 0
          ? []
          : [
              buildNotRecorded(
                from,
                'predictions',
                'no usage with a count of predictions was recorded for the version',
              ),
            ],
    },
  ]);
}

function buildNotRecorded(of: string, kind: NodeKind, reason: string): LeftOut {
  return { of, kind, count: null, costs: [], reason };
}

function createVersionReader(kind: NodeKind, relation: Relation): Ask {
  return async (deps, id) => {
    const version = await findVersion(deps, id);
    return linkIncoming(
      buildNodeId(kind, id),
      relation,
      version === null ? [] : await buildVersionNodes(deps, [version]),
    );
  };
}

/** The version `<model>/<number>`; a model's name may itself hold slashes. */
export async function findVersion({ registry, store }: LineageDeps, id: string): Promise<RegisteredVersion | null> {
  const at = id.lastIndexOf('/');
  return at < 1 ? null : registry.version(store, id.slice(0, at), id.slice(at + 1));
}

function linkIncoming(to: string, relation: Relation, nodes: readonly LineageNode[]): Neighbours {
  return limitNeighbours(to, nodes, (node) => ({ from: node.id, to, relation, cost: null }));
}

function linkOutgoing(from: string, relation: Relation, nodes: readonly LineageNode[]): Neighbours {
  return limitNeighbours(from, nodes, (node) => ({ from, to: node.id, relation, cost: null }));
}

function limitNeighbours(
  of: string,
  nodes: readonly LineageNode[],
  edge: (node: LineageNode) => LineageEdge,
): Neighbours {
  const shown = nodes.slice(0, SHOWN);
  const [over] = nodes.slice(SHOWN);
  const leftOut: LeftOut[] =
    over === undefined
      ? []
      : [{ of, kind: over.kind, count: null, costs: [], reason: `only ${SHOWN} nodes of a kind are shown` }];
  return { nodes: shown, edges: shown.map(edge), leftOut };
}

function joinNeighbours(parts: readonly Neighbours[]): Neighbours {
  return {
    nodes: parts.flatMap(({ nodes }) => nodes),
    edges: parts.flatMap(({ edges }) => edges),
    leftOut: parts.flatMap(({ leftOut }) => leftOut),
  };
}
