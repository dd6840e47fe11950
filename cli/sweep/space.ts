import { CommandError } from '../frame/failure.ts';

/** Where the value of a parameter comes from. */
export type Dimension =
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'uniform' | 'log' | 'int'; readonly low: number; readonly high: number };

/** Dimensions by name. */
export type Space = Readonly<Record<string, Dimension>>;

const RANGE = /^(log:|int:)?(-?[\d.]+(?:e[-+]?\d+)?)\.\.(-?[\d.]+(?:e[-+]?\d+)?)$/i;

/**
 * Parses words such as `lr=log:1e-4..1e-1`, `depth=2,4,8`, `drop=0..0.5`, `layers=int:1..8`.
 * Errors: `invalid_request`, with the expected format.
 */
export function parseSpace(words: readonly string[]): Space {
  return Object.fromEntries(words.map(parseDimension));
}

function parseDimension(word: string): [string, Dimension] {
  const [, name, text = ''] = /^([A-Za-z_]\w*)=(.+)$/s.exec(word) ?? [];
  if (name === undefined)
    throw new CommandError(
      'invalid_request',
      `--param ${word}: write NAME=VALUES, such as lr=log:1e-4..1e-1 or depth=2,4,8.`,
    );
  const [, kind = '', low = '', high = ''] = RANGE.exec(text) ?? [];
  if (low === '') return [name, { kind: 'choice', values: text.split(',') }];
  const range = { low: Number(low), high: Number(high) };
  const isRange = Number.isFinite(range.low) && Number.isFinite(range.high) && range.low < range.high;
  if (!isRange || (kind === 'log:' && range.low <= 0)) {
    throw new CommandError(
      'invalid_request',
      `--param ${word}: a range goes from a smaller number to a larger one${kind === 'log:' ? ', both above zero' : ''}.`,
    );
  }
  return [name, { kind: kind === 'log:' ? 'log' : kind === 'int:' ? 'int' : 'uniform', ...range }];
}

/** Values of one trial, the same for the same seed and number. */
export function sample(space: Space, seed: number, trial: number): Record<string, string> {
  const random = mulberry32(seed * 1_000_003 + trial * 7_919);
  return Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, drawnFrom(dimension, random())]));
}

const SHOWN_DIGITS = 6;

function drawnFrom(dimension: Dimension, share: number): string {
  if (dimension.kind === 'choice') return dimension.values[Math.floor(share * dimension.values.length)] ?? '';
  const { kind, low, high } = dimension;
  if (kind === 'int') return String(Math.floor(low + share * (high - low + 1)));
  const value = kind === 'log' ? Math.exp(Math.log(low) + share * Math.log(high / low)) : low + share * (high - low);
  return String(Number(value.toPrecision(SHOWN_DIGITS)));
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
