import type { GpuReader } from '../../platform/gpus/index.ts';

/** What a piece of work may take. */
export interface Resources {
  /** CPUs, whole or in part; null: as many as there are. */
  readonly cpus: number | null;
  /** Bytes of memory beyond which it is ended; null: what there is. */
  readonly memoryBytes: number | null;
  /** Bytes of the disk beyond which it is ended, as far as the engine can hold that; left out or null: what there is. */
  readonly diskBytes?: number | null;
  /** GPUs that it has for itself. */
  readonly gpus: { readonly count: number; readonly model: string | null };
  /** Instance type that it must run on, as the cloud names it; null: any. */
  readonly instance: string | null;
  /** Whether it may run on capacity that can be taken away. */
  readonly spot: boolean;
  /** Whether it may run on no other; left out: it may. Only engines that know of such capacity are asked for it. */
  readonly onlySpot?: boolean;
}

/** A command to run once, and everything an engine must know of it. */
export interface Work {
  /** Names it for ever, on every engine: 1 to 52 of `a-z`, `0-9` and `-`. */
  readonly id: string;
  /** On this machine, its own: the engine keeps here what it has to find again after a restart, and `output.log`. */
  readonly folder: string;
  /**
   * On this machine: what the command finds in its working folder. When the work has ended, what it made of `outputs`
   * lies here, whatever engine ran it.
   */
  readonly workspace: string;
  readonly command: readonly [program: string, ...words: string[]];
  /** As the engine names it; null where it needs none (`process`). */
  readonly image: string | null;
  /** All of it, secrets too; nothing of the server's own is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /** Paths in the working folder, of files or folders, that are brought back. One that is not there is left out. */
  readonly outputs: readonly string[];
  /** Who and what it is for; engines that have labels keep them. Keys as in a subject: `team`, `pipeline`, `run`… */
  readonly labels: Readonly<Record<string, string>>;
  /** Unix milliseconds at which it must have ended, whatever becomes of this server. */
  readonly until: number;
  /** Milliseconds from being asked to end to being killed. */
  readonly graceMs: number;
}

/** Why work came to its end. */
export type EndReason =
  /** It ended by itself, with an exit code. */
  | 'exited'
  /** A signal that was not ours ended it. */
  | 'signal'
  /** It took more memory than it was given. */
  | 'out-of-memory'
  /** It took more of the disk than it was given, or than the disk had. */
  | 'disk'
  /** It was asked to end, by us or by its watchdog. */
  | 'stopped'
  /** The engine took it away: a node that went, spot capacity that was called back. */
  | 'evicted'
  /** The engine does not know it any more, and nobody can say how it ended. */
  | 'lost'
  /** The engine could not begin it (see `detail`). */
  | 'not-started';

export interface WorkEnd {
  readonly reason: EndReason;
  /** As the shell says it: 128 + the number of the signal that ended it; null when nobody knows. */
  readonly exitCode: number | null;
  /** Who asked it to end; null when it ended by itself. */
  readonly stoppedBy: 'starter' | 'watchdog' | null;
  /** Unix milliseconds. */
  readonly start: number;
  /** Unix milliseconds. */
  readonly end: number;
  /** One sentence for a person where there is more to say than the reason; else null. */
  readonly detail: string | null;
  readonly usage: WorkUsage;
  /** On which machine of a cluster it ran; engines that run work on this machine leave it out. Null: nobody knows. */
  readonly place?: WorkPlace | null;
}

/** A machine of a cluster, in the words of its cloud. Each is null where the machine does not say. */
export interface WorkPlace {
  readonly node: string;
  readonly instance: string | null;
  readonly region: string | null;
  readonly zone: string | null;
  readonly gpuModel: string | null;
  /** Whether its capacity can be taken away. */
  readonly spot: boolean;
  /** Part of it that the work has, above 0 and up to 1: the largest of CPUs, memory and GPUs; 1 where it asked for none of them. */
  readonly share: number;
}

/** What work has taken since it began; null where the engine cannot tell. */
export interface WorkUsage {
  readonly cpuSeconds: number | null;
  /** The most that it held at any moment. */
  readonly peakMemoryBytes: number | null;
  /** Why something is null, or what is left out, where the engine can say; else null or left out. */
  readonly reason?: string | null;
}

/** Work that was begun. */
export interface RunningWork {
  readonly id: string;
  /** Unix milliseconds at which its command began, or was about to. */
  readonly start: number;
  /** Resolves when it and all that it started are gone and its outputs are in the workspace. Never rejects. */
  readonly ended: Promise<WorkEnd>;
  /** Gives it until then, Unix milliseconds; whoever ends it without us knows before this resolves. */
  extend(until: number): Promise<void>;
  /**
   * Asks it to end, and kills it when its grace is over, or `withinMs` where that is less; a second call changes nothing. Engines that
   * end it by themselves at the time that it was given need no `withinMs`.
   */
  stop(withinMs?: number): Promise<void>;
  /** What it has taken until now. */
  usage(): Promise<WorkUsage>;
  /** What reads the GPUs that it holds, or in words why nothing does; null where it holds none. */
  readonly gpus?: GpuReader | string | null;
  /** Resolves when it is known on which machine it runs; null when it never is. Engines of this machine leave it out. */
  readonly placed?: Promise<WorkPlace | null>;
  /**
   * Unix milliseconds of its own time, which goes evenly from its start on however the clock of the machine is set, by a server that
   * found it again too. Engines that cannot tell leave it out.
   */
  now?(): number;
  /** What keeps its command from beginning, one sentence; null when nothing is known to. Engines that begin at once leave it out. */
  waiting?(): string | null;
}

/** One engine that runs work. Everything is known by the id of the work, so that a restart finds what was begun before it. */
export interface Executor extends AsyncDisposable {
  readonly engine: 'process' | 'docker' | 'kubernetes';
  /**
   * What the image is, by its content (`sha256:…`), so that a new build under an old name is seen; null where there is no image.
   * Errors: `image_not_found`, `image_missing`, `executor_unreachable`.
   */
  imageDigest(image: string | null): Promise<string | null>;
  /**
   * Builds an image of a folder and answers its digest, by which `Work.image` may name it.
   * Errors: `image_build_failed`, `executor_cannot` where the engine builds none.
   */
  buildImage(request: { readonly folder: string; readonly dockerfile: string; readonly log: string }): Promise<string>;
  /**
   * What is not free now of what work asks for, in words; null when it can begin. For engines that have no queue of their own.
   * Errors: `executor_cannot`.
   */
  readonly missing?: (work: Pick<Work, 'id' | 'resources'>) => Promise<string | null>;
  /**
   * Begins work; the same id again finds what was begun. Errors: `executor_cannot` (what it asks for cannot be had: no such GPU, more
   * memory than there is), `executor_quota` (not now), `image_not_found`, `image_missing`, `executor_unreachable`.
   */
  start(work: Work): Promise<RunningWork>;
  /** Work that was begun before, by us or by a server before us; null when this engine knows nothing of it. Errors: `executor_unreachable`. */
  find(work: Work): Promise<RunningWork | null>;
  /** Removes what the engine still holds of ended work. What is not there is no error. */
  remove(work: Pick<Work, 'id' | 'folder'>): Promise<void>;
}
