import type { Resources, WorkPlace } from './executor.ts';

/** A server that listens on a port, in as many pods as its consumers request. The pods keep running while this server is down. */
export interface WorkloadSpec {
  /** Idempotency key: the same key finds a workload that an earlier process of the server left running. */
  readonly key: string;
  /** Of `a-z`, `0-9` and `-`; begins the names of its objects, for people. */
  readonly title: string;
  readonly image: string;
  /** Null: nodes may pull the image. Else the reason why they may not, one sentence. */
  readonly notFetched: string | null;
  /** Replaces the entry point of the image; null: the entry point of the image. */
  readonly command: readonly [program: string, ...words: string[]] | null;
  /** Arguments of the command. Null: those of the image. */
  readonly args: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /** Purpose of the workload. Keys as in a subject. */
  readonly labels: Readonly<Record<string, string>>;
  /** A folder of this machine whose content each pod has at this absolute path; null: none. */
  readonly files: { readonly folder: string; readonly path: string } | null;
  readonly port: number;
  /** Path that answers 200 to a GET when the pod is ready. */
  readonly readyPath: string;
  /** Milliseconds in which a pod must be ready. */
  readonly startTimeoutMs: number;
  /** Grace period: milliseconds from the stop request to the kill. */
  readonly graceMs: number;
  readonly placement: PodPlacement;
  readonly kind: WorkloadKind;
}

/** Kind of the object that keeps the pods: of Kubernetes, or of KServe. */
export type WorkloadKind = 'deployment' | 'inferenceService';

export interface PodPlacement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly {
    readonly key: string;
    readonly value?: string | undefined;
    readonly effect?: string | undefined;
  }[];
  /** Null: the one that the namespace gives, without a token. */
  readonly serviceAccount: string | null;
  readonly priorityClass: string | null;
}

/** Settings of a wait for a pod. */
export interface PodWait {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Called as soon as it holds its node; null where nodes are not visible. */
  placed(place: WorkPlace | null): void;
}

/** One of its pods, taken by the consumer that sends requests to it. */
export interface TakenPod {
  readonly address: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  /** Resolves when another client takes the pod away: it finishes its requests and must get no new ones. */
  readonly leaving: Promise<void>;
  /** Resolves when its server has ended, with the reason as one sentence. Never rejects. */
  readonly ended: Promise<{ readonly detail: string }>;
  /** Reason why it is not ready, one sentence. Null: no known reason. */
  waiting(): string | null;
  /** Ends the pod. Resolves when it has ended, or after a timeout if the cluster does not answer. */
  stop(): Promise<void>;
}

export interface Workload {
  /** Desired number of pods. */
  keep(pods: number): void;
  /**
   * Takes a free pod as soon as it has an address. Errors: `executor_quota` (no node or no quota for it now),
   * `executor_cannot`, `executor_denied`, `executor_unreachable`; `AbortError`.
   */
  take(id: string, wait: PodWait): Promise<TakenPod>;
}

/** Serving workloads of one server on a cluster. */
export interface Workloads {
  /** Errors: `executor_denied` (names the missing permissions), `executor_cannot` (KServe is not installed), `executor_unreachable`. */
  check(kind: WorkloadKind): Promise<void>;
  /** Errors: as `check`. */
  open(spec: WorkloadSpec): Promise<Workload>;
  /** Removes workloads with none of these keys, of this server and of earlier processes on the same data folder. */
  retain(keys: ReadonlySet<string>): Promise<void>;
  /** Ids by which pods were taken that are still there. */
  taken(): Promise<readonly string[]>;
}
