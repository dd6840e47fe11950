import { type BinnedRows, type CumulativeSums, sumCumulatively } from './cumulative-sums.ts';
import { type Layout, listLayouts } from './layouts.ts';
import { buildThresholds, findBins } from './thresholds.ts';

/** A candidate on the rows of a fit; every row has a quality and a cost. */
export interface FitCandidate {
  readonly name: string;
  readonly quality: Float64Array;
  /** NaN where unknown; null without confidence. */
  readonly confidence: Float64Array | null;
  /** Cost of each call. */
  readonly cost: Float64Array;
}

/** A stage: the place of its candidate, and the confidence from which its answer is taken; null: always. */
export interface Stage {
  readonly candidate: number;
  readonly acceptAtConfidence: number | null;
}

/** Sums over the rows of a fold: entry `fold * count + cascade`. */
export interface CascadeSums {
  /** Quality of the cascade minus quality of the baseline. */
  readonly difference: Float64Array;
  /** Square of that difference. */
  readonly square: Float64Array;
  readonly cost: Float64Array;
}

/** Every cascade that is compared, with its sums in each fold of the fit rows. Row i is in fold i modulo `folds`. */
export interface Configurations {
  readonly count: number;
  readonly folds: number;
  /** Rows of each fold. */
  readonly rows: Float64Array;
  /** Cost of the baseline alone in each fold. */
  readonly baselineCost: Float64Array;
  readonly sums: CascadeSums;
  /** Stages of a cascade in the order of asking. */
  listStages(cascade: number): readonly Stage[];
}

/** Enough for the blocks of a bootstrap, few enough that each has rows. */
const FOLDS = 20;
/** Thresholds of a stage: the best cascade may answer 1/96 of the calls at another stage. */
const MOST_THRESHOLDS = 48;
/** With more candidates, three stages are tried among these many. */
const MOST_IN_THREE = 6;
/** Bounds the sums of all folds to 50 MB. */
const MOST_CASCADES = 100_000;

/**
 * All cascades of one, two and three candidates, with thresholds at quantiles of the confidence on these rows. The sums of a cascade
 * come from cumulative sums over bins of confidence: the time grows with rows x candidates^3, not with rows x cascades.
 */
export function buildConfigurations(candidates: readonly FitCandidate[], baseline: number): Configurations {
  const rows = candidates[baseline]?.quality.length ?? 0;
  const inThree = chooseForThreeStages(candidates, baseline);
  const orders = inThree.length * (inThree.length - 1) * (inThree.length - 2);
  const most = Math.min(MOST_THRESHOLDS, Math.floor(Math.sqrt(MOST_CASCADES / Math.max(1, orders))));
  const thresholds = candidates.map(({ confidence }) => buildThresholds(confidence, most));
  const layouts = listLayouts(
    thresholds.map(({ length }) => length),
    inThree,
  );
  const count = layouts.reduce((sum, { size }) => sum + size, 0);
  const bins = candidates.map(({ confidence }, at) => findBins(confidence, thresholds[at] as Float64Array, rows));
  const sums = addAllLayouts({ candidates, baseline, thresholds, bins, layouts, count });
  return {
    count,
    folds: FOLDS,
    rows: Float64Array.from({ length: FOLDS }, (_, fold) => Math.max(0, Math.ceil((rows - fold) / FOLDS))),
    // The candidates alone come first; the same sums, so that the baseline saves exactly nothing.
    baselineCost: Float64Array.from({ length: FOLDS }, (_, fold) => sums.cost[fold * count + baseline] as number),
    sums,
    listStages: (cascade) => listStages(layouts, thresholds, cascade),
  };
}

/** Only the cascades of a single candidate; these come first. `candidates`: their number. */
export function takeSingles(configurations: Configurations, candidates: number): Configurations {
  const { count, folds, sums } = configurations;
  const take = (list: Float64Array): Float64Array =>
    Float64Array.from({ length: folds * candidates }, (_, at) => {
      const fold = Math.floor(at / candidates);
      return list[fold * count + (at - fold * candidates)] as number;
    });
  const { difference, square, cost } = sums;
  return {
    ...configurations,
    count: candidates,
    sums: { difference: take(difference), square: take(square), cost: take(cost) },
  };
}

