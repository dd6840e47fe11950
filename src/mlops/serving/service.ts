import { AppError } from '../../platform/errors/index.ts';
import type { ManifestOutcome } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { EndpointSpec, Variant } from '../endpoint-spec/schema.ts';
import { type ContainerEngines, isOnnxRuntimeInstalled } from '../replicas/index.ts';
import type { ReplicaPrices } from './autoscaling/price.ts';
import { endRollout } from './rollouts/store.ts';
import {
  addRevision,
  findEndpoints,
  findLastRevision,
  findRevision,
  listRevisions,
  noteDeleted,
  type Pointers,
  type Revision,
} from './store.ts';
import { selectHeldResource } from './usage.ts';

/** The queries of serving to the registry. */
export interface ServedVersions {
  /** null when there is no such version. */
  version(sql: Sql, model: string, version: string): Promise<{ readonly version: string } | null>;
  /** null when nothing has the alias. */
  versionByAlias(sql: Sql, model: string, alias: string): Promise<{ readonly version: string } | null>;
}

export interface ServiceDeps {
  readonly clock: Clock;
  readonly versions: ServedVersions;
  readonly prices: ReplicaPrices;
  /** Whether commands may be run as processes of this machine. */
  readonly processes: boolean;
  /** Engines that this server has for containers. */
  readonly engines: {
    readonly docker: object | null;
    readonly kubernetes: Pick<NonNullable<ContainerEngines['kubernetes']>, 'check'> | null;
  };
}

/**
 * Checks with the cluster whether it may serve an endpoint, before any change. If the cluster does not answer, the document
 * is accepted and its revision waits for the cluster. Errors: `executor_denied`, `executor_cannot`.
 */
export async function checkCluster(
  { engines }: Pick<ServiceDeps, 'engines'>,
  { variants }: EndpointSpec,
): Promise<void> {
  const asking = Object.values(variants).filter(({ backend }) => backend === 'kubernetes');
  if (engines.kubernetes === null || asking.length === 0) return;
  const kserve = asking.some(({ kubernetes }) => kubernetes?.kserve === true);
  try {
    await engines.kubernetes.check('deployment');
    if (kserve) await engines.kubernetes.check('inferenceService');
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'executor_unreachable') throw error;
  }
}

/** Revisions that a rollback and a page look back on. */
export const LOOK_BACK = 50;

/**
 * Stores the document as a revision; the replicas follow. Errors: `manifest_reference_unknown` for a version or alias that
 * does not exist, or a missing price that its policy needs; `executor_unknown` where this server runs no processes.
 */
export async function applyEndpoint(
  deps: ServiceDeps,
  sql: Sql,
  endpoint: string,
  spec: EndpointSpec,
): Promise<ManifestOutcome> {
  const versions = await resolveVersions(deps, sql, spec);
  await checkPrices(deps, sql, spec);
  const [pointers] = await findEndpoints(sql, endpoint);
  const newest = pointers === undefined ? null : await findRevision(sql, endpoint, pointers.newest);
  // An unchanged document retries a failed revision.
  if (newest !== null && newest.state !== 'failed' && isSame(newest, { spec, versions })) return 'unchanged';
  const { strategy } = spec.rollout;
  await addNextRevision(deps, sql, endpoint, { spec, versions, cause: 'applied', strategy });
  return newest === null ? 'created' : 'changed';
}

/**
 * Creates a new revision with the spec and the versions of an older one. Errors: `endpoint_not_found`,
 * `endpoint_revision_not_found`, `executor_unknown`.
 */
export async function rollBack(
  deps: ServiceDeps,
  sql: Sql,
  endpoint: string,
  to: number | null,
  actor: string,
): Promise<void> {
  await requireEndpoint(sql, endpoint);
  const before = (await listRevisions(sql, endpoint, LOOK_BACK)).filter(
    ({ revision, liveMs }) => liveMs !== null && revision !== to,
  );
  const target = to === null ? await isEarlierLive(sql, endpoint) : await findRevision(sql, endpoint, to);
  if (target === null || target.liveMs === null) {
    const known = before.map(({ revision }) => revision).join(', ');
    const detail =
      to === null
        ? `Endpoint "${endpoint}" has no earlier live revision to roll back to.`
        : `Endpoint "${endpoint}" has no revision ${to} that was live. Earlier live revisions: ${known || 'none'}.`;
    throw new AppError('endpoint_revision_not_found', detail, { endpoint, revision: to });
  }
  checkBackends(deps, target.spec);
  const cause = `rolled back to revision ${target.revision} by ${actor}`;
  const { spec, versions } = target;
  await addNextRevision(deps, sql, endpoint, { spec, versions, cause, strategy: 'instant' });
}

