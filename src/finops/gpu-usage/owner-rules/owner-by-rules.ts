import { Subject } from '../../../org/schema.ts';
import { fillTemplate, type GpuOwnerRule } from './schema.ts';

/** Known facts of a holder or a pool, by dimension; a missing one is unknown. */
export type Facts = Readonly<Record<string, string | null>>;

/**
 * Owner by the first matching rule; null if none matches. A rule with a placeholder without a value here does not match.
 * Pools match only rules that name them: a rule for holders without a namespace would match every pool.
 * Example: namespace ML-Search, rule { match: { namespace: 'ml-*' }, subject: { team: '{namespace}' } } -> { team:
 * 'ml-search' }.
 */
export function findOwnerByRules(rules: readonly GpuOwnerRule[], facts: Facts): Subject | null {
  const known = (dimension: string) => facts[dimension]?.trim() || null;
  const isPool = known('pool') !== null;
  for (const { match, subject } of rules) {
    if (isPool && (match.pool ?? null) === null) continue;
    const holds = Object.entries(match).every(([dimension, wanted]) => isWanted(known(dimension), wanted));
    const fields = holds ? Object.entries(subject).map(([field, value]) => [field, fillTemplate(value, known)]) : [];
    if (fields.length === 0 || fields.some(([, value]) => value === null)) continue;
    const found = Subject.safeParse(Object.fromEntries(fields));
    // A purpose from a label may be invalid.
    if (found.success) return found.data;
  }
  return null;
}

function isWanted(value: string | null, wanted: GpuOwnerRule['match'][string]): boolean {
  if (wanted === null) return value === null;
  if (value === null) return false;
  const values = Array.isArray(wanted) ? wanted : [wanted];
  return values.some((pattern) => isLike(value.toLowerCase(), pattern.trim().toLowerCase()));
}

/** Whether a text matches a pattern in which `*` matches any number of characters; runs in time linear in the text. */
function isLike(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
