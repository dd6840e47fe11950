import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answers, Kind } from './balancer.ts';

const MIB = 2 ** 20;
const SAMPLE_EVERY_MS = 5000;
const COLLECT_EVERY = 6;
/** Caches fill and the compiler works in this part of a campaign. */
const WARM_UP_RATIO = 0.4;
const LEAST_SAMPLES = 10;

interface Sample {
  readonly minutes: number;
  readonly mebibytes: number;
  /** Whether the garbage of JavaScript was collected just before. */
  readonly isCollected: boolean;
}

/**
 * Resident memory of a process over the campaign, from the first sample on. V8 lets garbage grow to a multiple of the live objects before a
 * full collection, so only the samples after a collection tell whether memory is lost.
 */
export async function sampleMemory(pid: number, debuggingPort: number, isOver: () => boolean): Promise<Sample[]> {
  const began = performance.now();
  const samples: Sample[] = [];
  using collector = await connectCollector(debuggingPort);
  for (let count = 1; !isOver(); count += 1) {
    const isCollected = count % COLLECT_EVERY === 0;
    const take = () => ({ minutes: (performance.now() - began) / 60_000, mebibytes: residentBytes(pid) / MIB });
    samples.push({ ...take(), isCollected: false });
    if (isCollected) {
      await collector.collect();
      samples.push({ ...take(), isCollected });
    }
    await pause(SAMPLE_EVERY_MS); // nothing announces how much memory a process has
  }
  return samples;
}

/** The inspector of a Node process that was started with `--inspect`. */
async function connectCollector(port: number): Promise<Disposable & { collect(): Promise<void> }> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');
  return {
    async collect() {
      const answered = once(socket, 'message');
      socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
      const [{ data }] = (await answered) as [{ readonly data: string }];
      if (data !== '{"id":1,"result":{}}') throw new Error(`the inspector answered ${data}`);
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

function residentBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
}

/** Peak of all samples; slope of a least-squares line through the samples after a collection, without those of the warm-up; null: too few. */
export function fitMemory(samples: readonly Sample[]): {
  readonly mibPerMinute: number | null;
  readonly peakMib: number;
} {
  const last = samples.at(-1)?.minutes ?? 0;
  const warm = samples.filter(({ minutes, isCollected }) => isCollected && minutes >= last * WARM_UP_RATIO);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(warm.map(({ minutes }) => minutes)), mean(warm.map(({ mebibytes }) => mebibytes))];
  const covariance = mean(warm.map(({ minutes, mebibytes }) => (minutes - x) * (mebibytes - y)));
  const variance = mean(warm.map(({ minutes }) => (minutes - x) ** 2));
  return {
    mibPerMinute: warm.length < LEAST_SAMPLES ? null : covariance / variance,
    peakMib: Math.max(...samples.map(({ mebibytes }) => mebibytes)),
  };
}

/** One line a kind of traffic: number of answers, those with 5xx, and times. Markdown. */
export function describeAnswers(answers: ReadonlyMap<Kind, Answers>): string {
  const head = ['| Traffic | answers | 5xx | p50 | p99 |', '| --- | ---: | ---: | ---: | ---: |'];
  const lines = [...answers].map(([kind, { statuses, durationsMs }]) => {
    const failed = [...statuses].filter(([status]) => status >= 500).reduce((sum, [, count]) => sum + count, 0);
    const sorted = durationsMs.toSorted((a, b) => a - b);
    const at = (ratio: number) => Math.round(sorted[Math.floor(ratio * (sorted.length - 1))] ?? 0);
    return `| ${kind} | ${durationsMs.length} | ${failed} | ${at(0.5)} ms | ${at(0.99)} ms |`;
  });
  return [...head, ...lines].join('\n');
}

/** Processes that have this text in their command line. */
export function findProcesses(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false; // ended meanwhile
      }
    });
}
