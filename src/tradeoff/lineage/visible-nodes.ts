import { findEndpointOwner } from '../../mlops/serving/index.ts';
import { isWithinLimit, type OwnerLimit } from '../../platform/http/index.ts';
import type { LineageDeps } from './neighbours.ts';
import type { LeftOut, LineageNode, NodeKind } from './schema.ts';
import type { Neighbours } from './walk.ts';

/** Nodes that a caller who sees the data of some teams only may read. */
export interface VisibleNodes {
  /** Whether a graph may begin at the node. A dataset has no owner: it is shown next to visible runs only. */
  isStart(node: LineageNode): Promise<boolean>;
  /** Without neighbours that belong to other teams or to none. Bill lines and resources are those of all teams. */
  limit(of: LineageNode, found: Neighbours): Promise<Neighbours>;
}

type Owner = Parameters<typeof isWithinLimit>[1];
type FindOwner = (id: string) => Promise<Owner>;

const OF_BILLS: ReadonlySet<NodeKind> = new Set(['bill_line', 'resource']);

export function createVisibleNodes(deps: LineageDeps, limit: OwnerLimit): VisibleNodes {
  const findOwner = createOwners(deps);
  const known = new Map<string, Promise<boolean>>();
  const isOwn = ({ id, kind }: LineageNode): Promise<boolean> => {
    const find = findOwner[kind];
    if (find === undefined) return Promise.resolve(kind === 'dataset');
    const before = known.get(id);
    if (before !== undefined) return before;
    const found = find(id.slice(kind.length + 1)).then((owner) => isWithinLimit(limit, owner));
    known.set(id, found);
    return found;
  };
  return {
    isStart: async (node) => node.kind !== 'dataset' && (await isOwn(node)),
    async limit(of, { nodes, edges, leftOut }) {
      const own = await Promise.all(nodes.map(isOwn));
      const shown = nodes.filter((_, at) => own[at] === true).map(hideSummary);
      const ids = new Set([of.id, ...shown.map(({ id }) => id)]);
      const isBilled = nodes.some(({ kind }) => OF_BILLS.has(kind));
      return {
        nodes: shown,
        edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
        leftOut: [...leftOut.filter(({ kind }) => !OF_BILLS.has(kind)), ...(isBilled ? [describeBillLines(of)] : [])],
      };
    },
  };
}

function describeBillLines({ id }: LineageNode): LeftOut {
  const reason = 'bill lines and resources are visible to those who see all costs';
  return { of: id, kind: 'bill_line', count: null, costs: [], reason };
}

/** The summary of a decision may state the amounts of a budget. */
function hideSummary(node: LineageNode): LineageNode {
  if (node.kind !== 'decision') return node;
  const { summary: _summary, ...facts } = node.facts;
  return { ...node, facts };
}

function createOwners({
  store,
  tracking,
  registry,
  decisions,
}: LineageDeps): Readonly<Partial<Record<NodeKind, FindOwner>>> {
  const ofVersion: FindOwner = (id) => registry.ownerOf(store, id.slice(0, Math.max(0, id.lastIndexOf('/'))));
  return {
    run: (id) => tracking.owners.ofRun(store, id),
    logged_model: (id) => tracking.owners.ofLoggedModel(store, id),
    model_version: ofVersion,
    predictions: ofVersion,
    endpoint: (id) => findEndpointOwner(store, id),
    async decision(id) {
      const taken = await decisions.taken(store, id);
      return taken === null ? null : registry.ownerOf(store, taken.model);
    },
  };
}
