const PARAMETER = 'signOn';

const FAILURES: Readonly<Record<string, string>> = {
  sign_on_unavailable: 'The identity provider does not answer. Try again in a minute.',
  sign_on_failed: 'The sign-in was refused, expired, or was answered already. Start it again.',
  sign_on_not_permitted: 'You have no access to this server. Ask an administrator for a group with access.',
  sign_on_account_taken:
    'Another identity has an account with your name. An administrator must delete that account first.',
  too_many_attempts: 'Too many sign-ins at the same time. Try again in a few seconds.',
};

/**
 * Sentence for a failed sign-in, by the code in the query of the address; null without one.
 *
 * @example readSignOnFailure('?signOn=sign_on_unavailable') // 'The identity provider does not answer. …'
 */
export function readSignOnFailure(search: string): string | null {
  const code = new URLSearchParams(search).get(PARAMETER);
  return code === null ? null : (FAILURES[code] ?? 'The sign-in failed. Start it again.');
}

/** The address of a page without the code of a failed sign-in. */
export function withoutSignOnFailure(pathname: string, search: string): string {
  const parameters = new URLSearchParams(search);
  if (!parameters.has(PARAMETER)) return pathname + search;
  parameters.delete(PARAMETER);
  return parameters.size === 0 ? pathname : `${pathname}?${parameters}`;
}
