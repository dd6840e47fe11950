import { createHash } from 'node:crypto';
import { invalidParameter } from './errors.ts';

/** Where a page ended: the ordering values of its last row. */
export type KeysetPosition = readonly (string | number)[];

/**
 * Page tokens are bound to their query: they carry a hash of it, so that a token cannot be used with another filter or
 * order, which would silently skip rows.
 */
export function encodePageToken(query: unknown, position: KeysetPosition): string {
  return Buffer.from(JSON.stringify({ query: queryHash(query), at: position })).toString('base64url');
}

/** Error: `invalid_page_token` when the text is no token or one of another query. */
export function decodePageToken(token: string | undefined, query: unknown, length: number): KeysetPosition | null {
  if (token === undefined || token === '') return null;
  const content = parseToken(token);
  if (content === null || content.at.length !== length) {
    throw invalidParameter('Invalid page token: it cannot be read.', 'invalid_page_token');
  }
  if (content.query !== queryHash(query)) {
    throw invalidParameter('Invalid page token: it was issued for another query.', 'invalid_page_token');
  }
  return content.at;
}

function parseToken(token: string): { query: string; at: (string | number)[] } | null {
  try {
    const content: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof content !== 'object' || content === null || !('query' in content) || !('at' in content)) return null;
    if (typeof content.query !== 'string' || !Array.isArray(content.at)) return null;
    const at = content.at.filter((value) => typeof value === 'string' || typeof value === 'number');
    return at.length === content.at.length ? { query: content.query, at } : null;
  } catch {
    return null;
  }
}

function queryHash(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 16);
}
