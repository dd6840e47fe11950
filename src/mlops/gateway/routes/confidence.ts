import { isRecord } from '../../inference/index.ts';

/**
 * The least confidence of the rows of an answer, 0 to 1; null where a row has none that can be read. The value at `path` of the output of a
 * row (null: the whole output) is a number from 0 to 1, or a list of such numbers, of which the largest counts: the probabilities of classes.
 *
 * @example readConfidence([{ p: 0.9 }, { p: [0.2, 0.8] }], 'p') -> 0.8; readConfidence([{ p: 1.2 }], 'p') -> null
 */
export function readConfidence(outputs: readonly unknown[], path: string | null): number | null {
  let least: number | null = null;
  for (const output of outputs) {
    const confidence = toConfidence(path === null ? output : readField(output, path));
    if (confidence === null) return null;
    least = Math.min(least ?? 1, confidence);
  }
  return least;
}

/** A field by its whole name, else through records and lists by its parts between dots. */
export function readField(value: unknown, path: string): unknown {
  if (isRecord(value) && Object.hasOwn(value, path)) return value[path];
  return path.split('.').reduce<unknown>((inner, name) => {
    if (Array.isArray(inner)) return /^\d+$/.test(name) ? inner[Number(name)] : undefined;
    return isRecord(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined;
  }, value);
}

function toConfidence(value: unknown): number | null {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0) return null;
  const isOne = (one: unknown): one is number => typeof one === 'number' && one >= 0 && one <= 1;
  return values.every(isOne) ? Math.max(...values) : null;
}
