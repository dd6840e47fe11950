import type { Preview } from '../../../src/finops/allocation/schema.ts';
import { toCsv } from '../format/csv.ts';
import { CsvButton } from '../parts/CsvButton.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import styles from './allocation.module.css';
import { HoldersTable } from './HoldersTable.tsx';
import { holderText } from './holder-text.ts';
import { MovesTable } from './MovesTable.tsx';
import type { Previewed, usePreview } from './use-preview.ts';

interface PreviewResultProps {
  readonly previewed: Previewed;
  /** The text was changed since it was previewed. */
  readonly stale: boolean;
  readonly change: ReturnType<typeof usePreview>;
}

/**
 * Effect of applying the rules: a summary, the moves between subjects, and the cost of each subject before and after.
 */
export function PreviewResult({ previewed, stale, change }: PreviewResultProps) {
  const { preview } = previewed;
  const nothing = preview.unchanged || preview.moves.length === 0;
  return (
    <section className={styles.result} aria-label="Preview of the changes" data-testid="preview">
      <div className={styles.resultHead} role="status">
        <Sentence preview={preview} />
        <div className={styles.resultActions}>
          {preview.moves.length > 0 && (
            <CsvButton name="allocation-preview" what="the preview" text={() => movesCsv(preview)} />
          )}
          <button
            type="button"
            className={`${parts.button} ${parts.primary}`}
            disabled={preview.unchanged || stale || change.applying}
            onClick={change.apply}
          >
            {change.applying ? 'Applying…' : 'Apply these rules'}
          </button>
        </div>
      </div>
      {stale && <Notice>The text has changed since the preview. Preview it again before you apply it.</Notice>}
      {!nothing && (
        <div className={styles.resultTables}>
          <MovesTable moves={preview.moves} />
          <HoldersTable holders={preview.holders} />
        </div>
      )}
    </section>
  );
}

function Sentence({ preview }: { readonly preview: Preview }) {
  if (preview.unchanged) return <p className={styles.sentence}>These are the active rules: no change.</p>;
  return preview.totals.map(({ currency, moved, unallocatedBefore, unallocatedAfter, idleBefore, idleAfter }) => (
    <p key={currency} className={styles.sentence}>
      <strong data-testid="moved">
        <MoneyFigure money={{ amount: moved, currency }} />
      </strong>{' '}
      would move. The unallocated cost goes from <MoneyFigure money={{ amount: unallocatedBefore, currency }} /> to{' '}
      <strong data-testid="unallocated-after">
        <MoneyFigure money={{ amount: unallocatedAfter, currency }} />
      </strong>
      {idleBefore !== idleAfter && (
        <>
          , idle from <MoneyFigure money={{ amount: idleBefore, currency }} /> to{' '}
          <MoneyFigure money={{ amount: idleAfter, currency }} />
        </>
      )}
      .
    </p>
  ));
}

function movesCsv({ moves }: Preview): string {
  return toCsv(
    ['from', 'to', 'amount', 'currency'],
    moves.map(({ from, to, amount, currency }) => [holderText(from), holderText(to), amount, currency]),
  );
}
