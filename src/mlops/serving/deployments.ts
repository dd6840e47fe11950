import { setTimeout as pause } from 'node:timers/promises';
import { runUntilAborted } from '../../platform/concurrency/index.ts';
import { isStoreAway, type Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Backend, ModelFiles, ServedVariantFacts } from '../replicas/index.ts';
import { createReplicaSet, type ReplicaSet, type SetDeps } from '../replicas/index.ts';
import type { Autoscaling } from './autoscaling/autoscaling.ts';
import { findLastDecision } from './autoscaling/store.ts';
import { buildLiveRoutes, type LiveRoute } from './live-routes.ts';
import { listNeededVersions } from './needed-versions.ts';
import { computeKeepMs, describeFailure, needsCanary, retryLater } from './roll-rules.ts';
import type { CanaryAnalyst } from './rollouts/analysis.ts';
import { bindAnalyst } from './rollouts/bind-analyst.ts';
import { driveCanary } from './rollouts/canary.ts';
import type { CanaryShare } from './rollouts/canary-deps.ts';
import { prepareReplicas } from './rollouts/prepare.ts';
import { endRollout } from './rollouts/store.ts';
import { findEndpoints, findRevision, noteFailed, noteLive, type Pointers, type Revision } from './store.ts';
import { type MeterBook, selectHeldResource } from './usage.ts';
import { type LiveVariant, listWantedVariants, type WantedVariant } from './wanted.ts';

/**
 * The revision and replica sets that get the traffic of an endpoint on this server. Immutable: a new deployment replaces it
 * in one step.
 */
export interface Deployment {
  readonly revision: Revision;
  readonly variants: readonly LiveVariant[];
  /** Cascades and routers over these variants. */
  readonly routes: readonly LiveRoute[];
  /** Canary with part of the traffic on the way to all of it; null while no canary runs. */
  readonly canary: Canary | null;
}

export interface Canary extends CanaryShare {
  readonly deployment: Deployment;
}

export interface DeploymentsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly meters: MeterBook;
  readonly autoscaling: Pick<Autoscaling, 'follow' | 'expect'>;
  readonly analyst: CanaryAnalyst;
  /** Errors: `AppError`, when the version cannot be served by it. */
  readonly backendOf: (served: ServedVariantFacts) => Promise<Backend>;
  /** Model versions that are fetched to this machine. */
  readonly models: Pick<ModelFiles, 'hold' | 'sweep'>;
  /** Ends what a server before this one left running. */
  readonly endFormer: () => Promise<void>;
  /** Removes external replicas of sets with keys that are not in this list. */
  readonly retain: (keys: ReadonlySet<string>) => Promise<void>;
}

/** Other servers of the same store change revisions too. */
const LOOK_MS = 1_000;
const RETAIN_MS = 60_000;
const CANARY_LOOK_MS = 500;

interface State {
  active: Deployment | null;
  /** Kept ready for a rollback. */
  previous: { readonly deployment: Deployment; readonly timer: NodeJS.Timeout } | null;
  /** Revision that it is on the way to, or at. */
  target: number | null;
  rolling: AbortController | null;
  /** Settles when the last roll has ended; an analysed canary then has saved its evidence. */
  rolled: Promise<void>;
  /** Sets of a revision on its way. */
  coming: readonly string[];
  /** Settles when the revision that was live before a restart takes requests again, or could not be started. */
  restored: Promise<void>;
}

const NO_STATE = { active: null, previous: null, target: null, rolling: null, coming: [] } as const;

/** Reconciles the replica sets of this server with the endpoints in the store. */
export class Deployments implements AsyncDisposable {
  readonly #deps: DeploymentsDeps;
  readonly #states = new Map<string, State>();
  readonly #sets = new Map<string, Promise<ReplicaSet>>();
  /** Sets that are closing, with their keys. */
  readonly #closing = new Map<Promise<void>, string>();
  readonly #retained = { keys: '', at: 0 };
  /** Functions that release the model files of a set, by its key. */
  readonly #held = new Map<string, () => void>();
  #sweeping: Promise<void> = Promise.resolve();
  #former: Promise<void> = Promise.resolve();
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #hasLooked = false;
  /** Of the last look that the store answered, by the monotonic clock of the process. */
  #lookedAt = performance.now();
  #isOver = false;

