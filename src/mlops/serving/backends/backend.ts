import type { ModelSpec } from '../tensors/tensor.ts';
import type { Address } from './exchange.ts';
import type { Channel } from './frames/channel.ts';

/** The protocols that a server of a model may speak. `kserve` is version 1 of KServe's. */
export type Protocol = 'mlflow' | 'tensorflow' | 'kserve' | 'v2';

/** One copy of a model that answers, or will. */
export interface StartedReplica {
  readonly address: Address;
  /** A way that costs less than HTTP, of a server of our own: binary requests of the protocol `v2`, answered whole. */
  readonly channel?: Channel;
  /** Resolves when it is gone, with what its log said last. */
  readonly ended: Promise<{ readonly detail: string }>;
  /** Asks it to end, and kills it when its grace is over; resolves when it is gone, or some time after its grace when nobody can say. */
  stop(): Promise<void>;
  /** Resolves when somebody else takes it away: it answers what it has, and shall get nothing new. Left out: nobody does. */
  readonly leaving?: Promise<void>;
  /** What keeps it from being ready, in words; null, or left out: nothing is known to. */
  waiting?(): string | null;
}

/** How a copy is waited for, by a backend that has to wait before it has one. */
export interface Starting {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Told as soon as it holds a machine that was not known before, with what it is priced by; null: as the variant says. */
  placed(held: Held | null): void;
}

/** What a replica is priced by: a key of the price book, and how many of it, or which part; an exact decimal. */
export interface Held {
  readonly resource: string;
  readonly quantity: string;
}

/** Something that runs copies of one model version. What a container engine or a cluster does, fits too. */
export interface Backend {
  readonly protocol: Protocol;
  /** Name of the model in addresses of its own protocol. */
  readonly modelName: string;
  /** Begins one copy; it may take long until that is ready. Errors: `AppError`, when it cannot be begun. */
  start(id: string, starting: Starting): Promise<StartedReplica>;
  /** Its copies hold a machine from when it says so on (`placed`); else, from being begun on. */
  readonly isPlacedLater?: boolean;
  /** Told of how many there shall be, those that are on their way out among them; for what keeps them while this server is away. */
  keep?(copies: number): void;
  /** Whether it answers predictions now. Failures count as no. */
  isReady(address: Address): Promise<boolean>;
  /** What it takes and gives, asked of a copy that is ready; unknown parts are null. */
  spec(address: Address): Promise<ModelSpec>;
  /** A first prediction, so that no caller waits for what a model does once. Failures change nothing. */
  warmUp(address: Address): Promise<void>;
}
