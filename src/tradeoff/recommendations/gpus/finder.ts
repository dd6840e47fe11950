import type { GpuLoad, GpuUsage } from '../../../finops/gpu-usage/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/units/durations.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { Finder, Finding, Window } from '../finder.ts';
import { rateConfidence } from '../savings/confidence.ts';
import { buildGpuItemId } from '../savings/ledger.ts';
import { type Card, findCard } from './cards.ts';
import { buildProfileName, chooseProfile, computeLeastCards, type MigProfile, placeProfiles } from './mig.ts';
import { computeLeastByTimeSlicing, planSharing } from './time-slicing.ts';

export interface GpuFinderDeps {
  readonly gpuUsage: Pick<GpuUsage, 'loads'>;
}

/** Minimum time of readings for a sharing recommendation. */
const LEAST_MS = 3 * HOUR_MS;
const GIB = 1024 ** 3;

type MeasuredLoad = GpuLoad & { readonly memoryMaxBytes: number };

/** GPUs of one kind whose loads fit on fewer of them: cut by MIG, or by turns where that is safe. */
export function createGpuShareFinder({ gpuUsage }: GpuFinderDeps): Finder {
  return {
    kind: 'gpu_share',
    async find(window) {
      const loads = await gpuUsage.loads(window);
      const lacks = new Set<string>();
      const found: Finding[] = [];
      for (const [resource, all] of Map.groupBy(loads, (load) => load.resource)) {
        const card = resource === null ? null : findCard(resource);
        if (resource === null) lacks.add(`the model of ${all.length} GPUs: import their readings with --resource`);
        else if (card === null) lacks.add(`the memory of "${resource}": name it like gpu:A100-80GB`);
        if (resource === null || card === null) continue;
        const known = all.filter(
          (load): load is MeasuredLoad => load.memoryMaxBytes !== null && load.spanMs >= LEAST_MS,
        );
        if (known.length < all.length)
          lacks.add(`three hours of utilization and memory of ${all.length - known.length} ${resource}`);
        const one = findSharing(resource, card, known, window);
        if (one !== null) found.push(one);
      }
      if (loads.length === 0) lacks.add('GPU readings: steelyard gpu import');
      return { found, lacks: [...lacks].join('; ') || null };
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
  const empty = loads.filter(isEmpty);
  const used = loads.filter((load) => !isEmpty(load));
  const cut = planMig(card, used);
  const turns = planTimeSlicing(card, used);
  // MIG keeps them apart: it is taken unless turns free more.
  const plan = turns.groups.length < cut.groups.length ? turns : cut;
  const freed = loads.length - plan.groups.length;
  return freed <= 0 ? null : buildSharingFinding(resource, loads, { ...plan, empty, freed }, window);
}

/** A CUDA context alone takes some hundred MB, so a GPU with less memory in use is unused, and no load has to move. */
const EMPTY_BYTES = 64 * 1024 ** 2;

function isEmpty({ utilizationP95, memoryMaxBytes }: MeasuredLoad): boolean {
  return utilizationP95 === 0 && memoryMaxBytes < EMPTY_BYTES;
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
      `partition ${on} into ${names.join(', ')} (nvidia-smi mig -cgi ${names.join(',')} -C) and move the load of ${from.join(', ')} there`,
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
          `move the load of ${others.map(({ gpu }) => gpu).join(', ')} to ${first.gpu} by time-slicing (device plugin: ${others.length + 1} replicas)`,
        ],
  );
  return { method: 'turns', groups, least: computeLeastByTimeSlicing(loads, card.memoryBytes), steps };
}

