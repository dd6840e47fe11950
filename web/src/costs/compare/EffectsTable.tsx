import { effectNames } from '../../../../src/finops/costs/explain/schema.ts';
import { decimal } from '../../../../src/platform/units/schema.ts';
import { formatRatio } from '../../format/number.ts';
import { MoneyDelta } from '../../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../../parts/MoneyFigure.tsx';
import { Unknown } from '../../parts/Unknown.tsx';
import table from '../../table/table.module.css';
import { EFFECT_TEXT, OTHER_EFFECTS } from './steps.ts';
import type { ExplanationInView } from './use-explanation.ts';

interface EffectsTableProps {
  readonly total: NonNullable<ExplanationInView['total']>;
  readonly currency: string;
  readonly beforeText: string;
  readonly afterText: string;
}

/** The steps of the change as figures that add up, each with its explanation. */
export function EffectsTable({ total, currency, beforeText, afterText }: EffectsTableProps) {
  const money = (amount: string) => ({ amount, currency });
  const isVisible = (name: (typeof effectNames)[number]) =>
    !OTHER_EFFECTS.includes(name) || !decimal(total.effects[name]).isZero();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className={table.scroll} tabIndex={0} aria-label="The change as a table">
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col" className={table.wideOnly}>
              Meaning
            </th>
            <th scope="col" className={table.number}>
              Amount
            </th>
            <th scope="col" className={table.number}>
              Share of the cost before
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Before</th>
            <td className={table.wideOnly}>{beforeText}</td>
            <td className={table.number}>
              <MoneyFigure money={money(total.before)} />
            </td>
            <td className={table.number}>100&nbsp;%</td>
          </tr>
          {effectNames.filter(isVisible).map((name) => (
            <tr key={name}>
              <th scope="row">{EFFECT_TEXT[name].label}</th>
              <td className={table.wideOnly}>{EFFECT_TEXT[name].says}</td>
              <td className={table.number}>
                <MoneyDelta money={money(total.effects[name])} />
              </td>
              <td className={table.number}>
                {formatRatio(total.effects[name], total.before) ?? <Unknown reason="There was no cost before." />}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">After</th>
            <td className={table.wideOnly}>{afterText}</td>
            <td className={table.number} data-testid="change-after">
              <MoneyFigure money={money(total.after)} />
            </td>
            <td className={table.number}>
              {formatRatio(total.after, total.before) ?? <Unknown reason="There was no cost before." />}
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}
