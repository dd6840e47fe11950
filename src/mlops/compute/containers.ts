import type { Resources } from './executor.ts';

/** A container that listens on a port until this server ends it. */
export interface ContainerSpec {
  /** Names it in the engine: 1 to 52 of `a-z`, `0-9` and `-`. */
  readonly id: string;
  readonly image: string;
  /** Null: the engine may pull the image. Else the reason why it may not, one sentence. */
  readonly notFetched: string | null;
  /** Replaces the entry point of the image; null: the entry point of the image. */
  readonly command: readonly [program: string, ...words: string[]] | null;
  /** Arguments of the command. Null: those of the image. */
  readonly args: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: Pick<Resources, 'cpus' | 'memoryBytes' | 'gpus'>;
  /** Purpose of the container. Keys as in a subject. */
  readonly labels: Readonly<Record<string, string>>;
  /** A folder of this machine whose content it has at this absolute path; null: none. */
  readonly files: { readonly folder: string; readonly path: string } | null;
  readonly port: number;
  /** Grace period: milliseconds from the stop request to the kill. */
  readonly graceMs: number;
}

export interface LeasedContainer {
  readonly address: { readonly host: string; readonly port: number };
  /** Resolves when it has ended and is removed, with the reason as one sentence. Never rejects. */
  readonly ended: Promise<{ readonly detail: string }>;
  /** Requests its end, and kills it after the grace period. Resolves when it has ended, or after a timeout if the engine does not answer. */
  stop(): Promise<void>;
}

/** Containers of one server on a Docker Engine. The watchdog ends them after lease expiry. */
export interface LeasedContainers extends Disposable {
  /**
   * Starts a container, after all containers of earlier server processes are removed. Errors: `executor_cannot`,
   * `executor_quota` (other work holds the GPUs), `image_not_found`, `executor_unreachable`, `executor_denied`.
   */
  start(spec: ContainerSpec): Promise<LeasedContainer>;
}
