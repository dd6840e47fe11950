import { createHash } from 'node:crypto';
import type { Variant } from '../endpoint-spec/schema.ts';
import type { ReplicaSet } from '../replicas/index.ts';
import type { Revision } from './store.ts';

/** A variant of a revision, as its replicas are made. */
export interface WantedVariant {
  readonly name: string;
  readonly variant: Variant;
  readonly version: string;
  /** Identity of a replica set: variants of two revisions with equal keys share one set. */
  readonly key: string;
}

/** A variant with the replicas that answer for it. */
export interface LiveVariant extends WantedVariant {
  readonly set: ReplicaSet;
}

/** The variants that a revision wants to run. Each has its own replicas, also where two differ in nothing but their number. */
export function listWantedVariants(revision: Revision): WantedVariant[] {
  const keys = new Set<string>();
  return Object.entries(revision.spec.variants).map(([name, variant]) => {
    const wanted = toWantedVariant(revision, name, variant);
    const key = keys.has(wanted.key) ? hash([wanted.key, name]) : wanted.key;
    keys.add(key);
    return { ...wanted, key };
  });
}

function toWantedVariant(revision: Revision, name: string, variant: Variant): WantedVariant {
  const version = revision.versions[name];
  if (version === undefined)
    throw new Error(`revision ${revision.revision} of ${revision.endpoint} has no version for ${name}`);
  return { name, variant, version, key: buildReplicaSetKey(revision, variant, version) };
}

/** Key of a replica set of a variant: without its number of replicas, so that the next revision keeps those that run. */
function buildReplicaSetKey({ spec, endpoint }: Revision, variant: Variant, version: string): string {
  const { alias: _alias, version: _version, replicas: _replicas, scaling: _scaling, ...what } = variant;
  const { limits, startTimeout, project, environment } = spec;
  const facts = [endpoint, what, version, limits, startTimeout, project, environment];
  return hash(facts);
}

function hash(facts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
