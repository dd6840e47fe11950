import { useId, useState } from 'react';
import { CallError } from '../client.ts';
import parts from '../parts/parts.module.css';
import styles from './account.module.css';
import { useLogin } from './use-session.ts';

/** Name and password of an account. */
export function PasswordForm({ isNamed }: { readonly isNamed: boolean }) {
  const id = useId();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const login = useLogin();
  const refused = login.error instanceof CallError ? login.error.problem.detail : login.error?.message;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        login.mutate({ name: name.trim().toLowerCase(), password });
      }}
    >
      <label className={styles.label} htmlFor={`${id}-name`}>
        Account
      </label>
      <input
        id={`${id}-name`}
        className={styles.input}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <label className={styles.label} htmlFor={`${id}-password`}>
        Password
      </label>
      <input
        id={`${id}-password`}
        className={styles.input}
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {refused !== undefined && (
        <p className={styles.refused} role="alert">
          {refused}
        </p>
      )}
      <button type="submit" className={`${parts.button} ${parts.primary} ${styles.submit}`} disabled={login.isPending}>
        Log in
      </button>
      <p className={styles.hint}>
        {isNamed ? (
          'This server accepts passwords only for emergency accounts. Each use is recorded.'
        ) : (
          <>
            An administrator creates accounts: <code>steelyard account create NAME --role ROLE</code>
          </>
        )}
      </p>
    </form>
  );
}
