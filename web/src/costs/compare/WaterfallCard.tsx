import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { decimal } from '../../../../src/platform/units/schema.ts';
import { DisplayToggle } from '../../charts/DisplayToggle.tsx';
import { usePng } from '../../charts/use-png.ts';
import { Waterfall } from '../../charts/Waterfall.tsx';
import type { WaterfallStep } from '../../charts/waterfall-data.ts';
import { toCsv } from '../../format/csv.ts';
import { exactMoney } from '../../format/money.ts';
import { Card } from '../../parts/Card.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { MoneyFigure } from '../../parts/MoneyFigure.tsx';
import type { Costs } from '../use-costs.ts';
import styles from './compare.module.css';
import { EffectsTable } from './EffectsTable.tsx';
import { EFFECT_TEXT, OTHER_EFFECTS, STEPS, type Step, waterfallBars } from './steps.ts';
import type { ExplanationInView } from './use-explanation.ts';

const HEIGHT = 300;

interface WaterfallCardProps {
  readonly costs: Costs;
  readonly explanation: ExplanationInView;
  readonly onChoose: (step: Step | undefined) => void;
}

/** The change as steps that add up to it; or the same as a table. */
export function WaterfallCard({ costs, explanation, onChoose }: WaterfallCardProps) {
  const { search, currency } = costs;
  const { total, beforeText, afterText, beforePhrase, afterPhrase } = explanation;
  const navigate = useNavigate({ from: '/costs' });
  const png = usePng('cost-change');
  const steps = useMemo(() => (total === undefined ? [] : buildSteps(total, currency)), [total, currency]);
  const asTable = search.change === 'table';
  if (total === undefined) {
    return (
      <Card title="Drivers of the change">
        <EmptyState shows="Drivers of the change." why="No charge of either period matches this team and filter." />
      </Card>
    );
  }
  const money = (amount: string) => <MoneyFigure money={{ amount, currency }} />;
  return (
    <Card
      title="Drivers of the change"
      note={
        <>
          {money(total.before)} {beforePhrase}, {money(total.after)} {afterPhrase}. A step leads to the SKUs behind it.
        </>
      }
      actions={
        <DisplayToggle
          label="Change shown as"
          what="the change"
          asTable={asTable}
          onShow={(isTable) =>
            void navigate({
              search: (before) => ({ ...before, change: isTable ? 'table' : undefined }),
              resetScroll: false,
            })
          }
          csvName="cost-change"
          csv={() => changeCsv(explanation, currency)}
          onPng={png.save}
        />
      }
    >
      {asTable ? (
        <EffectsTable total={total} currency={currency} beforeText={beforeText} afterText={afterText} />
      ) : (
        <>
          <Waterfall
            label={`Waterfall: components of the change from ${beforeText} to ${afterText}. Choose Table to read the figures.`}
            steps={steps}
            currency={currency}
            chosen={search.effect ?? null}
            height={HEIGHT}
            onPick={(id) => onChoose(STEPS.find((step) => step === id && step !== search.effect))}
            onChart={png.onChart}
          />
          <ul className={styles.words} aria-label="Meaning of the steps">
            {STEPS.map((step) => (
              <li key={step}>
                <button
                  type="button"
                  className={styles.word}
                  aria-pressed={search.effect === step}
                  onClick={() => onChoose(search.effect === step ? undefined : step)}
                >
                  <strong>{EFFECT_TEXT[step].label}</strong> {EFFECT_TEXT[step].says}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function buildSteps(total: NonNullable<ExplanationInView['total']>, currency: string): WaterfallStep[] {
  return waterfallBars(total.effects, total.change).map((bar) => ({
    ...bar,
    label: bar.id === 'change' ? 'Change' : EFFECT_TEXT[bar.id].label,
    isSum: bar.id === 'change',
    lines:
      bar.id === 'other'
        ? OTHER_EFFECTS.filter((name) => !decimal(total.effects[name]).isZero()).map((name) => ({
            name: EFFECT_TEXT[name].label,
            value: exactMoney({ amount: total.effects[name], currency }),
          }))
        : [],
  }));
}

function changeCsv({ total }: ExplanationInView, currency: string): string {
  if (total === undefined) return '';
  const effects = Object.entries(total.effects).map(([name, amount]) => [name, amount, currency]);
  return toCsv(
    ['step', 'amount', 'currency'],
    [['before', total.before, currency], ...effects, ['after', total.after, currency]],
  );
}
