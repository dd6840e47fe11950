import type { GpuReader } from '../../platform/gpus/index.ts';

/** Resource limits of a piece of work. */
export interface Resources {
  /** CPUs, whole or in part; null: as many as there are. */
  readonly cpus: number | null;
  /** Memory limit in bytes; above it the work is ended. Null: no limit. */
  readonly memoryBytes: number | null;
  /**
   * Disk limit in bytes; above it the work is ended, as far as the engine can enforce it. Omitted or null: no limit.
   */
  readonly diskBytes?: number | null;
  /** Number of nodes: copies of the command that run at the same time and find each other. The other amounts are those of one node. Omitted: 1. */
  readonly nodes?: number;
  /** GPUs that it has for itself. */
  readonly gpus: { readonly count: number; readonly model: string | null };
  /** Instance type that it must run on, as the cloud names it; null: any. */
  readonly instance: string | null;
  /** Whether it may run on spot capacity, which can be evicted. */
  readonly spot: boolean;
  /** Whether it may run only on spot capacity; omitted: on any. Only engines with spot capacity receive it. */
  readonly onlySpot?: boolean;
}

/** A command that runs once, with all data that an engine needs for it. */
export interface Work {
  /** Permanent id of the work, on every engine: 1 to 52 of `a-z`, `0-9` and `-`. */
  readonly id: string;
  /**
   * Folder on this machine, used by this work alone. The engine stores here its state for a restart, and `output.log`.
   */
  readonly folder: string;
  /**
   * Folder on this machine with the content of the command's working folder. When the work has ended, its `outputs` are
   * here, whichever engine ran it.
   */
  readonly workspace: string;
  readonly command: readonly [program: string, ...words: string[]];
  /** Image reference for the engine; null: it needs none (`process`). */
  readonly image: string | null;
  /** Complete environment, including secrets; no variable of the server is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /** Queue of the cluster that admits it, and the name of its priority there; null: the default. Null or omitted: no queue. */
  readonly queue?: { readonly name: string; readonly priority: string | null } | null;
  /**
   * Paths in the working folder, of files or folders, that are copied back; from node 0 where there are several. A missing path is omitted.
   */
  readonly outputs: readonly string[];
  /** Owner and purpose of the work; engines with labels store them. Keys as in a subject: `team`, `pipeline`, `run`… */
  readonly labels: Readonly<Record<string, string>>;
  /** Deadline, Unix milliseconds. The work must have ended by then, even if this server fails. */
  readonly until: number;
  /** Grace period: milliseconds from the stop request to the kill. */
  readonly graceMs: number;
}

/** Reason why work ended. */
export type EndReason =
  /** It ended without a stop request, with an exit code. */
  | 'exited'
  /** A signal that this server did not send ended it. */
  | 'signal'
  /** It exceeded its memory limit. */
  | 'out-of-memory'
  /** It exceeded its disk limit, or filled the disk. */
  | 'disk'
  /** Its end was requested, by this server or by its watchdog. */
  | 'stopped'
  /** The engine evicted it: a failed node, or an eviction from spot capacity. */
  | 'evicted'
  /** The engine no longer knows the work. Its outcome is unknown. */
  | 'lost'
  /** The engine could not start it (see `detail`). */
  | 'not-started';

export interface WorkEnd {
  readonly reason: EndReason;
  /** Exit code of a shell; 128 + the number of the signal that ended it. Null: unknown. */
  readonly exitCode: number | null;
  /** Origin of the stop request. Null: it ended without one. */
  readonly stoppedBy: 'starter' | 'watchdog' | null;
  /** Unix milliseconds. */
  readonly start: number;
  /** Unix milliseconds. */
  readonly end: number;
  /** Explanation of the reason in one sentence; null: none. */
  readonly detail: string | null;
  readonly usage: WorkUsage;
  /** Cluster machine on which it ran. Engines that run work on this machine omit it. Null: unknown. */
  readonly place?: WorkPlace | null;
  /** Machines that it held. Engines of this machine omit it. */
  readonly held?: HeldMachines;
  /** Number of the node whose end decided the end of the work. Omitted or null: it has one node, or no single node decided. */
  readonly decisiveNode?: number | null;
}

/** Time for which work held machines of a cluster. */
export interface HeldMachines {
  /** Unix milliseconds from which it held the first one. Null: it never held one, so it cost nothing. */
  readonly since: number | null;
  /** Sum of the time over its nodes, in milliseconds. */
  readonly machineMs: number;
}

