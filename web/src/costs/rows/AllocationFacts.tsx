import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { subjectFields } from '../../../../src/org/schema.ts';
import { dimensionLabel, dimensionValue } from '../../format/dimension.ts';
import { formatShare } from '../../format/number.ts';
import parts from '../../parts/parts.module.css';
import type { Group } from '../stack.ts';
import { formatMethod } from './format-method.ts';
import styles from './rows.module.css';

/** Allocation of a row: receiver, rule, method and share. */
export function AllocationFacts({ row }: { readonly row: Group }) {
  const facts = listAllocationFacts(row);
  return (
    <section data-testid="allocation-facts">
      <h3 className={styles.group}>Cost allocation</h3>
      <dl className={styles.list}>
        {facts.map(([name, value]) => (
          <div key={name} className={styles.row}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {row.ratio != null && (
        <p className={styles.empty}>
          This is one share of a bill row: its costs above are those of the share, and all shares add up to the row. “As
          delivered” shows the whole row.
        </p>
      )}
    </section>
  );
}

function listAllocationFacts(row: Group): (readonly [name: string, value: ReactNode])[] {
  const has = (column: string) => row[column] != null && row[column] !== '';
  return [
    ['Allocation', dimensionValue('kind', row.kind ?? 'unallocated')],
    ...subjectFields.filter(has).map((field) => [dimensionLabel(field), row[field]] as const),
    [
      'Rule',
      has('rule') ? (
        <Link key="rule" to="/allocation" className={parts.textLink}>
          {row.rule}
        </Link>
      ) : (
        'no rule'
      ),
    ],
    ...(has('method') ? [['Method', formatMethod(row.method ?? '')] as const] : []),
    ['Share of the row', formatShareOfRow(row.ratio ?? null)],
    ...(has('layer') ? [['Layer', `pool ${row.layer}`] as const] : []),
    ...(has('usageQuantity') ? [['Basis of the share', `${row.usageQuantity} ${row.usageUnit ?? ''}`] as const] : []),
    ...(has('reason') ? [['Reason', row.reason] as const] : []),
  ];
}

/** `0.25` -> `25 % (0.25)`; a row that was not split counts completely. */
function formatShareOfRow(ratio: string | null): string {
  return ratio === null ? 'the whole row' : `${formatShare(ratio, '1')} (${ratio})`;
}
