import type { Clock } from '../../../platform/units/index.ts';
import { ServingProblem } from '../protocols/problem.ts';
import type { Replica } from './replica.ts';

/** How a prediction went for the replica that had it: `lost` is no answer at all. */
export type Outcome = 'answered' | 'refused' | 'lost' | 'late';

/** A place in a replica, for one prediction. */
export interface Place {
  readonly replica: Replica;
  /** Gives it back; a second call changes nothing. */
  leave(outcome: Outcome): void;
}

export interface Counts {
  readonly answered: number;
  readonly refused: number;
  readonly lost: number;
  readonly waiting: number;
  readonly inFlight: number;
}

/** What one replica has done, for whoever counts its cost. */
export interface ReplicaMeter {
  predicted(): void;
  end(): void;
}

export interface PlaceLimits {
  /** Predictions at one time in one replica. */
  readonly concurrency: number;
  /** Predictions that wait for a place. */
  readonly queue: number;
  readonly timeoutMs: number;
}

interface PlacesDeps {
  readonly limits: PlaceLimits;
  readonly clock: Clock;
  /** Told when a prediction in it took too long. */
  readonly hung: (replica: Replica) => Promise<void>;
}

/** Weight of the newest prediction in the mean time that one takes. */
const NEWEST = 0.1;

/** Places in the replicas of one set, and the line of those who wait for one. */
export class Places {
  readonly #deps: PlacesDeps;
  readonly #replicas = new Map<Replica, ReplicaMeter>();
  readonly #line: ((place: Place) => void)[] = [];
  readonly #counts = { answered: 0, refused: 0, lost: 0, inFlight: 0 };
  #meanMs = 0;
  #wakeAtDrain: (() => void) | null = null;
  #reopening: NodeJS.Timeout | undefined;

  constructor(deps: PlacesDeps) {
    this.#deps = deps;
  }

  add(replica: Replica, meter: ReplicaMeter): void {
    this.#replicas.set(replica, meter);
    this.#admit();
  }

  remove(replica: Replica): void {
    this.#replicas.delete(replica);
    replica.agent.destroy();
    this.#admit();
  }

  get size(): number {
    return this.#replicas.size;
  }

  counts(): Counts {
    return { ...this.#counts, waiting: this.#line.length };
  }

  /**
   * A place in the least busy replica. Errors: `ServingProblem` `busy` when the line is full, `unavailable` when there is none that
   * answers, `timeout` when none gets free in time.
   */
  async take(): Promise<Place> {
    const { queue } = this.#deps.limits;
    const replica = this.#line.length === 0 ? this.#free() : null;
    if (replica !== null) return this.#placeIn(replica);
    if (this.#areAllLeftAlone()) {
      throw new ServingProblem('unavailable', 'The replicas of the model fail, and are left alone for now.', 1);
    }
    if (this.#line.length < queue) return this.#wait();
    throw new ServingProblem('busy', `${queue} predictions wait already.`, this.#retryAfter());
  }

  /** Resolves when nobody has a place or waits for one, or has had the time for it. */
  async drained(): Promise<void> {
    if (this.#counts.inFlight === 0 && this.#line.length === 0) return;
    await new Promise<void>((resolve) => {
      const longest = setTimeout(resolve, 2 * this.#deps.limits.timeoutMs);
      this.#wakeAtDrain = () => {
        clearTimeout(longest);
        resolve();
      };
    });
  }

  #free(): Replica | null {
    const { clock, limits } = this.#deps;
    const now = clock.now();
    let best: Replica | null = null;
    for (const replica of this.#replicas.keys()) {
      const state = replica.breaker.state(now);
      const most = state === 'closed' ? limits.concurrency : state === 'trial' ? 1 : 0;
      if (replica.inFlight < most && (best === null || replica.inFlight < best.inFlight)) best = replica;
    }
    return best;
  }

  #placeIn(replica: Replica): Place {
    const { clock } = this.#deps;
    const since = clock.now();
    let isLeft = false;
    replica.inFlight += 1;
    this.#counts.inFlight += 1;
    return {
      replica,
      leave: (outcome) => {
        if (isLeft) return;
        isLeft = true;
        replica.inFlight -= 1;
        this.#counts.inFlight -= 1;
        this.#note(replica, outcome, clock.now() - since);
        this.#admit();
      },
    };
  }

  #note(replica: Replica, outcome: Outcome, tookMs: number): void {
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
      this.#line.shift()?.(this.#placeIn(replica));
    }
    if (this.#line.length > 0) this.#reopenLater();
    if (this.#counts.inFlight === 0 && this.#line.length === 0) this.#wakeAtDrain?.();
  }

  /** Who waits while all replicas are left alone is admitted when the first of them may be tried again. */
  #reopenLater(): void {
    const now = this.#deps.clock.now();
    const opens = [...this.#replicas.keys()].map(({ breaker }) => breaker.openUntil).filter((at) => at > now);
    clearTimeout(this.#reopening);
    if (opens.length > 0) this.#reopening = setTimeout(() => this.#admit(), Math.min(...opens) - now + 1).unref();
  }

  #areAllLeftAlone(): boolean {
    const now = this.#deps.clock.now();
    return this.size > 0 && [...this.#replicas.keys()].every(({ breaker }) => breaker.state(now) === 'open');
  }

  /** Seconds in which the line that there is will have gone. */
  #retryAfter(): number {
    const atOnce = Math.max(1, this.size * this.#deps.limits.concurrency);
    return Math.max(1, Math.ceil((this.#line.length * this.#meanMs) / atOnce / 1000));
  }

  #wait(): Promise<Place> {
    const { timeoutMs } = this.#deps.limits;
    return new Promise((resolve, reject) => {
      const admitted = (place: Place) => {
        clearTimeout(late);
        resolve(place);
      };
      const late = setTimeout(() => {
        this.#line.splice(this.#line.indexOf(admitted), 1);
        reject(this.#waitedInVain());
        this.#admit();
      }, timeoutMs);
      this.#line.push(admitted);
    });
  }

  #waitedInVain(): ServingProblem {
    if (this.size === 0) return new ServingProblem('unavailable', 'No replica of the model is ready.', 1);
    const detail = `No replica got free within ${this.#deps.limits.timeoutMs / 1000} s.`;
    return new ServingProblem('timeout', detail, this.#retryAfter());
  }
}