/** The baseline and the cheapest others. */
function chooseForThreeStages(candidates: readonly FitCandidate[], baseline: number): number[] {
  const sumOfCosts = candidates.map(({ cost }) => cost.reduce((sum, value) => sum + value, 0));
  const others = candidates.map((_, at) => at).filter((at) => at !== baseline);
  const cheapest = others.toSorted((a, b) => (sumOfCosts[a] as number) - (sumOfCosts[b] as number));
  return [baseline, ...cheapest.slice(0, MOST_IN_THREE - 1)];
}

interface Plan {
  readonly candidates: readonly FitCandidate[];
  readonly baseline: number;
  readonly thresholds: readonly Float64Array[];
  readonly bins: readonly Uint8Array[];
  readonly layouts: readonly Layout[];
  readonly count: number;
}

const KINDS = ['difference', 'square', 'cost'] as const;
type Kind = (typeof KINDS)[number];

function addAllLayouts(plan: Plan): CascadeSums {
  const values = plan.candidates.map((candidate) =>
    listValues(candidate, plan.candidates[plan.baseline] as FitCandidate),
  );
  const target: Record<Kind, Float64Array> = {
    difference: new Float64Array(FOLDS * plan.count),
    square: new Float64Array(FOLDS * plan.count),
    cost: new Float64Array(FOLDS * plan.count),
  };
  const groups = Map.groupBy(plan.layouts, ({ stages }) => stages.slice(0, -1).join(','));
  for (const layouts of groups.values()) {
    const [first = 0, second = null] = (layouts[0] as Layout).stages.slice(0, -1);
    const binned = binRows(plan, first, second);
    for (const kind of KINDS) {
      for (let fold = 0; fold < FOLDS; fold += 1) {
        const sums = values.map((each) => sumCumulatively(each[kind], binned, fold, FOLDS));
        for (const layout of layouts) addLayout(target[kind], fold * plan.count, layout, binned, sums, kind);
      }
    }
  }
  return target;
}

function listValues({ quality, cost }: FitCandidate, baseline: FitCandidate): Record<Kind, Float64Array> {
  const difference = quality.map((value, row) => value - (baseline.quality[row] as number));
  return { difference, square: difference.map((value) => value * value), cost };
}

function binRows({ thresholds, bins }: Plan, first: number, second: number | null): BinnedRows {
  return {
    first: bins[first] as Uint8Array,
    firstBins: (thresholds[first] as Float64Array).length + 1,
    second: second === null ? null : (bins[second] as Uint8Array),
    secondBins: second === null ? 1 : (thresholds[second] as Float64Array).length + 1,
  };
}

/** Every stage that is asked is paid; the quality is that of the stage that answers. */
function addLayout(
  target: Float64Array,
  base: number,
  { stages, offset }: Layout,
  { firstBins, secondBins }: BinnedRows,
  sums: readonly CumulativeSums[],
  kind: Kind,
): void {
  const [a, b, c] = stages.map((at) => sums[at]) as [CumulativeSums, CumulativeSums?, CumulativeSums?];
  let place = base + offset;
  if (b === undefined) target[place] = a.total;
  else if (c === undefined) {
    for (let i = 1; i < firstBins; i += 1) {
      target[place] = (kind === 'cost' ? a.total : a.total - a.firstBelow(i)) + b.firstBelow(i);
      place += 1;
    }
  } else {
    for (let i = 1; i < firstBins; i += 1) {
      const first = kind === 'cost' ? a.total : a.total - a.firstBelow(i);
      for (let j = 1; j < secondBins; j += 1) {
        const second = kind === 'cost' ? b.firstBelow(i) : b.firstBelow(i) - b.below(i, j);
        target[place] = first + second + c.below(i, j);
        place += 1;
      }
    }
  }
}

function listStages(layouts: readonly Layout[], thresholds: readonly Float64Array[], cascade: number): Stage[] {
  const layout = layouts.find(({ offset, size }) => cascade >= offset && cascade < offset + size) as Layout;
  const [first, second] = layout.stages as [number, number?, number?];
  const place = cascade - layout.offset;
  const width = layout.stages.length === 3 ? (thresholds[second ?? 0] as Float64Array).length : 1;
  const chosen = [thresholds[first]?.[Math.floor(place / width)], thresholds[second ?? 0]?.[place % width]];
  const last = layout.stages.length - 1;
  return layout.stages.map((candidate, at) => ({
    candidate,
    acceptAtConfidence: at === last ? null : (chosen[at] ?? null),
  }));
}
