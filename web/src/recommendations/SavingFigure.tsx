import { decimal } from '../../../src/platform/units/schema.ts';
import type { ListedRecommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatMoney } from '../format/money.ts';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';

/** Least difference that two amounts show, in the currency. */
const VISIBLE = '0.01';

/** Saving that counts in the total, with its interval; the saving alone where another action saves the same hours; the realized one once measured. */
export function SavingFigure({ one: { saving, realised, counted } }: { readonly one: ListedRecommendation }) {
  const { monthly, lower, upper } = realised?.monthly == null ? saving : realised;
  if (monthly === null) return <Unknown reason={`The saving is not known: ${saving.reason}.`} />;
  const overlaps = counted !== null && decimal(monthly.amount).minus(counted.amount).greaterThan(VISIBLE);
  return (
    <>
      <MoneyFigure money={overlaps ? counted : monthly} />
      {overlaps && (
        <span className={layout.sub} data-tip="Another action saves the same hours; they are counted once.">
          alone {formatMoney(monthly)}
        </span>
      )}
      {!overlaps && lower !== null && upper !== null && (
        <span className={layout.sub}>
          {formatMoney(lower)} to {formatMoney(upper)}
        </span>
      )}
      {realised?.monthly != null && <span className={layout.sub}>measured</span>}
    </>
  );
}
