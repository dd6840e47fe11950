/** A piece of a text; with an address where it is the id of something that has a page. */
export interface TextPiece {
  readonly text: string;
  readonly to?: string;
}

const PAGES_OF_IDS: readonly (readonly [pattern: string, page: string])[] = [
  ['[0-9a-f]{32}', '/runs'],
  ['dec_[0-9a-f]{20}', '/decisions'],
  ['d_[0-9a-f]{20}', '/deliveries'],
  ['an_[0-9a-f]{16}', '/anomalies'],
  ['rec_[0-9a-f]{20}', '/recommendations'],
];
const ID = new RegExp(`(?<![\\w-])(?:${PAGES_OF_IDS.map(([pattern]) => `(${pattern})`).join('|')})(?![\\w-])`, 'g');

/**
 * A text with the ids in it as links to their pages.
 *
 * @example linkIds('metered usage of run 0123456789abcdef0123456789abcdef')
 * // [{ text: 'metered usage of run ' }, { text: '0123…', to: '/runs/0123…' }]
 */
export function linkIds(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(ID)) {
    const [id, ...groups] = match;
    const page = PAGES_OF_IDS[groups.findIndex((group) => group !== undefined)]?.[1] ?? '';
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ text: id, to: `${page}/${id}` });
    end = match.index + id.length;
  }
  return end < text.length || pieces.length === 0 ? [...pieces, { text: text.slice(end) }] : pieces;
}
