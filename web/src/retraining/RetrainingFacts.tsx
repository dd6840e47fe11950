import { Link } from '@tanstack/react-router';
import { decimal } from '../../../src/platform/units/schema.ts';
import type { RetrainingDetail } from '../../../src/tradeoff/retraining/schema.ts';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { formatDuration } from '../runs/duration.ts';
import { Spent } from './Spent.tsx';

/** Settings of the retraining: value of quality, required gain, cooldown, budget, data and parameters. */
export function RetrainingFacts({ retraining }: { readonly retraining: RetrainingDetail }) {
  const { worth, cooldownMs, budget, trainedUntil, params } = retraining;
  return (
    <Facts
      facts={[
        [
          'A unit of quality is worth, in one prediction',
          worth.valuePerPrediction === null ? (
            'what the monitor says'
          ) : (
            <MoneyFigure key="value" money={worth.valuePerPrediction} />
          ),
        ],
        ['The gain counts for', formatDuration(worth.horizonMs)],
        ['It has to exceed the cost by', decimal(worth.minimumGain).isZero() ? 'anything' : worth.minimumGain],
        ['Where gain or cost is not known it', worth.whenUnknown === 'retrain' ? 'retrains' : 'waits'],
        ['After one, none begins by itself for', formatDuration(cooldownMs)],
        [
          'Budget that must have enough left',
          budget === null ? (
            'none is named'
          ) : (
            <Link key="budget" to="/budgets/$budget" params={{ budget }} className={parts.textLink}>
              {budget}
            </Link>
          ),
        ],
        ['Trained on data until', <Instant key="until" at={trainedUntil} />],
        ['Spent so far', <Spent key="spent" retraining={retraining} />],
        ...Object.entries(params).map(
          ([name, value]) => [`Param ${name}`, <code key={name}>{String(value)}</code>] as const,
        ),
      ]}
    />
  );
}
