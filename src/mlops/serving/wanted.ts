import { createHash } from 'node:crypto';
import type { Variant } from '../endpoint-spec/schema.ts';
import type { ReplicaSet } from '../replicas/index.ts';
import type { Revision } from './store.ts';

/** A variant of a revision, as its replicas are made. */
export interface WantedVariant {
  readonly name: string;
  readonly variant: Variant;
  readonly version: string;
  /** Identity of a replica set: equal keys share one set. */
  readonly key: string;
}

/** A variant with the replicas that answer for it. */
export interface LiveVariant extends WantedVariant {
  readonly set: ReplicaSet;
}

/** The variants that a revision wants to run. */
export function listWantedVariants(revision: Revision): WantedVariant[] {
  return Object.entries(revision.spec.variants).map(([name, variant]) => toWantedVariant(revision, name, variant));
}

function toWantedVariant(revision: Revision, name: string, variant: Variant): WantedVariant {
  const version = revision.versions[name];
  if (version === undefined)
    throw new Error(`revision ${revision.revision} of ${revision.endpoint} has no version for ${name}`);
  return { name, variant, version, key: buildReplicaSetKey(revision, variant, version) };
}

/** Key of a replica set: equal keys share one set, in any revision. */
function buildReplicaSetKey({ spec, endpoint }: Revision, variant: Variant, version: string): string {
  const { alias: _alias, version: _version, replicas: _replicas, scaling: _scaling, ...what } = variant;
  const { limits, startTimeout, project, environment } = spec;
  const facts = [endpoint, what, version, limits, startTimeout, project, environment];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
