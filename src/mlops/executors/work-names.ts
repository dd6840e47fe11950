import { isNamedFor } from '../kubernetes-executor/index.ts';

/** Names of the place of work in external telemetry. */
export interface SeenPlace {
  readonly pod: string | null;
  readonly container: string | null;
}

/** Suffix that Kubernetes adds to the name of a Job for its pod. */
const POD_SUFFIX = /-[a-z0-9]{5}$/;
const CONTAINER_PREFIX = /^\/?steelyard-/;

/**
 * Possible ids of work or a replica in this place, the likeliest first: a container of this server is named
 * `steelyard-ID`, a Job's pod `ID-xxxxx`.
 * Example: `train-0a1b2c3d4e5f-x7k2p` -> itself, `train-0a1b2c3d4e5f`.
 */
export function workIdsIn({ pod, container }: SeenPlace): string[] {
  return [pod, container].flatMap((name) => {
    if (name === null) return [];
    const own = name.replace(CONTAINER_PREFIX, '');
    return own.replace(POD_SUFFIX, '') === own ? [own] : [own, own.replace(POD_SUFFIX, '')];
  });
}

/** Whether a pod can belong to an endpoint, by the prefix of its name from `workloadName`. */
export function isPodOfEndpoint(pod: string, endpoint: string): boolean {
  return isNamedFor(pod, endpoint);
}
