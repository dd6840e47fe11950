/** Meaning of a failed check of an answer of the provider, and the setting to correct. */
export interface FailedCheck {
  /** Word for the log and for programs. */
  readonly reason: string;
  readonly detail: string;
}

const CLOCK: FailedCheck = {
  reason: 'clock_skew',
  detail:
    'The times in the ID token are not valid now: the clocks of the identity provider and of this server differ by more than 60 seconds. Synchronize the clock of the server, then start the sign-in again.',
};
const ISSUER: FailedCheck = {
  reason: 'wrong_issuer',
  detail: 'The answer is from another issuer than oidcIssuer. Set oidcIssuer to the issuer that the provider states.',
};
const AUDIENCE: FailedCheck = {
  reason: 'wrong_audience',
  detail: 'The ID token is for another client than oidcClientId. Check the client id of this server at the provider.',
};
const CLAIMS: Readonly<Record<string, FailedCheck>> = { iss: ISSUER, aud: AUDIENCE, azp: AUDIENCE };

/**
 * The check that an error of `openid-client` names; null for all others.
 *
 * @example findFailedCheck(error)?.reason // 'wrong_audience'
 */
export function findFailedCheck(error: unknown): FailedCheck | null {
  const code = findField(error, 'code');
  const claim = findField(error, 'claim');
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') return CLOCK;
  if (code === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED') return CLAIMS[claim ?? ''] ?? null;
  // The discovery document: its only compared attribute is the issuer.
  return code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED' ? ISSUER : null;
}

/** Text of the first field with this name in an error and its causes. */
function findField(error: unknown, name: string): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : findField(Reflect.get(error, 'cause'), name);
}
