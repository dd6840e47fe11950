import { Link } from '@tanstack/react-router';
import frame from '../frame/frame.module.css';
import { Menu } from '../frame/Menu.tsx';
import menu from '../frame/menu.module.css';
import styles from './account.module.css';
import { useLogout, useSession } from './use-session.ts';

const ALONE = 'This server runs on this machine without accounts. The account of every caller is “local”.';

/** Account of this session; its menu has the role, the tokens and the logout. */
export function WhoAmI({ onOpen }: { readonly onOpen?: () => void }) {
  const { data: who } = useSession();
  const logout = useLogout();
  if (who === undefined || who.name === null) return null;
  const trigger = (
    <>
      <span className={frame.face} aria-hidden="true">
        {who.name.charAt(0).toUpperCase()}
      </span>
      <span className={`${frame.whoName} ${styles.name}`}>{who.name}</span>
    </>
  );
  return (
    <Menu label=", account menu" trigger={trigger} className={frame.who} testId="who">
      {(close) => {
        const leave = () => {
          close();
          onOpen?.();
        };
        return (
          <>
            <p className={menu.text}>{who.role === null ? ALONE : `${who.name}, role ${who.role}`}</p>
            <Link to="/account" className={menu.item} onClick={leave}>
              Accounts and tokens
            </Link>
            <Link to="/settings/teams" className={menu.item} onClick={leave}>
              Teams and members
            </Link>
            {who.accounts === 'on' && (
              <button type="button" className={menu.item} onClick={() => logout.mutate()} disabled={logout.isPending}>
                Log out
              </button>
            )}
          </>
        );
      }}
    </Menu>
  );
}
