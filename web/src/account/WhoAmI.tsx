import { Link } from '@tanstack/react-router';
import frame from '../frame/frame.module.css';
import styles from './account.module.css';
import { useLogout, useSession } from './use-session.ts';

const ALONE = 'This server runs on this machine without accounts. The account of every caller is “local”.';

/** Account and role of this session, and the logout button where the account can log out. */
export function WhoAmI() {
  const { data: who } = useSession();
  const logout = useLogout();
  if (who === undefined || who.name === null) return null;
  return (
    <span className={frame.who} data-tip={who.role === null ? ALONE : `Your role is ${who.role}.`} data-testid="who">
      <span className={frame.face} aria-hidden="true">
        {who.name.charAt(0).toUpperCase()}
      </span>
      {who.accounts === 'on' ? (
        <Link to="/account" className={`${frame.whoName} ${styles.name}`}>
          {who.name}
        </Link>
      ) : (
        <span className={frame.whoName}>{who.name}</span>
      )}
      {who.accounts === 'on' && (
        <button type="button" className={styles.out} onClick={() => logout.mutate()} disabled={logout.isPending}>
          Log out
        </button>
      )}
    </span>
  );
}
