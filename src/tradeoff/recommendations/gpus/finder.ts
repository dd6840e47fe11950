import type { GpuUsage } from '../../../finops/gpu-usage/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Finder, Finding, Window } from '../finder.ts';
import { rateConfidence } from '../savings/confidence.ts';
import { buildGpuItemId } from '../savings/ledger.ts';
import { type Card, formatCards } from './cards.ts';
import {
  buildGpuItems,
  findLastReading,
  formatLoad,
  groupLoads,
  isIdle,
  listUnitPrices,
  type MeasuredLoad,
} from './loads.ts';
import { buildProfileName, chooseProfile, computeLeastCards, type MigProfile, placeProfiles } from './mig.ts';
import { computeLeastByTimeSlicing, planSharing } from './time-slicing.ts';

export interface GpuFinderDeps {
  readonly gpuUsage: Pick<GpuUsage, 'loads'>;
}

/** GPUs of one kind whose loads fit on fewer of them: cut by MIG, or by time-slicing. Idle GPUs are left to `createIdleGpuFinder`. */
export function createGpuShareFinder({ gpuUsage }: GpuFinderDeps): Finder {
  return {
    kind: 'gpu_share',
    async find(window) {
      const { groups, lacks } = groupLoads(await gpuUsage.loads(window));
      const found = groups.flatMap(({ resource, card, loads }) => {
        const used = loads.filter((load) => !isIdle(load));
        return findSharing(resource, card, used, window) ?? [];
      });
      return { found, lacks };
    },
  };
}

interface Plan {
  readonly method: 'MIG' | 'turns';
  /** Loads by GPU that is still needed. */
  readonly groups: readonly (readonly MeasuredLoad[])[];
  readonly least: number;
  readonly steps: readonly string[];
}

function findSharing(resource: string, card: Card, loads: readonly MeasuredLoad[], window: Window): Finding | null {
  const cut = planMig(card, loads);
  const turns = planTimeSlicing(card, loads);
  // MIG keeps them apart: it is taken unless turns free more.
  const plan = turns.groups.length < cut.groups.length ? turns : cut;
  return plan.groups.length < loads.length ? buildSharingFinding(resource, card, loads, plan, window) : null;
}

function planMig(card: Card, loads: readonly MeasuredLoad[]): Plan {
  const cuts = loads.flatMap((load) => {
    const profile = chooseProfile(card, load);
    return profile === null ? [] : [{ load, profile }];
  });
  const whole = loads.filter((load) => !cuts.some((cut) => cut.load === load));
  const profiles: MigProfile[] = cuts.map(({ profile }) => profile);
  const placed = placeProfiles(profiles);
  const groups = placed.map((card_) => card_.flatMap(({ index }) => cuts[index]?.load ?? []));
  const steps = placed.flatMap((card_, index) => {
    if (card_.length < 2) return [];
    const on = groups[index]?.[0]?.gpu ?? '';
    const names = card_.map(({ index: at }) =>
      buildProfileName(card, cuts[at]?.profile ?? { compute: 7, memory: 8, starts: [] }),
    );
    const from = groups[index]?.slice(1).map(({ gpu }) => gpu) ?? [];
    return [
      `partition ${on} into ${names.join(', ')} (nvidia-smi mig -cgi ${names.join(',')} -C) and move the workload of ${from.join(', ')} there`,
    ];
  });
  return {
    method: 'MIG',
    groups: [...groups, ...whole.map((load) => [load])],
    least: whole.length + computeLeastCards(profiles),
    steps,
  };
}

function planTimeSlicing(card: Card, loads: readonly MeasuredLoad[]): Plan {
  const groups = planSharing(loads, card.memoryBytes).map((places) => places.flatMap((place) => loads[place] ?? []));
  const steps = groups.flatMap(([first, ...others]) =>
    first === undefined || others.length === 0
      ? []
      : [
          `move the workload of ${others.map(({ gpu }) => gpu).join(', ')} to ${first.gpu} by time-slicing (device plugin: ${others.length + 1} replicas)`,
        ],
  );
  return { method: 'turns', groups, least: computeLeastByTimeSlicing(loads, card.memoryBytes), steps };
}

function buildSharingFinding(
  resource: string,
  card: Card,
  loads: readonly MeasuredLoad[],
  plan: Plan,
  window: Window,
): Finding {
  const { groups, least, steps } = plan;
  const freed = groups.flatMap(([, ...others]) => others);
  const spanMs = Math.max(...loads.map((load) => load.spanMs));
  const readMs = loads.reduce((sum, load) => sum + load.knownMs, 0);
  const prices = listUnitPrices(resource, loads);
  return {
    about: `gpus:${resource}`,
    ...describeSharing(formatCards(card, loads.length), plan),
    what: `${loads.length} GPUs of the kind ${resource}`,
    subject: {},
    confidence: rateConfidence(
      spanMs / DAY_MS,
      Math.min(1, readMs / loads.reduce((sum, load) => sum + load.spanMs, 0)),
    ),
    action: { type: 'by_hand', commands: [...steps, `return ${freed.map(({ gpu }) => gpu).join(', ')}`] },
    readUntilMs: findLastReading(loads),
    evidence: {
      window: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
      figures: [
        { name: 'GPUs needed', value: String(groups.length) },
        { name: 'lower bound of GPUs', value: String(least) },
        ...loads.slice(0, MOST_SHOWN).map((load) => ({ name: load.gpu, value: formatLoad(load) })),
      ],
      prices,
      items: buildGpuItems(resource, loads, window),
      effects: freed.map(({ gpu }) => ({ item: buildGpuItemId(gpu), keep: [0] })),
      // Moved load needs its target GPU.
      pins: groups.flatMap(([first, ...others]) =>
        first === undefined || others.length === 0 ? [] : [buildGpuItemId(first.gpu)],
      ),
      missing: [
        'the machines of the GPUs: a GPU of a larger machine saves its price only when the whole machine is returned',
        ...(prices.length > 0 ? [] : [`no price for "${resource}": add it to your price book`]),
      ],
    },
  };
}

/** Texts of a recommendation, with its risks. */
function describeSharing(
  cards: string,
  { method, groups }: Plan,
): Pick<Finding, 'title' | 'before' | 'after' | 'risk' | 'guard'> {
  const needed = groups.length;
  const loads = groups.flat().length;
  const isMig = method === 'MIG';
  return {
    title: `Consolidate ${cards} onto ${needed} (${isMig ? 'MIG' : 'time-slicing'})`,
    before: `${loads} GPUs, each with one workload`,
    after: `${needed} GPUs${isMig ? ', partitioned by MIG' : ', shared by time-slicing'}; ${loads - needed} can be returned`,
    risk: isMig
      ? {
          level: 'medium',
          text: 'Every workload moves once and gets a partition of a GPU: bursts above the 95th percentile take longer.',
        }
      : {
          level: 'high',
          text: 'Time-sliced workloads share memory and compute: one that exceeds its past memory peak can crash the others, and concurrent ones slow each other down.',
        },
    guard: isMig
      ? 'Each partition has the peak memory plus 15 %, and its compute is utilized to 80 % at the 95th percentile.'
      : 'The sum of their memory peaks is 10 % below the memory of the GPU, and their 95th percentiles add up to at most 1. Watch the latency of served models.',
  };
}

const MOST_SHOWN = 100;
