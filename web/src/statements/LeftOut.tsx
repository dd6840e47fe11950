import type { StatementLeftOut } from '../../../src/finops/statements/schema.ts';
import { counted } from '../format/number.ts';
import { Notice } from '../parts/Notice.tsx';

/** Rows that the figures leave out; renders nothing when they include all rows. */
export function LeftOut({ leftOut }: { readonly leftOut: StatementLeftOut }) {
  const parts = [
    leftOut.rejectedRows > 0 && `${counted(leftOut.rejectedRows, 'row')} rejected on import`,
    leftOut.rowsWithoutBilledCost > 0 &&
      `${counted(leftOut.rowsWithoutBilledCost, 'row')} without billed cost: unknown, not zero`,
    leftOut.rowsWithoutEffectiveCost > 0 &&
      `${counted(leftOut.rowsWithoutEffectiveCost, 'row')} without effective cost: unknown, not zero`,
  ].filter((part) => part !== false);
  if (parts.length === 0) return null;
  return (
    <Notice>
      <strong>Not in the figures:</strong> {parts.join('; ')}.
    </Notice>
  );
}
