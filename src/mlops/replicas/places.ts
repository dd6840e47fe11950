import type { Clock } from '../../platform/units/index.ts';
import { ServingProblem } from '../inference/index.ts';
import type { HeldResource } from './backends/backend.ts';
import { type BusyClock, createBusyClock } from './busy-clock.ts';
import type { Replica } from './replica.ts';

/**
 * Result of a prediction, for its replica. `lost`: no answer at all. `abandoned`: the client left first, which shows nothing
 * about the replica.
 */
export type Outcome = 'answered' | 'refused' | 'lost' | 'late' | 'abandoned';

/** A place in a replica, for one prediction. */
export interface Place {
  readonly replica: Replica;
  /** Gives it back; a second call changes nothing. */
  leave(outcome: Outcome): void;
  /** The part of the replica's time that the prediction had; null until it is given back. */
  used(): UsedTime | null;
}

/** Busy time of a replica, shared among its predictions in flight, with the resource by which the replica is metered. */
export interface UsedTime {
  readonly busyMs: number;
  readonly held: HeldResource;
}

export interface Counts {
  readonly answered: number;
  readonly refused: number;
  readonly lost: number;
  readonly waiting: number;
  readonly inFlight: number;
}

/** Counts the predictions of one replica, for its cost. */
export interface ReplicaMeter {
  readonly held: HeldResource;
  predicted(): void;
  end(): void;
}

export interface PlaceLimits {
  /** Maximum number of concurrent predictions in one replica. */
  readonly concurrency: number;
  /** Predictions that wait for a place. */
  readonly queue: number;
  readonly timeoutMs: number;
}

/** Queue of requests while there is no replica. */
export interface QueueSettings {
  /** Maximum number of held requests. */
  readonly requests: number;
  readonly timeoutMs: number;
}

/** Notified of requests, for autoscaling. */
export interface DemandWatch {
  arrived(): void;
  /** A request has left the queue after `waitedMs`; null when it was refused. */
  waited(waitedMs: number | null): void;
  /** A request left; `servedMs` it had a place, null when it was not served. */
  ended(servedMs: number | null): void;
  /** A request is held because there is no replica. */
  held(): void;
}

interface WaitingRequest {
  admit(replica: Replica): void;
  refuse(problem: ServingProblem): void;
}

interface PlacesDeps {
  readonly limits: PlaceLimits;
  readonly clock: Clock;
  /** Called when a prediction in the replica timed out. */
  readonly hung: (replica: Replica) => Promise<void>;
}

/** Weight of the newest prediction in the mean time that one takes. */
const NEWEST = 0.1;

/** Places in the replicas of one set, and the queue of requests that wait for one. */
export class Places {
  readonly #deps: PlacesDeps;
  readonly #replicas = new Map<Replica, ReplicaMeter>();
  readonly #clocks = new WeakMap<Replica, BusyClock>();
  /** Replicas that get no new requests and finish those in flight. */
  readonly #leaving = new Map<Replica, () => void>();
  readonly #line: WaitingRequest[] = [];
  readonly #counts = { answered: 0, refused: 0, lost: 0, inFlight: 0 };
  #meanMs = 0;
  #wakeAtDrain: (() => void) | null = null;
  #reopening: NodeJS.Timeout | undefined;
  #hold: QueueSettings | null = null;
  #watch: DemandWatch | null = null;

  constructor(deps: PlacesDeps) {
    this.#deps = deps;
  }

  add(replica: Replica, meter: ReplicaMeter): void {
    this.#replicas.set(replica, meter);
    this.#admit();
  }

  remove(replica: Replica): void {
    this.#replicas.delete(replica);
    this.#leaving.get(replica)?.();
    this.#leaving.delete(replica);
    replica.agent.destroy();
    this.#admit();
  }

