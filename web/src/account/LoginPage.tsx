import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { getSignOn } from '../../../src/platform/auth/schema.ts';
import { endpointQuery } from '../client.ts';
import { BrandMark } from '../frame/BrandMark.tsx';
import styles from './account.module.css';
import { PasswordForm } from './PasswordForm.tsx';
import { SignOnButton } from './SignOnButton.tsx';
import { readSignOnFailure } from './sign-on-failure.ts';

const signOnQuery = endpointQuery(getSignOn);

/** Login by single sign-on, by password or both; the requested page opens afterwards. */
export function LoginPage() {
  const { data: signOn, isPending } = useQuery(signOnQuery);
  const [failure] = useState(() => readSignOnFailure(window.location.search));
  const [isPassword, setPassword] = useState(false);
  const label = signOn?.label ?? null;
  return (
    <main className={styles.place} data-testid="login">
      <div className={styles.card}>
        <h1 className={styles.title}>
          <BrandMark /> Log in to Steelyard
        </h1>
        {failure !== null && (
          <p className={styles.refused} role="alert">
            {failure}
          </p>
        )}
        {label !== null && <SignOnButton label={label} />}
        {label !== null && !isPassword && (
          <button type="button" className={styles.other} onClick={() => setPassword(true)}>
            Log in with a password
          </button>
        )}
        {!isPending && (label === null || isPassword) && <PasswordForm isNamed={signOn?.passwords === 'named'} />}
      </div>
    </main>
  );
}
