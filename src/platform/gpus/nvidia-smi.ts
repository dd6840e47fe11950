import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readSystemCode } from '../errors/index.ts';
import { type GpuListing, parseGpuListing, parseGpuProcesses } from './listing.ts';
import type { GpuReader, GpuReading } from './reading.ts';

const ASK_MS = 10_000;
const FIELDS = ['index', 'uuid', 'name', 'utilization.gpu', 'memory.used', 'power.draw'];
/** Few drivers have it; without it energy is power over time. */
const COUNTER = 'total_energy_consumption';
const NO_FIELD = /is not a valid field to query/;
const MISSING = 'nvidia-smi is not installed';

export interface NvidiaSmiRequest {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Environment with the PATH to the program; default: that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Reads the GPUs of this machine. Concurrent callers share one call and its result. */
export function createNvidiaSmi({ now, environment }: NvidiaSmiRequest) {
  let asking: Promise<readonly GpuReading[] | string> | null = null;
  let counts = true;
  let isThere = true;

  async function ask(): Promise<readonly GpuReading[] | string> {
    if (!isThere) return MISSING;
    const fields = counts ? [...FIELDS, COUNTER] : FIELDS;
    const words = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader'];
    try {
      const { stdout } = await promisify(execFile)('nvidia-smi', words, {
        timeout: ASK_MS,
        ...(environment === undefined ? {} : { env: environment }),
      });
      return toGpuReadings(parseGpuListing(stdout), now());
    } catch (error) {
      // A missing program is not retried: even a failed start costs time.
      isThere = readSystemCode(error) !== 'ENOENT';
      if (!isThere) return MISSING;
      const said = readErrorOutput(error);
      if (!counts || !NO_FIELD.test(said)) return `nvidia-smi: ${said}`;
      counts = false;
      return ask();
    }
  }

  /** All GPUs of the machine; a string is the reason why there are none. */
  function all(): Promise<readonly GpuReading[] | string> {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  }

  /** Ids of compute processes, by UUID of their GPU; a GPU without any is left out. A string is the reason why they are unknown. */
  async function processes(): Promise<ReadonlyMap<string, readonly number[] | null> | string> {
    try {
      const words = ['--query-compute-apps=gpu_uuid,pid', '--format=csv,noheader'];
      const { stdout } = await promisify(execFile)('nvidia-smi', words, {
        timeout: ASK_MS,
        ...(environment === undefined ? {} : { env: environment }),
      });
      return parseGpuProcesses(stdout);
    } catch (error) {
      return `nvidia-smi: ${readErrorOutput(error)}`;
    }
  }

  return {
    all,
    processes,
    /** GPUs by index, or by UUID or the beginning of one; null: all of the machine. */
    of: (names: readonly string[] | null): GpuReader => ({
      source: 'nvidia-smi',
      read: async () => {
        const read = await all();
        if (typeof read === 'string' || names === null) return read;
        const found = read.filter((gpu) => names.some((name) => isNamed(gpu, name)));
        return found.length < names.length ? `nvidia-smi does not list the GPUs ${names.join(', ')}` : found;
      },
    }),
  };
}

function toGpuReadings(listed: readonly GpuListing[], at: number): readonly GpuReading[] | string {
  return listed.length === 0 ? 'nvidia-smi lists no GPU' : listed.map((gpu) => ({ ...gpu, at }));
}

/** First line of the program's output. It reports unsupported fields on stdout. */
function readErrorOutput(error: unknown): string {
  const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string };
  const said = `${stdout ?? ''}\n${stderr ?? ''}`.trim();
  return (said === '' ? message : said).split('\n')[0]?.slice(0, 300) ?? message;
}

function isNamed({ index, uuid }: GpuReading, name: string): boolean {
  return /^\d+$/.test(name) ? Number(name) === index : uuid.startsWith(name);
}
