import type { ModelSpec } from '../../inference/index.ts';
import type { Address } from './exchange.ts';
import type { Channel } from './frames/channel.ts';

/** The protocols that a server of a model may speak. `kserve` is version 1 of KServe's. */
export type Protocol = 'mlflow' | 'tensorflow' | 'kserve' | 'v2';

/** A replica that is ready or starting. */
export interface StartedReplica {
  readonly address: Address;
  /** Faster transport than HTTP to a server of this product: binary requests of the protocol `v2`, with whole answers. */
  readonly channel?: Channel;
  /** Resolves after the replica has ended, with the end of its log. */
  readonly ended: Promise<{ readonly detail: string }>;
  /**
   * Stops the replica, and kills it after its grace period. Resolves when it is gone, or some time after the grace period
   * where its state is unknown.
   */
  stop(): Promise<void>;
  /** Resolves when an external party removes the replica: it finishes its requests and must get no new ones. Undefined: never happens. */
  readonly leaving?: Promise<void>;
  /** Reason why the replica is not ready yet; null or undefined: none known. */
  waiting?(): string | null;
}

/** Settings of the wait for a copy, for backends that have to wait. */
export interface StartSettings {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Called when the replica first holds a machine, with the resource and quantity to price; null: priced as the variant says. */
  placed(held: HeldResource | null): void;
}

/** Key of the price book that a replica is priced by, and its quantity or fraction as an exact decimal. */
export interface HeldResource {
  readonly resource: string;
  readonly quantity: string;
}

/** Runs replicas of one model version: as processes, in a container engine or in a cluster. */
export interface Backend {
  readonly protocol: Protocol;
  /** Model name in the addresses of the backend's protocol. */
  readonly modelName: string;
  /** Starts one copy; resolves before it is ready. Errors: `AppError`, when it cannot be started. */
  start(id: string, starting: StartSettings): Promise<StartedReplica>;
  /** True: a copy holds a machine from its call of `placed` on. Otherwise it does from its start on. */
  readonly isPlacedLater?: boolean;
  /**
   * Receives the wanted number of replicas, including those that are leaving. For backends that keep replicas running while
   * this server is down.
   */
  keep?(copies: number): void;
  /** Whether the copy answers predictions now; false on errors. */
  isReady(address: Address): Promise<boolean>;
  /** Inputs and outputs of the model, read from a ready replica; unknown parts are null. */
  spec(address: Address): Promise<ModelSpec>;
  /** Sends a first prediction, so that no caller waits for one-time initialization. Failures have no effect. */
  warmUp(address: Address): Promise<void>;
}
