import { SIGN_ON_START } from '../../../src/platform/auth/schema.ts';
import parts from '../parts/parts.module.css';
import styles from './account.module.css';
import { withoutSignOnFailure } from './sign-on-failure.ts';

/** Leaves for the identity provider, which returns to the page of now. */
export function SignOnButton({ label }: { readonly label: string }) {
  const { pathname, search } = window.location;
  const returnTo = withoutSignOnFailure(pathname, search);
  return (
    <a
      className={`${parts.button} ${parts.primary} ${styles.submit}`}
      href={`${SIGN_ON_START}?${new URLSearchParams({ returnTo })}`}
    >
      Continue with {label}
    </a>
  );
}
