import type { ActResult } from '../../../src/finops/billing/schema.ts';
import { CallError } from '../client.ts';
import { counted } from '../format/number.ts';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { MoneyList } from './MoneyList.tsx';
import { restatedMoney } from './period-series.ts';
import { type Ask, buildUndo, useUndo } from './use-act.ts';

export interface DoneAct {
  readonly ask: Ask;
  readonly result: ActResult;
}

interface ActDoneProps {
  readonly done: DoneAct;
  readonly onUndone: () => void;
}

/** The last action on a delivery, with an undo button. */
export function ActDone({ done, onUndone }: ActDoneProps) {
  const { changes } = done.result;
  const inputs = buildUndo(done.ask, changes);
  const undo = useUndo(inputs, onUndone);
  const failed = undo.error instanceof CallError ? undo.error.problem.detail : null;
  return (
    <Notice
      kind={failed === null ? 'status' : 'alert'}
      actions={
        inputs.length > 0 && (
          <button type="button" className={parts.button} disabled={undo.isPending} onClick={() => undo.mutate()}>
            {undo.isPending ? 'Undoing…' : 'Undo'}
          </button>
        )
      }
    >
      {failed ?? (
        <>
          Done: {counted(changes.length, 'billing period')} counted differently, billed cost{' '}
          <MoneyList money={restatedMoney(done.result)} reason="The billed cost does not change." delta />.
          {inputs.length === 0 && ' To take it back, choose the other export on its own page.'}
        </>
      )}
    </Notice>
  );
}
