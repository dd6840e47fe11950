import { type Dimension, sample as drawTrial, parseRange, type Space } from '../../src/mlops/sweeps/schema.ts';
import { CommandError } from '../frame/failure.ts';

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
  const parsed = parseRange(text);
  if (parsed === null) return [name, { kind: 'choice', values: text.split(',') }];
  if ('problem' in parsed) throw new CommandError('invalid_request', `--param ${word}: ${parsed.problem}.`);
  return [name, parsed.range];
}

/** Values of one trial as words of a command, the same for the same seed and number. */
export function sample(space: Space, seed: number, trial: number): Record<string, string> {
  const values = Object.entries(drawTrial(space, seed, trial));
  return Object.fromEntries(values.map(([name, value]) => [name, String(value)]));
}
