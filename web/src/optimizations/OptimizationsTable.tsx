import { Link } from '@tanstack/react-router';
import type { Optimization } from '../../../src/tradeoff/optimizations/schema.ts';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { OptimizationStateMark } from './OptimizationStateMark.tsx';
import styles from './optimizations.module.css';
import { nextCondition, percentText } from './words.ts';

/** Optimizations with state, share of traffic, saving and next condition. */
export function OptimizationsTable({ optimizations }: { readonly optimizations: readonly Optimization[] }) {
  return (
    <SortableTable
      label="Optimizations"
      testId="optimizations"
      rows={optimizations}
      columns={[
        { head: 'Optimization', by: (one) => one.optimization },
        { head: 'State', by: (one) => one.state },
        { head: 'Endpoint', by: (one) => one.endpoint, className: table.wideOnly },
        { head: 'Traffic', by: (one) => one.percent, numeric: true, className: table.wideOnly },
        { head: 'Monthly saving', by: (one) => (one.saving.monthly ?? one.expected?.monthly)?.amount, numeric: true },
        { head: 'Next condition', by: nextCondition, className: table.wideOnly },
      ]}
      row={(one) => <Row key={one.optimization} one={one} />}
    />
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