/** The newest revision that was live, was made before the live one, and differs from it. */
async function isEarlierLive(sql: Sql, endpoint: string): Promise<Revision | null> {
  const { live } = await requireEndpoint(sql, endpoint);
  const all = await listRevisions(sql, endpoint, LOOK_BACK);
  const now = all.find(({ revision }) => revision === live);
  return now === undefined ? null : findRollbackTarget(all, now);
}

/** Target of a rollback without a revision number; `revisions`: latest first. */
export function findRollbackTarget(revisions: readonly Revision[], live: Revision): Revision | null {
  return revisions.find((one) => one.liveMs !== null && one.revision < live.revision && !isSame(one, live)) ?? null;
}

/** Errors: `endpoint_not_found`, `endpoint_variant_not_found`, `executor_unknown`. */
export async function setTraffic(
  deps: ServiceDeps,
  sql: Sql,
  endpoint: string,
  { weights, actor }: { readonly weights: Readonly<Record<string, number>>; readonly actor: string },
): Promise<void> {
  const pointers = await requireEndpoint(sql, endpoint);
  const current = await findRevision(sql, endpoint, pointers.live ?? pointers.newest);
  if (current === null) throw buildEndpointNotFound(endpoint);
  const { spec, versions } = current;
  const names = [...Object.keys(spec.variants), ...Object.keys(spec.routes)];
  const unknown = Object.keys(weights).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const detail = `Endpoint "${endpoint}" has no variant "${unknown}"; it has ${names.join(', ')}.`;
    throw new AppError('endpoint_variant_not_found', detail, { endpoint, variant: unknown });
  }
  checkBackends(deps, spec);
  const changed = { ...spec, traffic: { ...spec.traffic, weights: { ...weights } } };
  const cause = `traffic changed by ${actor}`;
  await addNextRevision(deps, sql, endpoint, { spec: changed, versions, cause, strategy: 'instant' });
}

/** A revision with another document and the same versions; answers its number. */
export async function buildChangedRevision(
  deps: Pick<ServiceDeps, 'clock'>,
  sql: Sql,
  { endpoint, versions }: Revision,
  spec: EndpointSpec,
  cause: string,
): Promise<number> {
  return addNextRevision(deps, sql, endpoint, { spec, versions, cause, strategy: 'instant' });
}

/** Deletes an endpoint: it answers no more requests; its revisions and its cost stay in the store. Errors: `endpoint_not_found`. */
export async function removeEndpoint({ clock }: Pick<ServiceDeps, 'clock'>, sql: Sql, endpoint: string): Promise<void> {
  const { name, newest } = await requireEndpoint(sql, endpoint);
  await endRollout(sql, { endpoint: name, revision: newest }, { state: 'aborted', reason: 'its endpoint was deleted' });
  await noteDeleted(sql, name, clock.now());
}

/** An alias moved: endpoints that name it follow. */
export async function followAlias(deps: ServiceDeps, sql: Sql, model: string, alias: string): Promise<void> {
  for (const { name, newest } of await findEndpoints(sql, null)) {
    const revision = await findRevision(sql, name, newest);
    if (
      revision === null ||
      !Object.values(revision.spec.variants).some((one) => one.model === model && one.alias === alias)
    ) {
      continue;
    }
    const versions = { ...revision.versions };
    for (const [variant, spec] of Object.entries(revision.spec.variants)) {
      if (spec.model !== model || spec.alias !== alias) continue;
      const found = await deps.versions.versionByAlias(sql, model, alias);
      // A deleted alias changes nothing: the served version stays.
      if (found !== null) versions[variant] = found.version;
    }
    if (isSame(revision, { spec: revision.spec, versions })) continue;
    const { spec } = revision;
    const cause = `the alias ${alias} of ${model} moved`;
    await addNextRevision(deps, sql, name, { spec, versions, cause, strategy: spec.rollout.strategy });
  }
}

