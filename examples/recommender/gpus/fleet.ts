import { DAY_MS, HOUR_MS } from '../../../src/platform/units/durations.ts';
import { createRandom, type Random } from '../random/xoshiro.ts';

export const READ_EVERY_MS = 600_000;
const DAYS = 14;
const GIB = 1024 ** 3;
const GPUS_A_HOST = 8;
const HOSTS = ['gpu-node-1', 'gpu-node-2'] as const;

export interface Reading {
  readonly gpu: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly percent: number;
  readonly memoryBytes: number;
}

/** Holder of a GPU; all fields empty: the GPU has no holder. */
export interface Held {
  readonly gpu: string;
  readonly host: string;
  readonly start: number;
  readonly end: number;
  readonly team: string;
  readonly project: string;
  readonly run: string;
  readonly endpoint: string;
  readonly model: string;
  readonly namespace: string;
  readonly pod: string;
}

/** Runs that held GPUs, by their final status. */
export interface FleetRuns {
  readonly finished: readonly string[];
  readonly failed: string;
  readonly cancelled: string;
}

export interface Fleet {
  readonly readings: readonly Reading[];
  readonly held: readonly Held[];
}

/** Utilization of a GPU at an instant, in percent; 0 is idle. */
type Doing = (at: number, random: Random) => number;

interface Plan {
  readonly hours: number;
  readonly who: Partial<Pick<Held, 'team' | 'project' | 'run' | 'endpoint' | 'model' | 'namespace' | 'pod'>>;
  readonly doing: Doing;
  readonly memoryBytes: number;
}

const training: Doing = (_at, random) => 82 + 14 * random.next();
const nothing: Doing = () => 0;
/** Much by day, nothing in the small hours. */
const serving: Doing = (at, random) => {
  const hour = (at % DAY_MS) / HOUR_MS;
  return hour < 6 ? 0 : 20 + 35 * Math.sin(((hour - 6) / 18) * Math.PI) + 6 * random.next();
};
/** A user of a notebook: an hour in the morning and one after lunch. */
const notebook: Doing = (at, random) => {
  const hour = Math.floor((at % DAY_MS) / HOUR_MS);
  return hour === 9 || hour === 14 ? 30 + 40 * random.next() : 0;
};

function plansOf({ finished, failed, cancelled }: FleetRuns): readonly (readonly Plan[])[] {
  const ranker = { team: 'recommendations', project: 'home-feed', model: 'ranker' };
  const train = (run: string | undefined, hours: number, doing = training): Plan => ({
    hours,
    who: { ...ranker, run: run ?? '' },
    doing,
    memoryBytes: 61 * GIB,
  });
  const free = (hours: number): Plan => ({ hours, who: {}, doing: nothing, memoryBytes: 0 });
  const endpoint = (team: string, project: string, name: string): Plan => ({
    hours: DAYS * 24,
    who: { team, project, endpoint: name },
    doing: serving,
    memoryBytes: 44 * GIB,
  });
  const desk = (team: string, project: string): Plan => ({
    hours: DAYS * 24,
    who: { team, project },
    doing: notebook,
    memoryBytes: 18 * GIB,
  });
  const foreign: Plan = {
    hours: 90,
    who: { namespace: 'sandbox', pod: 'jupyter-x7k2p' },
    doing: notebook,
    memoryBytes: 0.4 * GIB,
  };
  return [
    [train(finished[0], 96), free(30), train(finished[1], 140), free(70)],
    [train(finished[0], 96), free(30), train(finished[1], 140), free(70)],
    [train(failed, 52), free(12), train(finished[2], 180), free(92)],
    [train(failed, 52), free(12), train(finished[2], 180), free(92)],
    [endpoint('search', 'semantic-search', 'semantic-search')],
    [endpoint('search', 'semantic-search', 'semantic-search')],
    [desk('fraud', 'case-review')],
    [free(120), foreign, free(126)],
    [endpoint('assistant', 'support', 'support-chat')],
    [endpoint('assistant', 'support', 'support-chat')],
    [endpoint('assistant', 'support', 'support-chat')],
    [train(cancelled, 44), train(cancelled, 60, nothing), free(232)],
    [desk('forecasting', 'demand')],
    [desk('fraud', 'checkout-risk')],
    [free(200), train(finished[2], 100), free(36)],
    [free(DAYS * 24)],
  ];
}

/**
 * Fourteen days of sixteen GPUs up to an instant: training with a high utilization, endpoints that are idle at night,
 * notebooks that hold memory all day, a pod without a known team, and GPUs without a holder. A seed determines all of
 * it.
 */
export function makeFleet(seed: number, until: number, runs: FleetRuns): Fleet {
  const random = createRandom(seed);
  const end = Math.floor(until / READ_EVERY_MS) * READ_EVERY_MS;
  const readings: Reading[] = [];
  const held: Held[] = [];
  plansOf(runs).forEach((plans, index) => {
    const host = HOSTS[Math.floor(index / GPUS_A_HOST)] ?? '';
    const gpu = `GPU-${host.at(-1)}${index % GPUS_A_HOST}-${Math.floor(random.next() * 0xffffff)
      .toString(16)
      .padStart(6, '0')}`;
    let start = end - DAYS * DAY_MS;
    for (const { hours, who, doing, memoryBytes } of plans) {
      const until = Math.min(start + hours * HOUR_MS, end);
      held.push({ ...NOBODY, ...who, gpu, host, start, end: until });
      for (let at = start; at < until; at += READ_EVERY_MS) {
        readings.push({ gpu, at, percent: Math.max(0, Math.round(doing(at, random) * 10) / 10), memoryBytes });
      }
      start = until;
    }
  });
  return { readings, held };
}

const NOBODY = { team: '', project: '', run: '', endpoint: '', model: '', namespace: '', pod: '' } as const;
