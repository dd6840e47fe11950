import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Work with a watched folder. */
export interface OnDisk {
  /** Working folder of the work. */
  readonly folder: string;
  /** Size limit of the folder in bytes. Null: all of the disk except the reserve. */
  readonly maxBytes: number | null;
  /** Called once, with one sentence, when the limit is exceeded. */
  readonly exceeded: (detail: string) => void;
}

/** Watches the disk usage of running work. */
export interface DiskWatch {
  /** Returns a function that ends the watch. */
  watch(work: OnDisk): () => void;
}

/** Poll interval in milliseconds. */
const LOOK_MS = 1_000;
/** A slow count is followed by a pause of this many times its duration: counting a million files must not take all of the time. */
const PAUSE_FACTOR = 10;
/** Disk space that is kept free for other programs: this share of the disk, at most this many bytes. */
const RESERVE = { ratio: 0.02, maxBytes: 1024 ** 3 };

/**
 * Ends work that exceeds its size limit. When the disk itself runs low, the work with the most disk usage is ended, if
 * it uses more than the reserve: the work that fills the disk, not any other work that runs then.
 */
export function createDiskWatch(lookMs = LOOK_MS): DiskWatch {
  const running = new Set<OnDisk>();
  let next: NodeJS.Timeout | undefined;

  function plan(pauseMs: number): void {
    clearTimeout(next);
    if (running.size > 0) next = setTimeout(() => void look(), pauseMs).unref();
  }

  async function look(): Promise<void> {
    const from = performance.now();
    const low = await findShortage([...running][0]?.folder);
    const looked = [...running].filter(({ maxBytes }) => low !== null || maxBytes !== null);
    const sizes: { readonly work: OnDisk; readonly bytes: number }[] = [];
    for (const work of looked) sizes.push({ work, bytes: await measureFolderSize(work.folder) });
    for (const { work, bytes } of sizes) {
      if (work.maxBytes !== null && bytes > work.maxBytes)
        tell(work, `disk: its working folder exceeded the ${work.maxBytes} bytes of resources.disk.`);
    }
    const largest = sizes.toSorted((one, other) => other.bytes - one.bytes)[0];
    if (low !== null && largest !== undefined && largest.bytes > low.reserveBytes)
      tell(
        largest.work,
        `disk: only ${low.freeBytes} bytes of the disk were free, and its working folder was the largest.`,
      );
    plan(Math.max(lookMs, (performance.now() - from) * PAUSE_FACTOR));
  }

  function tell(work: OnDisk, detail: string): void {
    if (running.delete(work)) work.exceeded(detail);
  }

  return {
    watch(work) {
      running.add(work);
      if (running.size === 1) plan(lookMs);
      return () => {
        running.delete(work);
        if (running.size === 0) clearTimeout(next);
      };
    },
  };
}

/** Free bytes of a folder's disk, when they are less than the reserve; else null. */
async function findShortage(folder: string | undefined): Promise<{ freeBytes: number; reserveBytes: number } | null> {
  if (folder === undefined) return null;
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    const reserveBytes = Math.min(RESERVE.maxBytes, blocks * bsize * RESERVE.ratio);
    const freeBytes = bavail * bsize;
    return freeBytes < reserveBytes ? { freeBytes, reserveBytes } : null;
  } catch {
    return null; // deleted with its work
  }
}

/** Disk usage of a folder with its contents in bytes; files that are deleted during the count are left out. */
async function measureFolderSize(folder: string): Promise<number> {
  // `du` exits with an error for each file that vanished meanwhile, but still counts the rest.
  const { stdout } = await promisify(execFile)('du', ['-skx', folder]).catch((error: { stdout?: string }) => error);
  return Number(/^\d+/.exec(String(stdout ?? ''))?.[0] ?? 0) * 1024;
}
