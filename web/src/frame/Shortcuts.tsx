import { Fragment } from 'react';
import { Dialog } from '../parts/Dialog.tsx';
import styles from './frame.module.css';
import { allPages } from './pages.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['Search', 'Ctrl K'],
  ...allPages.flatMap(({ label, key }) => (key === null ? [] : [[`Go to ${label}`, `g ${key}`] as const])),
  ['Filter the costs', 'f'],
  ['Light or dark', 't'],
  ['These shortcuts', '?'],
  ['Close the open panel', 'Esc'],
];

/** The keys that work everywhere. */
export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog label="Keyboard shortcuts" onClose={onClose}>
      <h2 className={styles.dialogTitle}>Keyboard shortcuts</h2>
      <dl className={styles.shortcuts}>
        {KEYS.map(([what, keys]) => (
          <Fragment key={what}>
            <dt>{what}</dt>
            <dd>
              {keys.split(' ').map((key) => (
                <kbd key={key} className={styles.kbd}>
                  {key}
                </kbd>
              ))}
            </dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  );
}
