import type { BillLine } from '../../finops/allocation/index.ts';
import type { RegisteredVersion } from '../../mlops/registry/index.ts';
import type { RunCost } from '../../mlops/runs/schema.ts';
import type { ServedVersion } from '../../mlops/serving/index.ts';
import type { LineageDataset, LineageModel, LineageRun } from '../../mlops/tracking/index.ts';
import type { TakenRecord } from '../decisions/schema.ts';
import type { LineageNode, NodeKind } from './schema.ts';

/** Converts records of both wings to nodes; ids are `<kind>:<id>`. */

export function buildNodeId(kind: NodeKind, id: string): string {
  return `${kind}:${id}`;
}

export function buildVersionId({ model, version }: { readonly model: string; readonly version: string }): string {
  return buildNodeId('model_version', `${model}/${version}`);
}

/** Known facts; a fact that is null is left out. */
function withoutNullFacts(facts: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

function buildNode(
  kind: NodeKind,
  id: string,
  name: string,
  cost: LineageNode['cost'],
  facts: Readonly<Record<string, string | null>>,
): LineageNode {
  return { id: buildNodeId(kind, id), kind, name, cost, facts: withoutNullFacts(facts) };
}

export function buildBillLineNode(line: BillLine): LineageNode {
  const name = [line.serviceName, line.chargeCategory, line.chargePeriodStart].filter((part) => part !== null);
  const cost = line.cost === null ? null : { amount: line.cost, currency: line.currency };
  const { delivery, source, file, resourceId, chargePeriodStart } = line;
  return buildNode('bill_line', line.line, name.join(', ') || line.line, cost, {
    ...{ source, delivery, file, resourceId, chargePeriodStart },
  });
}

export function buildResourceNode(resource: string): LineageNode {
  return buildNode('resource', resource, resource, null, {});
}

export function runNode(run: LineageRun, cost: RunCost | undefined): LineageNode {
  return buildNode('run', run.runId, run.runName, cost?.total.cost ?? null, {
    experiment: run.experimentName,
    status: run.status,
    costBasis: cost?.total.basis ?? null,
    costReason: cost?.total.reason ?? null,
    gpuHours: cost?.gpuHours.hours ?? null,
  });
}

export function buildDatasetNode(dataset: LineageDataset): LineageNode {
  const { datasetId, name, digest, sourceType } = dataset;
  return buildNode('dataset', datasetId, name, null, { digest, sourceType });
}

/** Its cost is the whole cost of the run that made it, as that of a version is. */
export function buildLoggedModelNode({ modelId, name, status }: LineageModel, cost: RunCost | undefined): LineageNode {
  return buildNode('logged_model', modelId, name, cost?.total.cost ?? null, { status });
}

export function buildVersionNode(version: RegisteredVersion, cost: RunCost | undefined): LineageNode {
  const aliases = version.aliases.length === 0 ? null : version.aliases.join(', ');
  const { model, version: number, createdAt } = version;
  return buildNode('model_version', `${model}/${number}`, `${model} ${number}`, cost?.total.cost ?? null, {
    aliases,
    createdAt,
  });
}

export function buildDecisionNode({ decision, verdict, policy, at, summary }: TakenRecord): LineageNode {
  return buildNode('decision', decision, `${verdict} by ${policy}`, null, { verdict, policy, at, summary });
}

/** An endpoint by the versions of its revisions, the newest first; none: it is not known. */
export function buildEndpointNode(endpoint: string, served: readonly ServedVersion[]): LineageNode {
  const live = served.find(({ state }) => state === 'live');
  const versions = Map.groupBy(served, ({ model, version }) => `${model} ${version}`);
  const texts = [...versions].map(([version, of]) => {
    const revisions = of.map(({ revision, state }) => (state === 'replaced' ? `${revision}` : `${revision} ${state}`));
    return `${version} (revision ${[...new Set(revisions)].join(', ')})`;
  });
  return buildNode('endpoint', endpoint, endpoint, null, {
    liveRevision: live === undefined ? null : String(live.revision),
    liveSince: live?.liveAt ?? null,
    versions: texts.join(', '),
  });
}

export function buildPredictionsNode(
  version: { readonly model: string; readonly version: string },
  count: number,
  cost: LineageNode['cost'],
): LineageNode {
  const id = `${version.model}/${version.version}`;
  return buildNode('predictions', id, `${count} predictions of ${version.model} ${version.version}`, cost, {
    count: String(count),
    source: 'usage intervals with a count of predictions',
  });
}
