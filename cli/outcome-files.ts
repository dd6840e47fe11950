import { z } from 'zod';
import type { Estimate, OutcomeComparison } from '../src/tradeoff/outcome-files/schema.ts';
import { readBytes } from './bill-files.ts';
import type { DataFile, EvaluationFile } from './local-work.ts';
import { formatMoney } from './output/amounts.ts';
import { readTextFile } from './text-files.ts';

export const Margin = z
  .string()
  .regex(/^\d+(\.\d+)?([eE][+-]?\d+)?$/, 'a number of at least 0, such as 0.01 for one point')
  .transform(Number);

export const Alpha = z.coerce
  .number('a number between 0 and 1, such as 0.05')
  .gt(0, 'a number between 0 and 1, such as 0.05')
  .lt(1, 'a number between 0 and 1, such as 0.05');

/** Options that the three commands share. */
export const evaluationOption = {
  value: 'SPEC',
  describe: 'YAML file with the columns of each candidate: docs/frontier.md',
} as const;

export const alphaOption = {
  value: 'ALPHA',
  schema: Alpha,
  fallback: '0.05',
  describe: 'Two-sided error level; intervals have level 1 - ALPHA',
} as const;

export const marginOption = {
  value: 'MARGIN',
  schema: Margin,
  required: true,
  describe: 'Largest loss of quality that still counts as non-inferior; 0.01 is one point',
} as const;

export function toDataFile(path: string): DataFile {
  return { path, readBytes: () => readBytes(path, () => {}) };
}

export function readEvaluationFile(path: string): EvaluationFile {
  return { path, text: readTextFile(path).text };
}

type Measure = OutcomeComparison['measure'];

/** A narrower interval is a rounding error. */
const LEAST_WIDTH = 1e-9;

/** Points of a proportion; a score as it is. */
function formatQuality(value: number | null, measure: Measure): string {
  if (value === null) return 'unbounded';
  return measure === 'correct' ? withSign(value * 100) : withSign(value);
}

function withSign(value: number): string {
  const text = value !== 0 && Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(2);
  return value > 0 ? `+${text}` : text;
}

/** `-0.35 points (95 % interval -0.49 to -0.21)`. */
export function formatDifference({ estimate, lower, upper }: Estimate, measure: Measure, alpha: number): string {
  const unit = measure === 'correct' ? ' points' : '';
  const level = Number(((1 - alpha) * 100).toFixed(4));
  const ends = `${formatQuality(lower, measure)} to ${formatQuality(upper, measure)}`;
  return `${formatQuality(estimate, measure)}${unit} (${level} % interval ${ends})`;
}

export function formatMargin(margin: number, measure: Measure): string {
  if (measure === 'score') return `a margin of ${margin}`;
  const points = Number((margin * 100).toPrecision(12));
  return `a margin of ${points} ${points === 1 ? 'point' : 'points'}`;
}

/** `39.0 %`. */
export function formatShare(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

/** `saves 39.0 % (95 % interval 38.1 % to 39.9 %)`, `costs 12.0 % more`, `costs 2.5 times as much`, `costs the same`. */
export function formatSaving({ estimate, lower, upper }: Estimate, alpha: number): string {
  const saving = estimate ?? 0;
  const isTimes = saving < -1;
  const format = (value: number) => (isTimes ? `${(1 - value).toFixed(2)}` : formatShare(Math.sign(saving) * value));
  const level = Number(((1 - alpha) * 100).toFixed(4));
  const [first, second] = saving < 0 ? [upper, lower] : [lower, upper];
  const hasWidth = first !== null && second !== null && Math.abs(second - first) > LEAST_WIDTH;
  const interval = hasWidth ? ` (${level} % interval ${format(first)} to ${format(second)})` : '';
  const unknown = first === null || second === null ? ' (no interval)' : interval;
  if (saving === 0) return `costs the same${unknown}`;
  if (isTimes) return `costs ${format(saving)} times as much${unknown}`;
  return saving > 0 ? `saves ${format(saving)}${unknown}` : `costs ${format(saving)} more${unknown}`;
}

/** `$2.50 instead of $4.10 per 1,000`. */
export function formatCosts({ baseline, candidate }: NonNullable<OutcomeComparison['costPerThousand']>): string {
  return `${formatMoney(candidate)} instead of ${formatMoney(baseline)} per 1,000`;
}
