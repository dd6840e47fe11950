import { extractSegments } from './extract.ts';
import { findHits, findMatches } from './hits.ts';
import { rules } from './rules.ts';
import type { Kind } from './segment.ts';

export interface CanaryFile {
  /** As if the folder of the canary were the root of a checkout. */
  readonly path: string;
  readonly source: string;
}

const PLACES: readonly Kind[] = ['comment', 'text', 'label', 'page'];

/** In texts that are all wrong: texts without a hit, rules without a hit, and kinds of text that are absent. */
export function findBlindSpots(files: readonly CanaryFile[]): string[] {
  const segments = files.flatMap(({ path, source }) =>
    extractSegments(path, source).map((segment) => ({ path, ...segment })),
  );
  const kinds = new Set(segments.map(({ kind }) => kind));
  const seen = new Set(files.flatMap(({ path, source }) => findHits(path, source)).map(({ rule }) => rule.name));
  return [
    ...segments
      .filter((segment) => findMatches(segment).length === 0)
      .map(({ path, text }) => `${path}: nothing is flagged in "${text.trim()}"`),
    ...rules.filter(({ name }) => !seen.has(name)).map(({ name }) => `the rule ${name} finds nothing in the canary`),
    ...PLACES.filter((kind) => !kinds.has(kind)).map((kind) => `the canary has no text of the kind ${kind}`),
  ];
}