  /** Stops new requests to a replica. Resolves when its requests have ended, or after the longest time that they may take. */
  async leave(replica: Replica): Promise<void> {
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, this.#longestMs());
      this.#leaving.set(replica, () => {
        clearTimeout(late);
        resolve();
      });
      if (replica.inFlight === 0) this.#leaving.get(replica)?.();
    });
  }

  /** Takes a leaving replica back into service. */
  stay(replica: Replica): void {
    this.#leaving.get(replica)?.();
    this.#leaving.delete(replica);
    this.#admit();
  }

  /** Replicas that are given requests. */
  get size(): number {
    return this.#serving().length;
  }

  /**
   * Holds requests while there is no replica, and notifies `watch` of demand; null: the queue limit and timeout of the
   * endpoint apply, without a watch.
   */
  govern(hold: QueueSettings | null, watch: DemandWatch | null): void {
    this.#hold = hold;
    this.#watch = watch;
  }

  /** Refuses all waiting requests with the problem. */
  refuseWaiting(problem: ServingProblem): void {
    for (const waiting of this.#line.splice(0)) waiting.refuse(problem);
    this.#admit();
  }

  counts(): Counts {
    return { ...this.#counts, waiting: this.#line.length };
  }

  /**
   * Takes a place in the least busy replica; avoids the replicas in `not` if another has one. Errors: `ServingProblem`
   * `busy` when the queue is full, `unavailable` when no replica answers, `timeout` when no place is free in time; the
   * reason of the signal, which removes the request from the queue.
   */
  async take(not?: ReadonlySet<Replica>, signal?: AbortSignal): Promise<Place> {
    signal?.throwIfAborted();
    const watch = this.#watch;
    const { clock } = this.#deps;
    const since = clock.now();
    watch?.arrived();
    try {
      const place = await this.#placeFor(watch, not, signal);
      watch?.waited(clock.now() - since);
      return place;
    } catch (error) {
      // A client that left first was not refused.
      watch?.waited(error instanceof ServingProblem ? null : clock.now() - since);
      watch?.ended(null);
      throw error;
    }
  }

  /** Errors: see `take`. */
  #placeFor(watch: DemandWatch | null, not?: ReadonlySet<Replica>, signal?: AbortSignal): Place | Promise<Place> {
    const replica = this.#line.length === 0 ? (this.#free(not) ?? this.#free()) : null;
    if (replica !== null) return this.#placeIn(replica, watch);
    if (this.#areAllLeftAlone()) {
      throw new ServingProblem('unavailable', 'The replicas of the model fail repeatedly; restarts are paused.', 1);
    }
    return this.#wait(watch, signal);
  }

  /** Resolves when no request is in flight or waits, or after the longest time that they may take. */
  async drained(): Promise<void> {
    if (this.#counts.inFlight === 0 && this.#line.length === 0) return;
    await new Promise<void>((resolve) => {
      const longest = setTimeout(resolve, this.#longestMs());
      this.#wakeAtDrain = () => {
        clearTimeout(longest);
        resolve();
      };
    });
  }

  /** Longest time until every request of now is answered or refused: its wait plus its service. */
  #longestMs(): number {
    const { timeoutMs } = this.#deps.limits;
    return Math.max(timeoutMs, this.#hold?.timeoutMs ?? 0) + timeoutMs;
  }

  #serving(): Replica[] {
    return [...this.#replicas.keys()].filter((replica) => !this.#leaving.has(replica));
  }

  #free(not?: ReadonlySet<Replica>): Replica | null {
    const { clock, limits } = this.#deps;
    const now = clock.now();
    let best: Replica | null = null;
    for (const replica of this.#replicas.keys()) {
      if (this.#leaving.has(replica) || not?.has(replica)) continue;
      const state = replica.breaker.state(now);
      const most = state === 'closed' ? limits.concurrency : state === 'trial' ? 1 : 0;
      if (replica.inFlight < most && (best === null || replica.inFlight < best.inFlight)) best = replica;
    }
    return best;
  }

  #placeIn(replica: Replica, watch: DemandWatch | null): Place {
    const { clock } = this.#deps;
    const since = clock.now();
    const meter = this.#replicas.get(replica);
    const endBusy = this.#busyClockOf(replica).begin(performance.now());
    let [isLeft, used] = [false, null as UsedTime | null];
    replica.inFlight += 1;
    this.#counts.inFlight += 1;
    return {
      replica,
      used: () => used,
      leave: (outcome) => {
        if (isLeft) return;
        isLeft = true;
        const busyMs = endBusy(performance.now());
        if (meter !== undefined) used = { busyMs, held: meter.held };
        replica.inFlight -= 1;
        this.#counts.inFlight -= 1;
        const tookMs = clock.now() - since;
        watch?.ended(outcome === 'lost' || outcome === 'abandoned' ? null : tookMs);
        this.#note(replica, outcome, tookMs);
        if (replica.inFlight === 0) this.#leaving.get(replica)?.();
        this.#admit();
      },
    };
  }

  #busyClockOf(replica: Replica): BusyClock {
    const clock = this.#clocks.get(replica) ?? createBusyClock();
    this.#clocks.set(replica, clock);
    return clock;
  }

  #note(replica: Replica, outcome: Outcome, tookMs: number): void {
    // An abandoned request changes neither the circuit breaker nor the counts of the replica.
    if (outcome === 'abandoned') return;
    if (outcome === 'answered' || outcome === 'refused') {
      this.#counts[outcome] += 1;
      this.#meanMs += (tookMs - this.#meanMs) * NEWEST;
      replica.breaker.succeeded();
      if (outcome === 'answered') this.#replicas.get(replica)?.predicted();
      return;
    }
    this.#counts.lost += 1;
    replica.breaker.failed(this.#deps.clock.now());
    if (outcome === 'late') void this.#deps.hung(replica);
  }

  #admit(): void {
    while (this.#line.length > 0) {
      const replica = this.#free();
      if (replica === null) break;
      this.#line.shift()?.admit(replica);
    }
    if (this.#line.length > 0) this.#reopenLater();
    if (this.#counts.inFlight === 0 && this.#line.length === 0) this.#wakeAtDrain?.();
  }

  /** Admits waiting requests when the first open circuit breaker allows a trial. */
  #reopenLater(): void {
    const now = this.#deps.clock.now();
    const opens = this.#serving()
      .map(({ breaker }) => breaker.openUntil)
      .filter((at) => at > now);
    clearTimeout(this.#reopening);
    if (opens.length > 0) this.#reopening = setTimeout(() => this.#admit(), Math.min(...opens) - now + 1).unref();
  }

  #areAllLeftAlone(): boolean {
    const now = this.#deps.clock.now();
    return this.size > 0 && this.#serving().every(({ breaker }) => breaker.state(now) === 'open');
  }

  /** Estimated seconds until the present queue is served. */
  #retryAfter(): number {
    const atOnce = Math.max(1, this.size * this.#deps.limits.concurrency);
    return Math.max(1, Math.ceil((this.#line.length * this.#meanMs) / atOnce / 1000));
  }

  /** Errors: see `take`. */
  #wait(watch: DemandWatch | null, signal: AbortSignal | undefined): Promise<Place> {
    const hold = this.size === 0 ? this.#hold : null;
    const most = hold?.requests ?? this.#deps.limits.queue;
    if (this.#line.length >= most) {
      throw new ServingProblem('busy', `The queue is full with ${most} predictions.`, this.#retryAfter());
    }
    const { promise, resolve, reject } = Promise.withResolvers<Place>();
    const settle = () => {
      clearTimeout(late);
      signal?.removeEventListener('abort', abandon);
    };
    const waiting: WaitingRequest = {
      admit: (replica) => {
        settle();
        resolve(this.#placeIn(replica, watch));
      },
      refuse: (problem) => {
        settle();
        reject(problem);
      },
    };
    const leaveLine = (reason: unknown) => {
      settle();
      this.#line.splice(this.#line.indexOf(waiting), 1);
      reject(reason);
      this.#admit();
    };
    const abandon = () => leaveLine(signal?.reason);
    const late = setTimeout(() => leaveLine(this.#waitedInVain()), hold?.timeoutMs ?? this.#deps.limits.timeoutMs);
    signal?.addEventListener('abort', abandon, { once: true });
    this.#line.push(waiting);
    if (hold !== null) watch?.held();
    return promise;
  }

  #waitedInVain(): ServingProblem {
    if (this.size === 0) return new ServingProblem('unavailable', 'No replica of the model is ready.', 1);
    const detail = `No slot became free within ${this.#deps.limits.timeoutMs / 1000} s.`;
    return new ServingProblem('timeout', detail, this.#retryAfter());
  }
}
