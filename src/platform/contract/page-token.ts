import { AppError } from '../errors/index.ts';

/** An opaque token that carries the key of the last row; it is valid for the query that it was issued for. */
export function encodePageToken(key: readonly (string | number)[], query: unknown): string {
  return Buffer.from(JSON.stringify([hashQuery(query), ...key])).toString('base64url');
}

/** The key in a token. Errors: `invalid_page_token` when it was made up, or for another query. */
export function decodePageToken(token: string, query: unknown): (string | number)[] {
  const content = readToken(token);
  if (content === null || content[0] !== hashQuery(query)) {
    throw new AppError('invalid_page_token', 'The page token was not issued for this query. Restart without it.');
  }
  return content.slice(1);
}

function readToken(token: string): (string | number)[] | null {
  try {
    const content: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(content) ? (content as (string | number)[]) : null;
  } catch {
    return null; // not one of ours
  }
}

/** FNV-1a over the query's JSON: tells queries apart, promises no secrecy. */
function hashQuery(query: unknown): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(query)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(16);
}
