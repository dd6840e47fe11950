import type { Hit } from './hits.ts';
import { findNames, findVagueNames } from './names.ts';

export function describeHit({ path, line, rule, found }: Hit): string {
  return `${path}:${line}: ${rule.name}: ${found} -> ${rule.instead}`;
}

/** The part of the product that a file belongs to: a wing of `src`, or the top folder. */
export function toFolder(path: string): string {
  const [top = '', second = '', ...rest] = path.split('/');
  if (second === '') return top.endsWith('.md') ? 'pages of the root' : '.';
  return rest.length > 0 && (top === 'src' || path.startsWith('docs/adr/')) ? `${top}/${second}` : top;
}

export function countBy<T>(items: readonly T[], toKey: (item: T) => string): [key: string, count: number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(toKey(item), (counts.get(toKey(item)) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

const MOST_NAMES = 30;

/** Counts by folder and by rule, and of names of `code` (one text for each file), as lines. */
export function describeCounts(hits: readonly Hit[], code: readonly string[]): string[] {
  const lines = (title: string, counts: readonly (readonly [string, number])[]) => [
    title,
    ...counts.map(([key, count]) => `${String(count).padStart(7)}  ${key}`),
  ];
  const names = code.flatMap(findNames);
  const vague = code.flatMap(findVagueNames);
  const exported = names.filter(({ isExported }) => isExported).length;
  return [
    ...lines(
      `${hits.length} hits by folder`,
      countBy(hits, ({ path }) => toFolder(path)),
    ),
    ...lines(
      'by rule',
      countBy(hits, ({ rule }) => rule.name),
    ),
    ...lines(
      `${names.length} functions xOf in src, ${exported} of them exported; the most frequent`,
      countBy(names, ({ name }) => name).slice(0, MOST_NAMES),
    ),
    ...lines(
      `${vague.length} names in src without a noun`,
      countBy(vague, (name) => name),
    ),
  ];
}
