import { createHash } from 'node:crypto';
import { buildInvalidParameter } from './errors.ts';

/** End of a page: the sort values of its last row. */
export type KeysetPosition = readonly (string | number)[];

/**
 * Page tokens are bound to their query: they carry a hash of it and of the position, so that a token cannot be used with
 * another filter or order, which would silently skip rows.
 */
export function encodePageToken(query: unknown, position: KeysetPosition): string {
  return Buffer.from(JSON.stringify({ hash: hashPosition(query, position), at: position })).toString('base64url');
}

/** Error: `invalid_page_token` when the text is no token or one of another query. */
export function decodePageToken(token: string | undefined, query: unknown, length: number): KeysetPosition | null {
  if (token === undefined || token === '') return null;
  const content = parseToken(token);
  if (content !== null && content.at.length === length && content.hash === hashPosition(query, content.at))
    return content.at;
  throw buildInvalidParameter('Invalid page token: it was not issued for this query.', 'invalid_page_token');
}

function parseToken(token: string): { hash: string; at: (string | number)[] } | null {
  try {
    const content: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof content !== 'object' || content === null || !('hash' in content) || !('at' in content)) return null;
    if (typeof content.hash !== 'string' || !Array.isArray(content.at)) return null;
    const at = content.at.filter((value) => typeof value === 'string' || typeof value === 'number');
    return at.length === content.at.length ? { hash: content.hash, at } : null;
  } catch {
    return null;
  }
}

function hashPosition(query: unknown, position: KeysetPosition): string {
  return createHash('sha256')
    .update(JSON.stringify([query, position]))
    .digest('base64url')
    .slice(0, 22);
}
