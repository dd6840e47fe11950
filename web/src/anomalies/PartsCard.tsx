import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { AnomalyEvidence } from '../../../src/finops/anomalies/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { DisplayToggle } from '../charts/DisplayToggle.tsx';
import { usePng } from '../charts/use-png.ts';
import { Waterfall } from '../charts/Waterfall.tsx';
import type { WaterfallStep } from '../charts/waterfall-data.ts';
import { EFFECT_TEXT, STEPS, stepAmount, waterfallBars } from '../costs/compare/steps.ts';
import { toCsv } from '../format/csv.ts';
import { Card } from '../parts/Card.tsx';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import table from '../table/table.module.css';

const HEIGHT = 260;
/** Amounts below half a cent are none. */
const LEAST = '0.005';
const isNone = (amount: string) => decimal(amount).abs().lessThan(LEAST);

interface PartsCardProps {
  readonly id: string;
  readonly evidence: AnomalyEvidence;
  readonly currency: string;
  readonly asTable: boolean;
  /** True for GPU-hours, whose volume and mix have another meaning than those of SKUs. */
  readonly ofGpus: boolean;
}

/** Parts of the difference: price, volume, mix, new and gone. Shown as waterfall steps, or as a table that adds up. */
export function PartsCard({ id, evidence: { effects, cost }, currency, asTable, ofGpus }: PartsCardProps) {
  const navigate = useNavigate({ from: '/anomalies/$anomaly' });
  const png = usePng(`${id}-parts`);
  const steps = useMemo((): WaterfallStep[] => {
    const bars = waterfallBars(effects, cost.change).filter(
      ({ id: step, amount }) => step === 'change' || !isNone(amount),
    );
    return bars.map((bar) => ({
      ...bar,
      label: bar.id === 'change' ? 'Change' : EFFECT_TEXT[bar.id].label,
      isSum: bar.id === 'change',
      lines: [],
    }));
  }, [effects, cost.change]);
  const rows = STEPS.map((step) => [EFFECT_TEXT[step].label, stepAmount(effects, step)] as const);
  const without = rows.filter(([, amount]) => isNone(amount)).map(([label]) => label.toLowerCase());
  return (
    <Card
      title="Drivers of the difference"
      note={
        <>
          <MoneyFigure money={{ amount: cost.expected, currency }} /> expected,{' '}
          <MoneyFigure money={{ amount: cost.actual, currency }} /> actual.
          {without.length > 0 && ` No effect of ${without.join(', ')}.`}
          {ofGpus && ' Volume: change in GPU-hours paid for. Mix: change in their proportions.'}
        </>
      }
      actions={
        <DisplayToggle
          label="Parts shown as"
          what="the parts"
          asTable={asTable}
          onShow={(isTable) =>
            void navigate({
              search: (before) => ({ ...before, change: isTable ? 'table' : undefined }),
              resetScroll: false,
              replace: true,
            })
          }
          csvName={`${id}-parts`}
          csv={() =>
            toCsv(
              ['part', 'amount', 'currency'],
              rows.map((row) => [...row, currency]),
            )
          }
          onPng={png.save}
        />
      }
      flush={asTable}
    >
      {asTable ? (
        <table className={table.table} aria-label="Parts of the difference">
          <tbody>
            {rows.map(([label, amount]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td className={table.number}>
                  <MoneyDelta money={{ amount, currency }} />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td className={table.number} data-testid="together">
                <MoneyDelta money={{ amount: cost.change, currency }} />
              </td>
            </tr>
          </tfoot>
        </table>
      ) : (
        <Waterfall
          label="Components of the difference from the expected cost. Choose Table to read the figures."
          steps={steps}
          currency={currency}
          chosen={null}
          height={HEIGHT}
          onPick={() => undefined}
          onChart={png.onChart}
        />
      )}
    </Card>
  );
}
