import { availableParallelism } from 'node:os';
import type { RatingSplit } from '../ratings/split.ts';
import type { AlsOptions, EpochReport } from './implicit-als.ts';
import { buildInteractions, type Interactions } from './interactions.ts';
import { trainPopularity } from './popularity.ts';
import type { FactorBlock, RecommenderModel } from './recommender-model.ts';
import { createTrainingPool, type TrainingPool } from './training-pool.ts';
import { defaultVariants, type ModelVariant } from './variants.ts';

/** One epoch of one member, as it happens. */
export interface TrainingProgress extends EpochReport {
  readonly variant: string;
  /** 0-based member of the variant; always 0 unless it is an ensemble. */
  readonly member: number;
}

/** One member's training: the interval in which it held one CPU core. */
export interface TrainingInterval {
  readonly member: number;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export interface TrainedModel {
  readonly variant: ModelVariant;
  readonly model: RecommenderModel;
  readonly epochs: readonly TrainingProgress[];
  /** One for each member; each is one busy core. Their sum is the usage of the training. */
  readonly intervals: readonly TrainingInterval[];
  /** Sum of the intervals: core-seconds. */
  readonly trainSeconds: number;
}

export interface TrainModelsOptions {
  readonly variants?: readonly ModelVariant[];
  /** Seed of the default variants; default 1. */
  readonly seed?: number;
  /** Worker threads; 0 trains in the calling thread. Default: as many as there are cores, at most 4. */
  readonly workerCount?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** For each member: no new epoch after this time. Left out: results depend on the seeds alone. */
  readonly timeBudgetSecondsPerMember?: number;
}

/**
 * Trains all variants, members spread over worker threads, the longest first. Returns them in the order asked for.
 * The same seeds give the same models whatever the number of workers.
 */
export async function trainModels(split: RatingSplit, options: TrainModelsOptions = {}): Promise<TrainedModel[]> {
  const variants = options.variants ?? defaultVariants(options.seed ?? 1);
  const data = buildInteractions(split.train);
  const workerCount = options.workerCount ?? Math.min(4, availableParallelism());
  await using pool = createTrainingPool(data, workerCount);
  const cheapestLast = [...variants].sort((a, b) => effort(b) - effort(a));
  const trained = new Map(cheapestLast.map((variant) => [variant, trainVariant(variant, data, pool, options)]));
  return await Promise.all(variants.flatMap((variant) => trained.get(variant) ?? []));
}

/** Roughly the multiplications of one member's training. */
function effort(variant: ModelVariant): number {
  return Math.max(0, ...variant.members.map((member) => member.epochs * member.factorCount ** 2));
}

async function trainVariant(
  variant: ModelVariant,
  data: Interactions,
  pool: TrainingPool,
  options: TrainModelsOptions,
): Promise<TrainedModel> {
  const epochs: TrainingProgress[] = [];
  const trainOne = (member: AlsOptions, index: number) =>
    pool.train(withTimeBudget(member, options.timeBudgetSecondsPerMember), (report) => {
      const progress = { ...report, variant: variant.name, member: index };
      epochs.push(progress);
      options.onProgress?.(progress);
    });
  const results = variant.kind === 'popularity' ? [countPopularity(data)] : variant.members.map(trainOne);
  const finished = await Promise.all(results);
  const intervals = finished.map(({ startedAtMs, endedAtMs }, member) => ({ member, startedAtMs, endedAtMs }));
  return {
    variant,
    model: {
      name: variant.name,
      userCount: data.userCount,
      itemCount: data.itemCount,
      blocks: finished.map(({ block }) => block),
    },
    epochs,
    intervals,
    trainSeconds: intervals.reduce((sum, { startedAtMs, endedAtMs }) => sum + (endedAtMs - startedAtMs) / 1000, 0),
  };
}

function withTimeBudget(member: AlsOptions, timeBudgetSeconds: number | undefined): AlsOptions {
  return timeBudgetSeconds === undefined ? member : { ...member, timeBudgetSeconds };
}

function countPopularity(data: Interactions): { block: FactorBlock; startedAtMs: number; endedAtMs: number } {
  const startedAtMs = performance.timeOrigin + performance.now();
  const block = trainPopularity(data);
  return { block, startedAtMs, endedAtMs: performance.timeOrigin + performance.now() };
}
