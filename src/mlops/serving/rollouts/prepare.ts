import { setTimeout as pause } from 'node:timers/promises';
import type { Variant } from '../../endpoint-spec/schema.ts';
import type { ReplicaSet } from '../../replicas/index.ts';
import { NotReady } from '../../replicas/index.ts';
import type { Autoscaling } from '../autoscaling/autoscaling.ts';
import type { Revision } from '../store.ts';

const LOOK_MS = 200;

interface Part {
  readonly revision: Revision;
  readonly variants: readonly { readonly name: string; readonly variant: Variant; readonly set: ReplicaSet }[];
}

/**
 * Scales the canary to the replicas that its percentage of the traffic needs, computed from the replicas of the live
 * variants, and waits for them. Error: `NotReady` when they are not ready within the start timeout of a replica.
 */
export async function prepareReplicas(
  autoscaling: Pick<Autoscaling, 'expect'>,
  { live, deployment, weight }: { readonly live: Part; readonly deployment: Part; readonly weight: number },
  signal: AbortSignal,
): Promise<void> {
  const { endpoint, spec } = deployment.revision;
  const late = AbortSignal.timeout(spec.startTimeout);
  const needs = deployment.variants.map(({ name, variant, set }) => {
    const { min, max = Math.max(1, min) } = variant.replicas;
    const now = live.variants.find((one) => one.name === name)?.set.state().wanted ?? 1;
    return { set, needed: Math.min(max, Math.max(min, 1, Math.ceil((now * weight) / 100))) };
  });
  for (const { set, needed } of needs) autoscaling.expect(endpoint, set, needed);
  while (needs.some(({ set, needed }) => set.state().ready < needed)) {
    if (late.aborted) throw new NotReady(`its replicas for ${weight} % of the traffic did not become ready in time`);
    await pause(LOOK_MS, undefined, { signal, ref: false });
  }
}
