import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../../platform/errors/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { TakenPod } from '../../compute/index.ts';
import type { Cluster } from '../cluster.ts';
import type { Pod } from '../objects.ts';
import { DELETION_COST, REPLICA } from './names.ts';
import { countEnds, describeWait, explainEnd, findPodTrouble, isOver } from './pod-state.ts';

/** A registry may be unreachable for a moment. */
const TROUBLE_GIVEN_UP_MS = 5_000;
/** Beyond its grace, a cluster that does not answer is not waited for. */
const ANSWERS_WITHIN_MS = 15_000;
const RETRY_MS = 1_000;

export interface TakenDeps {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly log: Log;
  readonly graceMs: number;
  readonly notFetched: string | null;
  /** The pod as it was seen last; null when there is none of this name. */
  seen(pod: string): Pod | null;
  /** Lowers the desired number of pods by one. Resolves when the cluster has the new number, or after a timeout. */
  oneLess(pod: string): Promise<void>;
  /** The pod has ended: the desired number is again the sum of the consumers. */
  gone(pod: string): void;
  /** Number of container ends that were reported for this pod. */
  toldEnds(pod: string, ends: number): void;
}

/** A taken pod, checked at every change. */
export interface FollowedPod extends Omit<TakenPod, 'address'> {
  look(): void;
}

/** `endsBefore`: number of its container ends that were reported earlier. */
export function follow(deps: TakenDeps, name: string, endsBefore: number): FollowedPod {
  const leaving = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<{ readonly detail: string }>();
  let isEnded = false;
  let troubleSince: number | null = null;
  let stopping: Promise<void> | null = null;

  function end(detail: string): void {
    if (isEnded) return;
    isEnded = true;
    const pod = deps.seen(name);
    if (pod !== null) deps.toldEnds(name, countEnds(pod));
    deps.gone(name);
    ended.resolve({ detail: stopping === null ? detail : 'its end was requested' });
  }

  function look(): void {
    const pod = deps.seen(name);
    if (isEnded) return;
    const isAnother = pod !== null && countEnds(pod) > endsBefore;
    const isGoing = pod?.metadata.deletionTimestamp !== undefined;
    if (isGoing) leaving.resolve();
    if (pod === null || (isOver(pod) && !isAnother)) end('its pod was deleted in Kubernetes');
    else if (isAnother && (isOver(pod) || !isGoing)) end(explainEnd(pod));
    else lookForTrouble(pod);
  }

  function lookForTrouble(pod: Pod): void {
    const trouble = findPodTrouble(pod, deps.notFetched);
    troubleSince = trouble === null ? null : (troubleSince ?? Date.now());
    if (trouble === null || troubleSince === null) return;
    if (!trouble.mayPass || Date.now() - troubleSince >= TROUBLE_GIVEN_UP_MS) end(trouble.why);
  }

  async function tell(until: number): Promise<void> {
    await deps.oneLess(name);
    const path = `/api/v1/namespaces/${deps.namespace}/pods/${name}`;
    while (!isEnded && Date.now() < until) {
      try {
        await deps.cluster.call({ method: 'DELETE', path, body: { apiVersion: 'v1', kind: 'DeleteOptions' } });
        return;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'executor_unreachable') {
          deps.log.warn({ err: error, pod: name }, 'cannot stop a pod');
          return;
        }
        await pause(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  async function stop(): Promise<void> {
    if (isEnded) return;
    const withinMs = deps.graceMs + ANSWERS_WITHIN_MS;
    const late = pause(withinMs, undefined, { ref: false });
    await Promise.race([tell(Date.now() + withinMs).then(() => ended.promise), late]);
    end('its end was requested, but Kubernetes does not confirm it');
  }

  return {
    leaving: leaving.promise,
    ended: ended.promise,
    look,
    waiting() {
      const pod = deps.seen(name);
      return pod === null ? null : describeWait(pod);
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Records on a pod its consumer and its deletion cost; the controller ends the pod with the lower cost first. */
export async function note(
  { cluster, namespace }: Pick<TakenDeps, 'cluster' | 'namespace'>,
  pod: string,
  facts: { readonly replica?: string; readonly cost?: number },
): Promise<void> {
  const annotations = {
    ...(facts.replica === undefined ? {} : { [REPLICA]: facts.replica }),
    ...(facts.cost === undefined ? {} : { [DELETION_COST]: String(facts.cost) }),
  };
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}`;
  await cluster.call({ method: 'PATCH', path, body: { metadata: { annotations } } });
}