/** Errors: `endpoint_not_found`. */
export async function requireEndpoint(sql: Sql, endpoint: string): Promise<Pointers> {
  const [found] = await findEndpoints(sql, endpoint);
  if (found !== undefined) return found;
  throw buildEndpointNotFound(endpoint);
}

function buildEndpointNotFound(endpoint: string): AppError {
  return new AppError('endpoint_not_found', `There is no endpoint "${endpoint}".`, { endpoint });
}

export async function addNextRevision(
  { clock }: Pick<ServiceDeps, 'clock'>,
  sql: Sql,
  endpoint: string,
  what: Pick<Revision, 'spec' | 'versions' | 'cause' | 'strategy'>,
): Promise<number> {
  const revision = (await findLastRevision(sql, endpoint)) + 1;
  await addRevision(sql, { endpoint, revision, createdMs: clock.now(), ...what });
  return revision;
}

function isSame(one: Pick<Revision, 'spec' | 'versions'>, other: Pick<Revision, 'spec' | 'versions'>): boolean {
  return JSON.stringify([one.spec, one.versions]) === JSON.stringify([other.spec, other.versions]);
}

/** Version of each variant, as its alias stands now. Errors: `manifest_reference_unknown`, `executor_unknown`. */
export async function resolveVersions(
  deps: ServiceDeps,
  sql: Sql,
  spec: EndpointSpec,
): Promise<Record<string, string>> {
  checkBackends(deps, spec);
  const versions: Record<string, string> = {};
  for (const [name, variant] of Object.entries(spec.variants)) {
    const found = await resolveVersion(deps.versions, sql, variant);
    if (found === null) {
      const { model, version, alias } = variant;
      const what = version === undefined ? `the alias "${alias}"` : `version ${version}`;
      const detail = `spec.variants.${name}: there is no registered model "${model}" with ${what}.`;
      throw new AppError('manifest_reference_unknown', detail, { model, version, alias });
    }
    versions[name] = found.version;
  }
  return versions;
}

/** The policy `slo` compares the price of a miss with the price of a replica, so it needs both. */
async function checkPrices({ prices }: ServiceDeps, sql: Sql, spec: EndpointSpec): Promise<void> {
  for (const [name, variant] of Object.entries(spec.variants)) {
    const { scaling } = variant;
    if (scaling?.policy !== 'slo' || scaling.missPrice === undefined || scaling.price !== undefined) continue;
    const held = selectHeldResource(variant);
    if ((await prices.of(sql, held)) !== null) continue;
    const detail = `spec.variants.${name}.scaling: missPrice requires the price of a replica, and "${held.resource}" has no price now. Set scaling.price, or add it to your price book: steelyard apply -f PRICES.yaml`;
    throw new AppError('manifest_reference_unknown', detail, { variant: name, resource: held.resource });
  }
}

function resolveVersion(versions: ServedVersions, sql: Sql, { model, version, alias }: Variant) {
  return version === undefined
    ? versions.versionByAlias(sql, model, alias ?? '')
    : versions.version(sql, model, version);
}

function checkBackends({ processes, engines }: ServiceDeps, { variants }: EndpointSpec): void {
  const { docker, kubernetes } = engines;
  const has = {
    onnx: isOnnxRuntimeInstalled(),
    process: processes,
    docker: docker !== null,
    kubernetes: kubernetes !== null,
  };
  const [name, variant] = Object.entries(variants).find(([, { backend }]) => !has[backend]) ?? [];
  if (name === undefined || variant === undefined) return;
  throw new AppError('executor_unknown', `Variant "${name}" requires ${missing[variant.backend]}`, {
    variant: name,
  });
}

const missing: Readonly<Record<Variant['backend'], string>> = {
  onnx: 'the package onnxruntime-node, which is optional and not installed: run "npm install onnxruntime-node@1.30" next to steelyard, then apply again (docs/serving.md).',
  process: 'the process executor, which this server does not have: set processExecutor to "on" (docs/executors.md).',
  docker: 'a Docker Engine, which this server does not have: set docker (docs/serving-containers.md).',
  kubernetes: 'a Kubernetes cluster, which this server does not have: set kubernetes (docs/serving-kubernetes.md).',
};
