import { AppError } from '../../../platform/errors/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { PodWait, TakenPod, Workload, WorkloadSpec } from '../../compute/index.ts';
import { type Cluster, isQuota } from '../cluster.ts';
import type { Node, Pod } from '../objects.ts';
import { checkFits } from '../placement.ts';
import { type Change, createChange } from './change.ts';
import { createDesiredReplicas, type DesiredReplicas } from './desired-replicas.ts';
import type { PodKeeper } from './keeper.ts';
import { countEnds, describeWait, isReady, isStaying, isUnschedulable } from './pod-state.ts';
import type { Reach } from './reach.ts';
import { type FollowedPod, follow, note, type TakenDeps } from './taken-pod.ts';

export interface WorkloadDeps {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly log: Log;
  readonly spec: WorkloadSpec;
  readonly keeper: PodKeeper;
  readonly reach: Reach;
  /** Its pods at the last check. */
  readonly pods: () => Pod[];
  /** All nodes, if a workload that no node can hold is refused; else null. */
  readonly fixedNodes: () => Promise<readonly Node[] | null>;
  readonly placeOf: (pod: Pod) => Promise<Parameters<PodWait['placed']>[0]>;
}

/** A workload that several replica sets of one name may share: one shuts down while the next one starts. */
export interface SharedWorkload extends Disposable {
  /** Adds a consumer of its pods. */
  join(): Workload;
  /** Something in the cluster is other than it was. */
  look(): void;
  /** Whether a consumer wants its pods, or has not set its number yet. */
  isWanted(): boolean;
}

const LOOK_MS = 2_000;
const SAID_WITHIN_MS = 10_000;
const FIRST_TO_GO = -1_000_000;

export function createWorkload(deps: WorkloadDeps): SharedWorkload {
  const { keeper, log, spec } = deps;
  const change = createChange();
  const desired = createDesiredReplicas({ keeper, title: spec.title, change, log });
  const pool = createPool(deps, desired, change);
  const look = () => {
    pool.look();
    change.tell();
  };
  const looking = setInterval(look, LOOK_MS);
  looking.unref();

  async function take(id: string, wait: PodWait): Promise<TakenPod> {
    const until = Date.now() + wait.timeoutMs;
    // One that has an address has a node.
    const nodes = pool.free()?.status.podIP === undefined ? await deps.fixedNodes() : null;
    if (nodes !== null) checkFits(nodes, spec.resources);
    for (;;) {
      wait.signal.throwIfAborted();
      const pod = pool.free();
      if (pod?.status.podIP !== undefined) {
        void deps.placeOf(pod).then(wait.placed, () => wait.placed(null));
        return pool.take(id, pod);
      }
      await refuse(pod, Date.now() >= until);
      await change.next(LOOK_MS);
    }
  }

  /** Errors: why there will be no pod, or none now. */
  async function refuse(pod: Pod | null, isLate: boolean): Promise<void> {
    const trouble = desired.trouble();
    if (trouble !== null && (isLate || trouble.code !== 'executor_unreachable')) throw trouble;
    if (pod === null) {
      const why = await keeper.trouble().catch(() => null);
      if (why !== null) throw buildNoPodError(why);
    }
    if (!isLate) return;
    const why = pod === null ? 'its controller did not create it' : (describeWait(pod) ?? 'it has no address yet');
    if (pod !== null && isUnschedulable(pod)) throw new AppError('executor_quota', why);
    throw new AppError('executor_unreachable', `Kubernetes has no ready pod for the replica in time: ${why}`);
  }

  return {
    join: () => ({ keep: desired.join(), take }),
    look,
    isWanted: desired.isWanted,
    [Symbol.dispose]() {
      desired[Symbol.dispose]();
      clearInterval(looking);
    },
  };
}

/** The pods of a workload, and who has taken which. */
function createPool(deps: WorkloadDeps, desired: DesiredReplicas, change: Change) {
  const { spec, cluster, namespace, log, reach } = deps;
  const taken = new Map<string, FollowedPod>();
  /** Ends per pod that were reported. A pod may end while it is not taken, and stay not ready: its next consumer is notified immediately. */
  const toldEnds = new Map<string, number>();
  const seen = (name: string) => deps.pods().find(({ metadata }) => metadata.name === name) ?? null;

  const followed: TakenDeps = {
    ...{ cluster, namespace, log, graceMs: spec.graceMs, notFetched: spec.notFetched, seen },
    async oneLess(name) {
      desired.leaves(name);
      await note(deps, name, { cost: FIRST_TO_GO }).catch(() => undefined);
      await Promise.race([desired.say(), change.next(SAID_WITHIN_MS)]);
    },
    gone(name) {
      taken.delete(name);
      desired.gone(name);
    },
    toldEnds: (name, ends) => void toldEnds.set(name, ends),
  };

  return {
    free(): Pod | null {
      const found = deps.pods().filter((pod) => isStaying(pod) && !taken.has(pod.metadata.name));
      const order = (pod: Pod) => (isReady(pod) ? 0 : pod.status.podIP === undefined ? 2 : 1);
      return found.toSorted((one, other) => order(one) - order(other))[0] ?? null;
    },
    async take(id: string, pod: Pod): Promise<TakenPod> {
      const { name } = pod.metadata;
      const own = follow(followed, name, isReady(pod) ? countEnds(pod) : (toldEnds.get(name) ?? countEnds(pod)));
      taken.set(name, own);
      queueMicrotask(own.look);
      note(deps, name, { replica: id }).catch((error: unknown) =>
        log.warn({ err: error, pod: name }, 'cannot annotate a pod with its replica'),
      );
      const address = await reach.to(pod, spec.port, own.ended).catch((error: unknown) => {
        taken.delete(name);
        throw error;
      });
      const waiting = () => {
        const now = seen(name);
        return now !== null && isReady(now) ? reach.unheard(address) : own.waiting();
      };
      return { ...own, address, waiting };
    },
    look() {
      for (const each of [...taken.values()]) each.look();
      for (const name of toldEnds.keys()) if (seen(name) === null) toldEnds.delete(name);
    },
  };
}

/** A quota refuses the pod, and so does a rule of the namespace about what pods may be. */
function buildNoPodError(why: string): AppError {
  return new AppError(
    isQuota(why) ? 'executor_quota' : 'executor_cannot',
    `Kubernetes does not create a pod for the model: ${why}`,
  );
}
