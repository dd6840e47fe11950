import styles from './frame.module.css';
import { pageGroups, settingsEntry } from './pages.ts';
import { RailEntry } from './RailEntry.tsx';

/** All entries of the navigation in their groups, settings last. */
export function RailGroups({ onOpen }: { readonly onOpen?: () => void }) {
  return (
    <>
      {pageGroups.map((group) => (
        <div key={group.label} className={styles.group}>
          {group.label !== null && <p className={styles.groupLabel}>{group.label}</p>}
          <ul className={styles.links}>
            {group.entries.map((entry) => (
              <li key={entry.to}>
                <RailEntry entry={entry} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div className={`${styles.group} ${styles.foot}`}>
        <RailEntry entry={settingsEntry} onOpen={onOpen} />
      </div>
    </>
  );
}