/**
 * A machine of a cluster, in the terms of its cloud provider. Each field is null where the machine does not report it, or where
 * the machines of work on several nodes differ.
 */
export interface WorkPlace {
  /** Its name; the names of several, separated by commas. */
  readonly node: string;
  readonly instance: string | null;
  readonly region: string | null;
  readonly zone: string | null;
  readonly gpuModel: string | null;
  /** Whether it is spot capacity, which can be evicted. */
  readonly spot: boolean;
  /** Share of the machine that the work holds, above 0 and up to 1: the largest of CPUs, memory and GPUs; 1 if it requested none of them. */
  readonly share: number;
}

/** Usage of work since its start. Null: the engine cannot measure it. */
export interface WorkUsage {
  readonly cpuSeconds: number | null;
  /** Peak memory in bytes. */
  readonly peakMemoryBytes: number | null;
  /** Reason for a null or for an incomplete value, where the engine reports one; else null or omitted. */
  readonly reason?: string | null;
}

/** Work that was started. */
export interface RunningWork {
  readonly id: string;
  /** Unix milliseconds at which its command started, or was about to start. */
  readonly start: number;
  /** Resolves when it and all of its processes have ended and its outputs are in the workspace. Never rejects. */
  readonly ended: Promise<WorkEnd>;
  /** Moves the deadline to this time, Unix milliseconds. The watchdog of the engine has the new deadline when this resolves. */
  extend(until: number): Promise<void>;
  /**
   * Requests the end, and kills after the grace period, or after `withinMs` where that is less. A second call changes
   * nothing. Engines that end the work at its deadline need no `withinMs`.
   */
  stop(withinMs?: number): Promise<void>;
  /** Usage until now. */
  usage(): Promise<WorkUsage>;
  /** Reader of the GPUs that it holds, or the reason why there is none. Null: it holds no GPU. */
  readonly gpus?: GpuReader | string | null;
  /** Resolves with its machine; null when the machine stays unknown. Engines of this machine omit it. */
  readonly placed?: Promise<WorkPlace | null>;
  /**
   * Unix milliseconds of the work's monotonic time since its start, independent of changes of the machine's clock, also
   * after a restart of the server. Engines that cannot measure it omit it.
   */
  now?(): number;
  /** Reason why its command has not started, one sentence. Null: no known reason. Engines that start work immediately omit it. */
  waiting?(): string | null;
  /** Whether a queue of the cluster has not admitted it: its time has not begun. Engines without queues omit it. */
  isQueued?(): boolean;
  /** Unix milliseconds from which it holds a machine. Null: it holds none yet and costs nothing. Engines of this machine omit it. */
  heldSince?(): number | null;
}

/**
 * An engine that runs work. The id of the work is the key for everything, so a restarted server finds its earlier work.
 */
export interface Executor extends AsyncDisposable {
  readonly engine: 'process' | 'docker' | 'kubernetes';
  /**
   * Digest of the image's content (`sha256:…`), so that a new build under an old name is detected. Null: no image.
   * Errors: `image_not_found`, `image_missing`, `executor_unreachable`.
   */
  imageDigest(image: string | null): Promise<string | null>;
  /**
   * Builds an image of a folder and answers its digest, by which `Work.image` may name it.
   * Errors: `image_build_failed`, `executor_cannot` where the engine builds none.
   */
  buildImage(request: { readonly folder: string; readonly dockerfile: string; readonly log: string }): Promise<string>;
  /**
   * Requested resources that are not free now, one sentence. Null: the work can start. For engines without a queue.
   * Errors: `executor_cannot`.
   */
  readonly missing?: (work: Pick<Work, 'id' | 'resources'>) => Promise<string | null>;
  /**
   * Starts work. Idempotent: the same id finds the started work. Errors: `executor_cannot` (the request can never be
   * met: no such GPU, more memory than the machine has), `executor_quota` (not now), `image_not_found`,
   * `image_missing`, `executor_unreachable`.
   */
  start(work: Work): Promise<RunningWork>;
  /** Finds work that this server or an earlier process started. Null: the engine has no record of it. Errors: `executor_unreachable`. */
  find(work: Work): Promise<RunningWork | null>;
  /** Removes the engine's records of ended work. Idempotent: a missing record is no error. */
  remove(work: Pick<Work, 'id' | 'folder'>): Promise<void>;
}
