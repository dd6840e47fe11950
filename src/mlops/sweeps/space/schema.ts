import { z } from 'zod';

const TrialValue = z.union([z.string().max(6000), z.number(), z.boolean()]);
type TrialValue = z.infer<typeof TrialValue>;

/** Values of a parameter: some of a list, or all of a range. */
export type Dimension =
  | { readonly kind: 'choice'; readonly values: readonly TrialValue[] }
  | { readonly kind: 'uniform' | 'log' | 'int'; readonly low: number; readonly high: number };

/** Dimensions by name. */
export type Space = Readonly<Record<string, Dimension>>;

const RANGE = /^(log:|int:)?(-?[\d.]+(?:e[-+]?\d+)?)\.\.(-?[\d.]+(?:e[-+]?\d+)?)$/i;

/** `0..0.5`, `log:1e-4..1e-1`, `int:1..8`. Null: not a range. `problem`: one clause. */
export function parseRange(text: string): { readonly range: Dimension } | { readonly problem: string } | null {
  const [, kind = '', low = '', high = ''] = RANGE.exec(text) ?? [];
  if (low === '') return null;
  const range = { low: Number(low), high: Number(high) };
  const isRange = Number.isFinite(range.low) && Number.isFinite(range.high) && range.low < range.high;
  if (!isRange || (kind === 'log:' && range.low <= 0)) {
    return {
      problem: `a range goes from a smaller number to a larger one${kind === 'log:' ? ', both above zero' : ''}`,
    };
  }
  return { range: { kind: kind === 'log:' ? 'log' : kind === 'int:' ? 'int' : 'uniform', ...range } };
}

const RangeText = z
  .string()
  .max(100)
  .superRefine((text, context) => {
    const parsed = parseRange(text);
    if (parsed !== null && 'range' in parsed) return;
    const message = parsed?.problem ?? 'a range such as 0..0.5, log:1e-4..1e-1 or int:1..8, or a list of values';
    context.addIssue({ code: 'custom', message });
  });

/** Values of a parameter in a document. */
export const DimensionSpec = z
  .union([z.array(TrialValue).min(1).max(200), RangeText])
  .describe('List of values, or a range: 0..0.5, log:1e-4..1e-1, int:1..8');

export function toDimension(spec: z.infer<typeof DimensionSpec>): Dimension {
  if (typeof spec !== 'string') return { kind: 'choice', values: spec };
  const parsed = parseRange(spec);
  if (parsed === null || 'problem' in parsed) throw new Error(`"${spec}" is a range that was validated before`);
  return parsed.range;
}

/** Values of one trial, the same for the same seed and number. */
export function sample(space: Space, seed: number, trial: number): Record<string, TrialValue> {
  const random = mulberry32(seed * 1_000_003 + trial * 7_919);
  return Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, draw(dimension, random())]));
}

const SHOWN_DIGITS = 6;

function draw(dimension: Dimension, share: number): TrialValue {
  if (dimension.kind === 'choice') return dimension.values[Math.floor(share * dimension.values.length)] ?? '';
  const { kind, low, high } = dimension;
  if (kind === 'int') return Math.floor(low + share * (high - low + 1));
  const value = kind === 'log' ? Math.exp(Math.log(low) + share * Math.log(high / low)) : low + share * (high - low);
  return Number(value.toPrecision(SHOWN_DIGITS));
}

/** A small generator of numbers in [0, 1), by its seed (Tommy Ettinger, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