  constructor(deps: DeploymentsDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#former = this.#deps.endFormer();
    this.#timer = setInterval(() => void this.wake(), LOOK_MS).unref();
    void this.wake().then(() => this.#sweep());
  }

  /** The deployment with the traffic of an endpoint; null while it has none, undefined when there is no such endpoint. */
  find(endpoint: string): Deployment | null | undefined {
    return this.#states.get(endpoint)?.active ?? (this.#states.has(endpoint) ? null : undefined);
  }

  /** The same after a start: waits for the first look at the endpoints, and for the live revision to take requests again. */
  async findRestored(endpoint: string): Promise<Deployment | null | undefined> {
    if (!this.#hasLooked) await this.#looking;
    await this.#states.get(endpoint)?.restored;
    return this.find(endpoint);
  }

  /** Age of the last known endpoints, in milliseconds: it grows while the store does not respond. */
  get ageMs(): number {
    return performance.now() - this.#lookedAt;
  }

  /** All deployments with traffic on this server. */
  active(): Deployment[] {
    return [...this.#states.values()].flatMap(({ active }) => active ?? []);
  }

  /** Reconciles immediately after a change, without waiting for the next pass; resolves afterwards. */
  wake(): Promise<void> {
    const { log } = this.#deps;
    this.#looking = this.#looking
      .then(() => this.#look())
      .catch((error: unknown) => log.error({ err: error }, 'cannot check endpoints'));
    return this.#looking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#timer);
    await this.#looking;
    for (const { rolling, previous } of this.#states.values()) {
      rolling?.abort();
      clearTimeout(previous?.timer);
    }
    await Promise.allSettled([...this.#states.values()].map(({ rolled }) => rolled));
    await Promise.all([...this.#sets.values()].map((making) => making.then((set) => set.close('now'), ignoreError)));
    await Promise.all(this.#closing.keys());
    await this.#sweeping;
  }

  async #look(): Promise<void> {
    if (this.#isOver) return;
    const begunAt = performance.now();
    const all = await findEndpoints(this.#deps.store, null);
    for (const name of this.#states.keys()) if (!all.some((one) => one.name === name)) this.#retire(name);
    for (const pointers of all) {
      const state = this.#stateOf(pointers.name);
      const target = await this.#targetOf(pointers, state);
      if (target === null || target === state.target) continue;
      state.rolling?.abort();
      const giveUp = new AbortController();
      Object.assign(state, { target, rolling: giveUp });
      state.rolled = this.#roll(state, pointers, target, giveUp.signal);
    }
    this.#hasLooked = true;
    this.#lookedAt = begunAt;
    void this.#retain(all);
  }

  /** Removes external replicas that belong to no set: immediately when the sets change, and otherwise once a minute. */
  async #retain(all: readonly Pointers[]): Promise<void> {
    const { store, clock, retain, log } = this.#deps;
    const retained = this.#retained;
    try {
      const keys = new Set([...this.#sets.keys(), ...this.#closing.values()]);
      for (const { name, live } of all) {
        const state = this.#states.get(name);
        for (const key of state?.coming ?? []) keys.add(key);
        // Not back yet after a restart.
        const revision = state?.active != null || live === null ? null : await findRevision(store, name, live);
        for (const { key } of revision === null ? [] : listWantedVariants(revision)) keys.add(key);
      }
      const said = [...keys].toSorted().join();
      if (this.#isOver || (said === retained.keys && clock.now() - retained.at < RETAIN_MS)) return;
      Object.assign(retained, { keys: said, at: clock.now() });
      await retain(keys);
    } catch (error) {
      log.debug({ err: error }, 'cannot remove unused workloads from the executors');
    }
  }

  /** The endpoint was deleted: aborts its rollout and closes its sets. */
  #retire(name: string): void {
    const state = this.#states.get(name);
    this.#states.delete(name);
    state?.rolling?.abort();
    clearTimeout(state?.previous?.timer);
    this.#deps.autoscaling.follow(name, []);
    this.#tidy();
  }

  #stateOf(name: string): State {
    const state: State = this.#states.get(name) ?? {
      ...NO_STATE,
      ...{ rolled: Promise.resolve(), restored: Promise.resolve() },
    };
    this.#states.set(name, state);
    return state;
  }

  /** The newest revision, or the live one where the newest failed. */
  async #targetOf({ name, newest, live }: Pointers, { target }: State): Promise<number | null> {
    if (newest === target) return target;
    const revision = await findRevision(this.#deps.store, name, newest);
    return revision?.state === 'failed' ? live : newest;
  }

  async #roll(state: State, { name, live }: Pointers, target: number, signal: AbortSignal): Promise<void> {
    try {
      // After a restart the live revision takes requests immediately; they wait for its replicas.
      if (state.active === null && live !== null) {
        const restoring = this.#former.then(() => this.#activate(state, name, live, null));
        state.restored = restoring.catch(ignoreError);
        await restoring;
      }
      await this.#former;
      if (state.active?.revision.revision !== target) await this.#activate(state, name, target, signal);
    } catch (error) {
      if (this.#isOver) return;
      // The store says nothing about the revision: its rollout continues when the store responds.
      if (isStoreAway(error) && !signal.aborted) return retryLater(state, target);
      const { store, log } = this.#deps;
      const revision = { endpoint: name, revision: target };
      const reason = signal.aborted ? 'a newer revision replaced it before it was ready' : describeFailure(error, log);
      log.warn({ ...revision, reason }, 'a revision of an endpoint failed to become live');
      if (!signal.aborted) state.coming = [];
      const aborted = { state: 'aborted', reason } as const;
      await Promise.all([noteFailed(store, revision, reason), endRollout(store, revision, aborted)]).catch(
        (failure: unknown) => log.error({ err: failure }, 'not noted'),
      );
      if (state.active === null && live !== null) retryLater(state, target);
      this.#tidy();
    }
  }

  /** `signal` null: without waiting until it is ready. */
  async #activate(state: State, name: string, number: number, signal: AbortSignal | null): Promise<void> {
    const { store, clock } = this.#deps;
    const revision = await findRevision(store, name, number);
    if (revision === null) throw new Error(`endpoint ${name} has no revision ${number}`);
    const wanted = listWantedVariants(revision);
    signal?.throwIfAborted();
    state.coming = wanted.map(({ key }) => key);
    // A canary that this one comes before is on its way out.
    const active = state.active === null ? null : { ...state.active, canary: null };
    const isCanary = signal !== null && active !== null && needsCanary(revision, wanted, active);
    const making = wanted.map(async (one) => {
      const replicas = await this.#firstReplicas(isCanary ? null : active, revision, one, signal === null);
      return { ...one, set: await this.#setOf(revision, one, replicas) };
    });
    const variants = await Promise.all(making);
    if (signal !== null) await runUntilAborted(Promise.all(variants.map(({ set }) => set.ready())), signal);
    const routes = buildLiveRoutes(revision.spec, variants);
    const deployment: Deployment = { revision, variants, routes, canary: null };
    if (isCanary) await this.#stepByStep(state, active, deployment, signal);
    this.#swap(state, deployment);
    await noteLive(store, { endpoint: name, revision: number }, clock.now());
  }

  /** Error: `NotReady`, when it was rolled back. */
  async #stepByStep(state: State, live: Deployment, deployment: Deployment, signal: AbortSignal): Promise<void> {
    const { store, clock, log, autoscaling, analyst } = this.#deps;
    const { endpoint, revision, spec } = deployment.revision;
    autoscaling.follow(endpoint, [live, deployment]);
    try {
      await driveCanary({
        ...{ store, clock, endpoint, revision },
        spec: spec.rollout,
        prepare: (weight) => prepareReplicas(autoscaling, { live, deployment, weight }, signal),
        show: (share) => {
          state.active = { ...live, canary: { ...share, deployment } };
        },
        ...bindAnalyst(analyst, { live, deployment, signal }, log),
        pause: () => pause(CANARY_LOOK_MS, undefined, { signal, ref: false }),
      });
    } catch (error) {
      if (state.active?.revision === live.revision && state.active.canary?.deployment === deployment)
        state.active = live;
      if (!this.#isOver && state.active === live) autoscaling.follow(endpoint, [live]);
      throw error;
    } finally {
      for (const { set } of deployment.variants) autoscaling.expect(endpoint, set, 0);
    }
  }

  #swap(state: State, deployment: Deployment): void {
    const before = state.active;
    state.active = deployment;
    state.coming = [];
    this.#deps.autoscaling.follow(deployment.revision.endpoint, [deployment]);
    if (before !== null) {
      clearTimeout(state.previous?.timer);
      const timer = setTimeout(() => {
        state.previous = null;
        this.#tidy();
      }, computeKeepMs(deployment.revision));
      state.previous = { deployment: before, timer: timer.unref() };
    }
    this.#tidy();
  }

  /** Initial number of replicas: the current number of the variant that it follows, or after a restart the last decided number. */
  async #firstReplicas(
    before: Deployment | null,
    { endpoint }: Revision,
    { name, variant, version }: WantedVariant,
    isBack: boolean,
  ): Promise<number> {
    const { min, max = Math.max(1, min) } = variant.replicas;
    const { model } = variant;
    const now = before?.variants.find((one) => one.name === name)?.set.state().wanted;
    const last = isBack ? await findLastDecision(this.#deps.store, { endpoint, model, version }) : null;
    // At least one, to show that a new version starts at all.
    return Math.min(max, Math.max(now ?? last?.to ?? 1, isBack ? min : Math.max(1, min)));
  }

  #setOf(revision: Revision, { key, variant, version }: WantedVariant, replicas: number): Promise<ReplicaSet> {
    const found = this.#sets.get(key);
    if (found !== undefined) return found;
    // Held before its files are fetched, until its last replica has ended.
    const release = this.#deps.models.hold(variant.model, version);
    const making = this.#makeSet(revision, { key, variant, version }, replicas);
    this.#sets.set(key, making);
    this.#held.set(key, release);
    making.catch(() => {
      this.#sets.delete(key);
      release();
    });
    return making;
  }

  async #makeSet(
    { spec, endpoint }: Revision,
    { key, variant, version }: Omit<WantedVariant, 'name'>,
    replicas: number,
  ): Promise<ReplicaSet> {
    const { clock, log, meters } = this.#deps;
    const { project = null, environment = null } = spec;
    const { startTimeout: startTimeoutMs } = spec;
    const what = { endpoint, variant, version, project, environment, key, startTimeoutMs };
    const backend = await this.#deps.backendOf(what);
    const facts = { endpoint, model: variant.model, version, ...selectHeldResource(variant), project, environment };
    const { timeout: timeoutMs, concurrency, queue } = spec.limits;
    const limits = { concurrency, queue, timeoutMs, startTimeoutMs };
    const metered: SetDeps['metered'] = (id, held) => meters.begin(id, { ...facts, ...held });
    const set = createReplicaSet({ backend, limits, clock, log, metered });
    set.scale(replicas);
    return set;
  }

  /** Closes the sets that no deployment needs any more. */
  #tidy(): void {
    for (const [key, making] of this.#sets) {
      if (this.#isNeeded(key)) continue;
      this.#sets.delete(key);
      const release = this.#held.get(key) ?? ignoreError;
      this.#held.delete(key);
      const closed = making.then((set) => set.close(), ignoreError).finally(release);
      const done: Promise<void> = closed.finally(() => this.#closing.delete(done));
      this.#closing.set(done, key);
    }
    this.#sweep();
  }

  /** Removes model files that nothing needs any more, when what closes now has closed. */
  #sweep(): void {
    const { store, models, log } = this.#deps;
    const closing = [...this.#closing.keys()];
    this.#sweeping = this.#sweeping
      .then(() => Promise.all(closing))
      .then(async () => {
        if (this.#isOver) return;
        const removed = await models.sweep(await listNeededVersions(store));
        if (removed > 0) log.info({ removed }, 'removed files of versions without a revision');
      })
      .catch((error: unknown) => log.error({ err: error }, 'cannot remove files of versions'));
  }

  #isNeeded(key: string): boolean {
    return [...this.#states.values()].some(({ active, previous, coming }) => {
      const variants = [...(active?.variants ?? []), ...(previous?.deployment.variants ?? [])];
      return coming.includes(key) || variants.some((one) => one.key === key);
    });
  }
}

const ignoreError = () => undefined;
