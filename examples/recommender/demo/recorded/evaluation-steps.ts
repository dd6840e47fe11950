import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { createRandom, type Random } from '../../random/xoshiro.ts';
import { readRecordedCandidates } from './recorded-candidates.ts';

const SEED = 1;
const OUTCOMES = 'outcomes.json';
const LOW = 0.025;
const HIGH = 0.975;

/** NDCG@10 of each user, by model. */
const Outcomes = z.record(z.string(), z.array(z.number()));

/** A step of pipeline.yaml, in its working folder: `collect FILE` or `evaluate MODEL RESAMPLES`. */
export function runEvaluationStep([step, ...words]: readonly string[]): void {
  if (step === 'collect') collect(words[0] ?? '');
  else if (step === 'evaluate') evaluate(words[0] ?? '', Number(words[1]));
  else throw new Error(`unknown step "${step}"; expected collect or evaluate`);
}

function collect(path: string): void {
  const { candidates, users } = readRecordedCandidates(path);
  const outcomes = Object.fromEntries(candidates.map(({ name, ndcgAt10 }) => [name, ndcgAt10]));
  writeFileSync(OUTCOMES, JSON.stringify(outcomes));
  console.log(`outcomes of ${candidates.length} models by ${users.length.toLocaleString('en')} users`);
}

function evaluate(model: string, resamples: number): void {
  const values = Outcomes.parse(JSON.parse(readFileSync(OUTCOMES, 'utf8')))[model];
  if (values === undefined) throw new Error(`${OUTCOMES} has no model "${model}"`);
  const random = createRandom(SEED);
  const means = Array.from({ length: resamples }, () => meanOfResample(values, random)).toSorted((a, b) => a - b);
  const [low, high] = [LOW, HIGH].map((share) => means[Math.round(share * (resamples - 1))] ?? Number.NaN);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const metrics = {
    ndcg_at_10: mean,
    'ndcg_at_10.ci_lower': low,
    'ndcg_at_10.ci_upper': high,
    'ndcg_at_10.n': values.length,
  };
  writeFileSync('metrics.json', JSON.stringify(metrics));
  console.log(
    `${model}: NDCG@10 ${mean.toFixed(4)} (${low?.toFixed(4)} to ${high?.toFixed(4)}), ${resamples} resamples`,
  );
}

function meanOfResample(values: readonly number[], random: Random): number {
  let sum = 0;
  for (let draw = 0; draw < values.length; draw++) sum += values[random.integer(values.length)] ?? 0;
  return sum / values.length;
}
