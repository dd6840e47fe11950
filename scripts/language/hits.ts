import { extractSegments } from './extract.ts';
import { type Rule, rules } from './rules.ts';
import type { Segment } from './segment.ts';

export interface Hit {
  readonly path: string;
  readonly line: number;
  readonly rule: Rule;
  /** The words, on one line. */
  readonly found: string;
}

/** Every use of a listed phrase in a file, in order. */
export function findHits(path: string, source: string): Hit[] {
  return extractSegments(path, source)
    .flatMap((segment) => findMatches(segment).map(({ at, found, rule }) => ({ at: segment.offset + at, found, rule })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, found, rule }) => ({ path, line: toLine(source, at), rule, found }));
}

interface Match {
  readonly at: number;
  readonly found: string;
  readonly rule: Rule;
}

/** Words are reported once, by the first rule that finds them. */
export function findMatches({ text, kind }: Pick<Segment, 'text' | 'kind'>): Match[] {
  const matches: (Match & { readonly end: number })[] = [];
  for (const rule of rules) {
    if (rule.kinds !== undefined && !rule.kinds.includes(kind)) continue;
    for (const { 0: words, index } of text.matchAll(rule.pattern)) {
      const end = index + words.length;
      if (matches.some((other) => index < other.end && other.at < end)) continue;
      matches.push({ at: index, end, found: words.trim().replaceAll(/\s+/g, ' '), rule });
    }
  }
  return matches;
}

function toLine(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) line += 1;
  return line;
}
