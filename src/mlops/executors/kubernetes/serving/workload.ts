import { AppError } from '../../../../platform/errors/index.ts';
import type { Log } from '../../../../platform/telemetry/index.ts';
import type { PodWait, TakenPod, Workload, WorkloadSpec } from '../../workloads.ts';
import { type Cluster, isQuota } from '../cluster.ts';
import type { Node, Pod } from '../objects.ts';
import { checkFits } from '../placement.ts';
import { createChange } from './change.ts';
import type { PodKeeper } from './keeper.ts';
import { endsOf, isReady, isStaying, isUnschedulable, waitsFor } from './pod-state.ts';
import type { Reach } from './reach.ts';
import { type Followed, follow, note } from './taken-pod.ts';

export interface WorkloadDeps {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly log: Log;
  readonly spec: WorkloadSpec;
  readonly keeper: PodKeeper;
  readonly reach: Reach;
  /** Its pods, as they were seen last. */
  readonly pods: () => Pod[];
  /** All nodes, where what none could hold is refused; else null. */
  readonly fixedNodes: () => Promise<readonly Node[] | null>;
  readonly placeOf: (pod: Pod) => Promise<Parameters<PodWait['placed']>[0]>;
}

/** What several sets of replicas may share: one is on its way out while the next one of the same name comes. */
export interface SharedWorkload extends Disposable {
  /** One more who wants pods of it. */
  join(): Workload;
  /** Something in the cluster is other than it was. */
  look(): void;
  /** Whether somebody wants pods of it, or has not yet said how many. */
  isWanted(): boolean;
}

/** What changes in one go is said once. */
const GATHER_MS = 50;
const RETRY_MS = 2_000;
/** What nobody tells of (a stranger's hand, a kind that is not watched) is seen by then. */
const LOOK_MS = 15_000;
const SAID_WITHIN_MS = 10_000;
const FIRST_TO_GO = -1_000_000;

export function createWorkload(deps: WorkloadDeps): SharedWorkload {
  const { keeper, log, spec, cluster, namespace } = deps;
  const taken = new Map<string, Followed>();
  const wanted = new Map<object, number | null>();
  const leaving = new Set<string>();
  /** One that ended while nobody had it, and is not ready again: who takes it next hears so at once. */
  const toldEnds = new Map<string, number>();
  const change = createChange();
  let trouble: AppError | null = null;
  let said = -1;
  let saying: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  const target = () =>
    Math.max(0, [...wanted.values()].reduce<number>((sum, pods) => sum + (pods ?? 0), 0) - leaving.size);
  const seen = (name: string) => deps.pods().find(({ metadata }) => metadata.name === name) ?? null;

  function sayLater(afterMs: number): void {
    if (isOver) return;
    clearTimeout(timer);
    timer = setTimeout(() => void say(), afterMs).unref();
  }

  /** Says how many there shall be, until that was heard. */
  function say(): Promise<void> {
    saying ??= sayOnce().finally(() => {
      saying = null;
    });
    return saying;
  }

  async function sayOnce(): Promise<void> {
    const pods = target();
    try {
      // Nobody ever wanted one: there is nothing to be said.
      if (pods > 0 || said >= 0) await keeper.ensure(pods);
      said = pods;
      trouble = null;
    } catch (error) {
      trouble = error instanceof AppError ? error : null;
      log.warn({ err: error, workload: spec.title }, 'how many pods there shall be is not said');
    }
    change.tell();
    if (trouble !== null || pods !== target()) sayLater(trouble === null ? GATHER_MS : RETRY_MS);
    else if (pods > 0) sayLater(LOOK_MS);
  }

  function look(): void {
    for (const each of [...taken.values()]) each.look();
    for (const name of toldEnds.keys()) if (seen(name) === null) toldEnds.delete(name);
    change.tell();
  }
  const looking = setInterval(look, RETRY_MS);
  looking.unref();

  function free(): Pod | null {
    const found = deps.pods().filter((pod) => isStaying(pod) && !taken.has(pod.metadata.name));
    const order = (pod: Pod) => (isReady(pod) ? 0 : pod.status.podIP === undefined ? 2 : 1);
    return found.toSorted((one, other) => order(one) - order(other))[0] ?? null;
  }

  function take(id: string, pod: Pod): Followed {
    const { name } = pod.metadata;
    const followed = follow(
      {
        ...{ cluster, namespace, log, graceMs: spec.graceMs, notFetched: spec.notFetched, seen },
        async oneLess() {
          leaving.add(name);
          await note(deps, name, { cost: FIRST_TO_GO }).catch(() => undefined);
          await Promise.race([(saying ?? Promise.resolve()).then(say), change.next(SAID_WITHIN_MS)]);
        },
        gone() {
          taken.delete(name);
          leaving.delete(name);
          sayLater(GATHER_MS);
        },
        toldEnds: (of, ends) => void toldEnds.set(of, ends),
      },
      name,
      isReady(pod) ? endsOf(pod) : (toldEnds.get(name) ?? endsOf(pod)),
    );
    taken.set(name, followed);
    queueMicrotask(followed.look);
    note(deps, name, { replica: id }).catch((error: unknown) =>
      log.warn({ err: error, pod: name }, 'who has taken a pod is not noted on it'),
    );
    return followed;
  }

  async function waitFor(id: string, wait: PodWait): Promise<TakenPod> {
    const until = Date.now() + wait.timeoutMs;
    // One that has an address has a node.
    const nodes = free()?.status.podIP === undefined ? await deps.fixedNodes() : null;
    if (nodes !== null) checkFits(nodes, spec.resources);
    for (;;) {
      wait.signal.throwIfAborted();
      const pod = free();
      if (pod?.status.podIP !== undefined) {
        const followed = take(id, pod);
        const address = await deps.reach.to(pod, spec.port, followed.ended).catch((error: unknown) => {
          taken.delete(pod.metadata.name);
          throw error;
        });
        void deps.placeOf(pod).then(wait.placed, () => wait.placed(null));
        const waiting = () => {
          const now = seen(pod.metadata.name);
          return now !== null && isReady(now) ? deps.reach.unheard(address) : followed.waiting();
        };
        return { ...followed, address, waiting };
      }
      await refuse(pod, Date.now() >= until);
      await change.next(RETRY_MS);
    }
  }

  /** Errors: why there will be no pod, or none now. */
  async function refuse(pod: Pod | null, isLate: boolean): Promise<void> {
    if (trouble !== null && (isLate || trouble.code !== 'executor_unreachable')) throw trouble;
    if (pod === null) {
      const why = await keeper.trouble().catch(() => null);
      if (why !== null) throw noPod(why);
    }
    if (!isLate) return;
    const why = pod === null ? 'nobody made it' : (waitsFor(pod) ?? 'it has no address yet');
    if (pod !== null && isUnschedulable(pod)) throw new AppError('executor_quota', why);
    throw new AppError('executor_unreachable', `Kubernetes has no pod for it in time: ${why}`);
  }

  return {
    join() {
      const own = {};
      wanted.set(own, null);
      return {
        keep(pods) {
          if (pods === 0) wanted.delete(own);
          else wanted.set(own, pods);
          sayLater(GATHER_MS);
        },
        take: waitFor,
      };
    },
    look,
    isWanted: () => wanted.size > 0,
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
      clearInterval(looking);
    },
  };
}

/** A quota refuses the pod, and so does a rule of the namespace about what pods may be. */
function noPod(why: string): AppError {
  return new AppError(
    isQuota(why) ? 'executor_quota' : 'executor_cannot',
    `Kubernetes makes no pod for the model: ${why}`,
  );
}
