import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { sendGpuReadings, type WatchedGpu } from '../src/finops/gpu-telemetry/schema.ts';
import { createNvidiaSmi } from '../src/platform/gpus/index.ts';
import { readExecutionId } from '../src/platform/processes/index.ts';
import { Duration } from '../src/platform/units/quantities/schema.ts';
import type { Client } from './connection/client.ts';
import { DurationText } from './duration-text.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError, isExpected, RemoteFailure } from './frame/failure.ts';
import { counted } from './output/amounts.ts';

/** Readings that are buffered while the server does not answer; the oldest are dropped first. */
const MOST_WAITING = 10_000;

export const watchCommand = command({
  path: ['gpu', 'watch'],
  summary: 'Send the telemetry of local GPUs (nvidia-smi) until it is stopped',
  example: 'steelyard gpu watch --source machines --interval 15s --url https://steelyard.example.org',
  needs: 'server',
  options: {
    source: { value: 'NAME', required: true, describe: 'Receiving source of type push (kind GpuSource)' },
    interval: { value: 'TIME', schema: DurationText, fallback: '15s', describe: 'Time between two readings' },
    host: { value: 'NAME', describe: 'Name of this machine; default: its host name' },
    times: {
      value: 'N',
      schema: z.coerce.number().int().min(1),
      describe: 'Readings after which it stops; default: no limit',
    },
  },
  run: async (context, { source, interval, host = hostname(), times = Number.POSITIVE_INFINITY }) => {
    const client = await context.client();
    const stopping = new AbortController();
    using _listening = context.io.onSignal(() => stopping.abort());
    const watch = createWatch(context, client, { source, host });
    const everyMs = Duration.parse(interval);
    for (let reading = 1; !stopping.signal.aborted; reading += 1) {
      const startedAt = performance.now();
      await watch.look(reading === 1);
      if (reading >= times) break;
      const restMs = Math.max(0, everyMs - (performance.now() - startedAt));
      await pause(restMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await context.answer(
      watch.sums,
      () => `Sent ${counted(watch.sums.readings, 'reading')} of ${counted(watch.sums.gpus, 'GPU')}.`,
    );
    return 0;
  },
});

function createWatch(context: Context, client: Client, to: { readonly source: string; readonly host: string }) {
  const reader = createNvidiaSmi({ now: Date.now, environment: readEnvironment(context) });
  const sums = { readings: 0, gpus: 0 };
  let waiting: WatchedGpu[] = [];
  let reported: string | null = null;

  /** Prints a repeated problem once while the readings wait; a failure of the first reading ends the command. */
  async function trouble(error: unknown, first: boolean): Promise<void> {
    if (first || !(error instanceof RemoteFailure || isExpected(error))) throw error;
    if (reported !== error.message) await context.remark(error.message);
    reported = error.message;
  }

  return {
    sums,
    async look(first: boolean): Promise<void> {
      try {
        waiting = [...waiting, ...(await watched(reader))].slice(-MOST_WAITING);
        const { source, host } = to;
        const sent = await client.call(sendGpuReadings, { params: { source }, body: { host, gpus: waiting } });
        sums.readings += sent.readings;
        sums.gpus = Math.max(sums.gpus, new Set(waiting.map(({ uuid }) => uuid)).size);
        [waiting, reported] = [[], null];
      } catch (error) {
        await trouble(error, first);
      }
    },
  };
}

function readEnvironment({ io }: Context): Record<string, string> {
  return Object.fromEntries(
    Object.entries(io.environment).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

/** All GPUs of this machine now. Error: `gpu_source_unreachable`. */
async function watched(reader: ReturnType<typeof createNvidiaSmi>): Promise<WatchedGpu[]> {
  const readings = await reader.all();
  if (typeof readings === 'string') {
    throw new CommandError(
      'gpu_source_unreachable',
      `${readings}. The GPUs of this machine are read by nvidia-smi, which comes with NVIDIA's driver.`,
    );
  }
  const processes = await reader.processes();
  return readings.map(({ at, uuid, model, utilizationRatio, memoryBytes }) => {
    // A GPU that is not in the list has none.
    const pids = typeof processes === 'string' ? null : toPids(processes.get(uuid));
    const work = findWork(pids ?? []);
    return {
      ...{ at: new Date(at).toISOString(), uuid, model, utilizationRatio, memoryBytes, pids },
      ...(Object.keys(work).length === 0 ? {} : { work }),
    };
  });
}

/** Work of this server among processes, by their environment, because process ids are reused. */
function findWork(pids: readonly number[]): Record<string, string> {
  const found = pids.flatMap((pid) => {
    const id = readExecutionId(pid);
    return id === null ? [] : [[String(pid), id] as const];
  });
  return Object.fromEntries(found);
}

function toPids(listed: readonly number[] | null | undefined): number[] | null {
  if (listed === null) return null;
  return [...new Set(listed ?? [])];
}
