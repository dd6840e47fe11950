import { createHash } from 'node:crypto';

/**
 * JSON text of a value with the keys of every object sorted: the same for the same value, whatever the order of its fields. Fields
 * that are undefined are left out.
 *
 * @example serializeCanonical({ b: 2, a: 1 }) === '{"a":1,"b":2}' // true
 */
export function serializeCanonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => sortKeys(part));
}

/**
 * SHA-256, lower-case hex, of the canonical text of a JSON value.
 *
 * @example digestEvidence({ a: 1, b: 2 }) === digestEvidence({ b: 2, a: 1 }) // true
 */
export function digestEvidence(evidence: unknown): string {
  return createHash('sha256').update(serializeCanonical(evidence)).digest('hex');
}

function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
