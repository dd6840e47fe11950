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
          'Value of one unit of quality per prediction',
          worth.valuePerPrediction === null ? (
            'the value of the monitor'
          ) : (
            <MoneyFigure key="value" money={worth.valuePerPrediction} />
          ),
        ],
        ['Gain horizon', formatDuration(worth.horizonMs)],
        ['Minimum gain over cost', decimal(worth.minimumGain).isZero() ? 'any' : worth.minimumGain],
        ['If gain or cost is not known', worth.whenUnknown === 'retrain' ? 'retrains' : 'waits'],
        ['Cooldown', formatDuration(cooldownMs)],
        [
          'Required budget',
          budget === null ? (
            'none'
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
