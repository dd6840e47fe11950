import { createHash } from 'node:crypto';

/**
 * SHA-256, lower-case hex, of a JSON value with the keys of every object sorted: the same for the same evidence, whatever order
 * its fields were written in. Fields that are undefined do not count.
 *
 * @example evidenceDigest({ a: 1, b: 2 }) === evidenceDigest({ b: 2, a: 1 }) // true
 */
export function digestEvidence(evidence: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(evidence, (_key, value: unknown) => sortKeys(value)))
    .digest('hex');
}

function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
