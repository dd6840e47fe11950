import type { Token } from '../../../src/platform/auth/schema.ts';

/**
 * State of a token at an instant (Unix milliseconds).
 *
 * @example tokenState({ revokedAt: null, expiresAt: '2026-01-01T00:00:00Z' }, Date.parse('2026-02-01')) // 'expired'
 */
export function tokenState(
  { revokedAt, expiresAt }: Pick<Token, 'revokedAt' | 'expiresAt'>,
  atMs: number,
): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= atMs ? 'expired' : 'active';
}
