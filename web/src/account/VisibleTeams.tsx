import styles from './account.module.css';
import { useSession } from './use-session.ts';
import { describeVisible } from './visible-teams.ts';

/** Teams whose data the account sees, in the bar of every page; renders nothing for an account that sees all. */
export function VisibleTeams() {
  const visible = describeVisible(useSession().data);
  if (visible === null) return null;
  return (
    <span className={styles.visible} title={visible.long} data-testid="visible-teams">
      {visible.short}
      <span className="visually-hidden">. {visible.long}</span>
    </span>
  );
}
