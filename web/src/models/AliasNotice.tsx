import { UndoNotice } from '../parts/UndoNotice.tsx';
import styles from './models.module.css';
import type { Aliases, MovedAlias } from './use-aliases.ts';

/** The last change of an alias, with an undo button. */
export function AliasNotice({ aliases: { move, moved, undo, dismiss } }: { readonly aliases: Aliases }) {
  if (moved === null) return null;
  return (
    <div className={styles.above}>
      <UndoNotice busy={move.isPending} undo={undo} dismiss={dismiss}>
        {describeMove(moved)}
      </UndoNotice>
    </div>
  );
}

function describeMove({ alias, version, previousVersion }: MovedAlias): string {
  if (version === null) return `@${alias} was removed; it pointed to version ${previousVersion ?? 'none'}.`;
  if (previousVersion === null) return `@${alias} points to version ${version}.`;
  return `@${alias} was moved from version ${previousVersion} to version ${version}.`;
}
