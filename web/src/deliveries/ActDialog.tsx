import { useId, useState } from 'react';
import type { ActResult } from '../../../src/finops/billing/schema.ts';
import { formatMonth } from '../format/time.ts';
import { ErrorState } from '../parts/ErrorState.tsx';
import { FormDialog } from '../parts/FormDialog.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { ActChanges } from './ActChanges.tsx';
import type { DoneAct } from './ActDone.tsx';
import styles from './deliveries.module.css';
import { shortId } from './history.ts';
import { type Ask, useAct, useActPreview } from './use-act.ts';

const PREVIEW_HEIGHT = 220;
const WHY_LENGTH = 1000;

const TITLES: Readonly<Record<Ask, string>> = {
  revert: 'Change which delivery counts?',
  prefer: 'Count this export instead of the other?',
  beside: 'Count both exports?',
};

const MEANS: Readonly<Record<Ask, string>> = {
  revert: 'A later delivery replaces both as usual.',
  prefer: 'The choice holds for later deliveries and later months of the two exports.',
  beside: 'You confirm that these are different charges: from now on both exports are summed.',
};

interface ActDialogProps {
  readonly ask: Ask;
  readonly delivery: string;
  readonly month: string | undefined;
  readonly onClose: () => void;
  readonly onDone: (done: DoneAct) => void;
}

/** Asks for confirmation before a delivery starts or stops counting, and shows the change in money first. */
export function ActDialog({ ask, delivery, month, onClose, onDone }: ActDialogProps) {
  const id = useId();
  const [why, setWhy] = useState('');
  const input = { ask, delivery, month };
  const preview = useActPreview(input);
  const act = useAct(input, (result: ActResult) => onDone({ ask, result }));
  const nothing = preview.data?.changes.length === 0;
  const ready = preview.data !== undefined && !nothing;
  return (
    <FormDialog
      title={TITLES[ask]}
      act="Change it"
      acting="Changing…"
      width="wide"
      ready={ready}
      pending={act.isPending}
      error={null}
      onSubmit={() => act.mutate(why)}
      onClose={onClose}
    >
      <p className={styles.why}>
        Delivery {shortId(delivery)}
        {month !== undefined && `, ${formatMonth(month)}`}. {MEANS[ask]}
      </p>
      <Loaded query={preview} what="Preview of the change" height={PREVIEW_HEIGHT}>
        {(result) => <ActChanges result={result} />}
      </Loaded>
      <label htmlFor={id} className={styles.actLabel}>
        Reason (kept with the change)
        <textarea
          id={id}
          className={parts.area}
          maxLength={WHY_LENGTH}
          value={why}
          onChange={(event) => setWhy(event.target.value)}
        />
      </label>
      {act.error !== null && <ErrorState error={act.error} what="The change was not made, and its result" />}
    </FormDialog>
  );
}
