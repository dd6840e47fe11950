import { Link } from '@tanstack/react-router';
import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { counted } from '../format/number.ts';
import layout from '../parts/layout.module.css';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import parts from '../parts/parts.module.css';
import { daysText } from './words.ts';

/** The other days on which the same cause was anomalous, with their money. */
export function Repeats({ anomalies }: { readonly anomalies: readonly Anomaly[] }) {
  return (
    <details className={layout.sub}>
      <summary>{counted(anomalies.length, 'repeat')}</summary>
      <ul>
        {anomalies.map((anomaly) => (
          <li key={anomaly.id}>
            <Link to="/anomalies/$anomaly" params={{ anomaly: anomaly.id }} className={parts.textLink}>
              {daysText(anomaly)}
            </Link>{' '}
            {anomaly.impact !== null && anomaly.currency !== null && (
              <MoneyDelta money={{ amount: anomaly.impact, currency: anomaly.currency }} />
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
