import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import styles from './models.module.css';
import type { Aliases, MovedAlias } from './use-aliases.ts';

/** What was done to an alias, and the way back. */
export function AliasNotice({ aliases: { move, moved, undo, dismiss } }: { readonly aliases: Aliases }) {
  if (moved === null) return null;
  return (
    <div className={styles.above}>
      <Notice
        kind="status"
        actions={
          <>
            <button type="button" className={parts.button} disabled={move.isPending} onClick={undo}>
              Undo
            </button>
            <button type="button" className={parts.button} onClick={dismiss}>
              Close
            </button>
          </>
        }
      >
        {saidOf(moved)}
      </Notice>
    </div>
  );
}

function saidOf({ alias, version, previousVersion }: MovedAlias): string {
  if (version === null) return `@${alias} was removed; it pointed to version ${previousVersion ?? 'none'}.`;
  if (previousVersion === null) return `@${alias} points to version ${version}.`;
  return `@${alias} was moved from version ${previousVersion} to version ${version}.`;
}
