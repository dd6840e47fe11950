import type { RouteCondition } from '../../endpoint-spec/schema.ts';
import { codecs, type Request, type WireProtocol } from '../../inference/index.ts';
import type { LiveRouter, LiveVariant } from '../../serving/index.ts';
import { readInputRows } from '../log/rows.ts';
import { readField } from './confidence.ts';

/**
 * The variant of the first rule whose condition is met, else that of all other requests. A condition on an input is met where each row of
 * the request meets it. The inputs are decoded only where a rule names one, with the names of the inputs of the variant `otherwise`.
 */
export function selectByRules({ rules, otherwise }: LiveRouter, spoken: WireProtocol, request: Request): LiveVariant {
  let rows: readonly Readonly<Record<string, unknown>>[] | null | undefined;
  for (const { when, live } of rules) {
    if (when.header !== undefined) {
      if (isMet(request.headers[when.header.toLowerCase()], when)) return live;
      continue;
    }
    const { input } = when;
    if (input === undefined) continue;
    rows ??= readInputRows(request, otherwise.set.spec(), codecs[spoken]) ?? [];
    if (rows.length > 0 && rows.every((row) => isMet(readField(row, input), when))) return live;
  }
  return otherwise;
}

/**
 * Whether a value meets a condition; a missing value does not. Texts of numbers are numbers, so that headers can be compared.
 *
 * @example isMet('7', { header: 'x-size', below: 8 }) -> true; isMet('seven', { header: 'x-size', below: 8 }) -> false
 */
export function isMet(value: unknown, condition: RouteCondition): boolean {
  const { equals, in: list, below, atLeast, longerThan } = condition;
  if (longerThan !== undefined) return measureLength(value) > longerThan;
  if (below !== undefined || atLeast !== undefined) {
    const number = toNumber(value);
    if (number === null) return false;
    return below !== undefined ? number < below : number >= (atLeast ?? Number.POSITIVE_INFINITY);
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  return [...(list ?? []), ...(equals === undefined ? [] : [equals])].some((one) => String(one) === String(value));
}

/** Characters of a text or elements of a list; -Infinity for other values, which are longer than nothing. */
function measureLength(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  return Array.isArray(value) ? value.length : Number.NEGATIVE_INFINITY;
}

function toNumber(value: unknown): number | null {
  const isText = typeof value === 'string' && value.trim() !== '';
  const number = isText ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}