function buildSharingFinding(
  resource: string,
  loads: readonly MeasuredLoad[],
  plan: Plan & { readonly empty: readonly MeasuredLoad[]; readonly freed: number },
  window: Window,
): Finding {
  const { groups, least, steps, empty, freed } = plan;
  const needed = groups.length;
  const says = describeSharing(resource, loads.length, plan);
  const spanMs = Math.max(...loads.map((load) => load.spanMs));
  const readMs = loads.reduce((sum, load) => sum + load.knownMs, 0);
  const [price] = loads.flatMap((load) => load.price ?? []);
  const isPriced = price !== undefined && loads.every((load) => load.price?.currency === price.currency);
  const perGpu = loads.reduce((sum, load) => sum.plus(load.price?.amount ?? '0'), decimal(0)).dividedBy(loads.length);
  const item = `gpus:${resource}`;
  const known = Math.max(1, Math.floor(Math.min(spanMs, window.end - window.start) / HOUR_MS));
  const hours = Math.min(known, Math.max(FEWEST_HOURS, Math.floor(MOST_HOURS / loads.length)));
  return {
    about: item,
    ...says,
    what: `${loads.length} GPUs of the kind ${resource}`,
    subject: {},
    confidence: rateConfidence(
      spanMs / DAY_MS,
      Math.min(1, readMs / loads.reduce((sum, load) => sum + load.spanMs, 0)),
    ),
    action: {
      type: 'by_hand',
      commands: [
        ...(empty.length === 0 ? [] : [`return ${empty.map(({ gpu }) => gpu).join(', ')}: unused`]),
        ...steps,
        ...(freed === empty.length ? [] : [`return the ${freed - empty.length} ${resource} without load`]),
      ],
    },
    evidence: {
      window: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
      figures: [
        { name: 'GPUs needed', value: String(needed) },
        { name: 'lower bound of GPUs', value: String(least) },
        ...loads.slice(0, MOST_SHOWN).map((load) => ({ name: load.gpu, value: formatLoad(load) })),
      ],
      prices: isPriced ? [`${resource} at ${price.amount} ${price.currency} an hour`] : [],
      items: loads.map(({ gpu }) => ({
        item: buildGpuItemId(gpu),
        what: `${resource} ${gpu}`,
        currency: isPriced ? price.currency : null,
        start: new Date(window.end - hours * HOUR_MS).toISOString(),
        costs: Array.from({ length: hours }, () => (isPriced ? decimalString(perGpu) : null)),
      })),
      effects: [...empty, ...groups.flatMap(([, ...others]) => others)].map(({ gpu }) => ({
        item: buildGpuItemId(gpu),
        keep: [0],
      })),
      // Moved load needs its target GPU.
      pins: groups.flatMap(([first, ...others]) =>
        first === undefined || others.length === 0 ? [] : [buildGpuItemId(first.gpu)],
      ),
      missing: [
        'the machines of the GPUs: a GPU of a larger machine saves its price only when the whole machine is returned',
        ...(isPriced ? [] : [`no single price for "${resource}": add it to your price book`]),
      ],
    },
  };
}

/** Texts of a recommendation, with its risks. */
function describeSharing(
  resource: string,
  all: number,
  { method, groups, steps, empty, freed }: Plan & { readonly empty: readonly MeasuredLoad[]; readonly freed: number },
): Pick<Finding, 'title' | 'before' | 'after' | 'risk' | 'guard'> {
  const needed = groups.length;
  const before = empty.length === 0 ? `${all} GPUs, each with one load` : `${all} GPUs, ${empty.length} of them unused`;
  if (steps.length === 0) {
    return {
      title: `Return ${freed} of ${all} ${resource}: unused`,
      before,
      after: `${needed} GPUs`,
      risk: { level: 'low', text: 'No load moves. Getting a GPU again may take time.' },
      guard: 'The 95th percentile of utilization is zero, and the memory in use is below that of one process.',
    };
  }
  const isMig = method === 'MIG';
  return {
    title: `Run the load of ${all} ${resource} on ${needed}${isMig ? ' by MIG' : ' by time-slicing'}`,
    before,
    after: `${needed} GPUs${isMig ? ', partitioned by MIG' : ', shared by time-slicing'}; ${freed} can be returned`,
    risk: isMig
      ? {
          level: 'medium',
          text: 'Every load moves once and gets a partition of a card: bursts above the 95th percentile take longer.',
        }
      : {
          level: 'high',
          text: 'Time-slicing does not isolate loads: a load that exceeds its peak memory makes the others fail, and concurrent loads slow each other down.',
        },
    guard: isMig
      ? 'Each partition has the peak memory plus 15 %, and its compute is utilized to 80 % at the 95th percentile.'
      : 'The sum of their memory peaks is 10 % below the memory of the card, and their 95th percentiles add up to at most 1. Watch the latency of served models.',
  };
}

const MOST_SHOWN = 20;
/** Hours of all GPUs together that are kept with it: 14 days of a hundred. Of more GPUs fewer, four days at least. */
const MOST_HOURS = 33_600;
const FEWEST_HOURS = 96;

function formatLoad({ utilizationP95, memoryMaxBytes }: MeasuredLoad): string {
  return `P95 ${(utilizationP95 * 100).toFixed(0)} %, ${(memoryMaxBytes / GIB).toFixed(1)} GiB peak`;
}
