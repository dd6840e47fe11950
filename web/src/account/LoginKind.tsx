import type { Account } from '../../../src/platform/auth/schema.ts';
import { Instant } from '../parts/Instant.tsx';

/** How an account logs in, and when it last did. */
export function LoginKind({ account: { signOn, hasPassword, passwordUsedAt } }: { readonly account: Account }) {
  if (signOn !== null) {
    return (
      <>
        Single sign-on, confirmed <Instant at={signOn.confirmedAt} />
      </>
    );
  }
  if (!hasPassword) return 'Tokens only';
  if (passwordUsedAt === null) return 'Password';
  return (
    <>
      Password, used <Instant at={passwordUsedAt} />
    </>
  );
}
