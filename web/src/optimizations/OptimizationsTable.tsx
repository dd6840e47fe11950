import { Link } from '@tanstack/react-router';
import type { Optimization } from '../../../src/tradeoff/optimizations/schema.ts';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { OptimizationStateMark } from './OptimizationStateMark.tsx';
import styles from './optimizations.module.css';
import { nextCondition, percentText } from './words.ts';

/** Optimizations with state, share of traffic, saving and next condition. */
export function OptimizationsTable({ optimizations }: { readonly optimizations: readonly Optimization[] }) {
  return (
    <table className={table.table} data-testid="optimizations" aria-label="Optimizations">
      <thead>
        <tr>
          <th scope="col">Optimization</th>
          <th scope="col">State</th>
          <th scope="col" className={table.wideOnly}>
            Endpoint
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Traffic
          </th>
          <th scope="col" className={table.number}>
            Monthly saving
          </th>
          <th scope="col" className={table.wideOnly}>
            Next condition
          </th>
        </tr>
      </thead>
      <tbody>
        {optimizations.map((one) => (
          <Row key={one.optimization} one={one} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ one }: { readonly one: Optimization }) {
  const { optimization, summary, state, endpoint, percent } = one;
  return (
    <tr>
      <th scope="row" className={styles.name}>
        <Link to="/optimizations/$optimization" params={{ optimization }} className={table.rowLink}>
          {optimization}
        </Link>
        <span className={layout.sub}>{summary}</span>
      </th>
      <td>
        <OptimizationStateMark state={state} />
      </td>
      <td className={table.wideOnly}>{endpoint}</td>
      <td className={`${table.number} ${table.wideOnly}`}>{percentText(percent)}</td>
      <td className={table.number}>
        <MonthlySaving one={one} />
      </td>
      <td className={`${table.wideOnly} ${styles.words}`}>{nextCondition(one)}</td>
    </tr>
  );
}

/** The measured saving with its basis; before one is measured, the expected one as such. */
function MonthlySaving({ one: { saving, expected } }: { readonly one: Optimization }) {
  const monthly = saving.monthly ?? expected?.monthly ?? null;
  if (monthly === null) return <Unknown reason={saving.reason ?? 'The saving is not measured yet.'} />;
  return (
    <>
      <MoneyFigure money={monthly} />
      <span className={layout.sub}>{saving.monthly === null ? 'expected' : saving.basis}</span>
    </>
  );
}
