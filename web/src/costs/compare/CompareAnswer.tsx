import { Fragment } from 'react';
import { DEFAULT_METRIC } from '../../../../src/finops/billing/schema.ts';
import { decimal, decimalString } from '../../../../src/platform/units/schema.ts';
import { formatMetric } from '../../format/metric.ts';
import { changeOn, counted } from '../../format/number.ts';
import { MoneyDelta } from '../../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../../parts/MoneyFigure.tsx';
import { headlineScope } from '../headline-scope.ts';
import type { Costs } from '../use-costs.ts';
import { EFFECT_TEXT, largestEffects } from './steps.ts';
import type { ExplanationInView } from './use-explanation.ts';

const MAX_NAMED = 3;

interface CompareAnswerProps {
  readonly costs: Costs;
  readonly explanation: ExplanationInView;
}

/** "$1,204 more than in October, up 12 %: volume +$900, price +$210, mix +$94." */
export function CompareAnswer({ costs, explanation }: CompareAnswerProps) {
  const { search, scope, currency } = costs;
  const { total, beforePhrase, afterPhrase } = explanation;
  if (total === undefined) return `No charge matches ${afterPhrase} or ${beforePhrase}.`;
  const money = (amount: string) => ({ amount, currency });
  const { direction, percent } = changeOn(total.after, total.before);
  const size = decimalString(decimal(total.change).abs());
  const effects = largestEffects(total.effects);
  const named = effects.slice(0, MAX_NAMED);
  return (
    <>
      <span data-testid="headline">
        <MoneyFigure money={money(total.after)} strong />
      </span>{' '}
      {formatMetric(search.metric ?? DEFAULT_METRIC)} {headlineScope(afterPhrase, search.filter ?? [])}
      {scope.team !== undefined && ` by team ${scope.team}`},{' '}
      {direction === 'level' || total.change === '0' ? (
        <>the same as {beforePhrase}.</>
      ) : (
        <>
          <strong data-testid="change">
            <MoneyFigure money={money(size)} /> {direction === 'up' ? 'more' : 'less'}
          </strong>{' '}
          than {beforePhrase}
          {percent === null ? '' : `, ${direction} ${percent}`}
          {named.length > 0 && ': '}
          {named.map(({ name, amount }, index) => (
            <Fragment key={name}>
              {index > 0 && ', '}
              {EFFECT_TEXT[name].label.toLowerCase()} <MoneyDelta money={money(amount)} />
            </Fragment>
          ))}
          {effects.length > MAX_NAMED && (
            <>
              , {counted(effects.length - MAX_NAMED, 'smaller effect')}{' '}
              <MoneyDelta money={money(sumRest(effects.slice(MAX_NAMED)))} />
            </>
          )}
          .
        </>
      )}
    </>
  );
}

function sumRest(effects: readonly { readonly amount: string }[]): string {
  return decimalString(effects.reduce((sum, { amount }) => sum.plus(amount), decimal(0)));
}
