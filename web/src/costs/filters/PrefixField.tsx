import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { costSummary } from '../../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../../client.ts';
import { dimensionLabel } from '../../format/dimension.ts';
import { counted } from '../../format/number.ts';
import { MoneyFigure } from '../../parts/MoneyFigure.tsx';
import type { Costs } from '../use-costs.ts';
import { type FilterValue, filtersBeside, filterText } from './filter-text.ts';
import styles from './filters.module.css';

interface PrefixFieldProps {
  readonly costs: Costs;
  readonly dimension: string;
  readonly values: readonly FilterValue[];
  readonly onChange: (values: readonly FilterValue[]) => void;
}

/** Prefix of the values, and a preview of its matches before it is applied. */
export function PrefixField({ costs, dimension, values, onChange }: PrefixFieldProps) {
  const prefix = values.find(({ isPrefix }) => isPrefix)?.text ?? '';
  const asked = useDeferredValue(prefix);
  const { selection, currency } = costs;
  const own = filterText(dimension, { text: asked, isPrefix: true });
  const filter = [...filtersBeside(selection.filter, dimension), own];
  const taken = useQuery({
    ...endpointQuery(costSummary, { query: { ...selection, by: [dimension], filter } }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  });
  const total = taken.data?.totals.find((one) => one.currency === currency);
  return (
    <div className={styles.picker}>
      <input
        className={styles.search}
        type="text"
        aria-label={`${dimensionLabel(dimension)} begins with`}
        placeholder="BoxUsage, Amazon, prod-…"
        value={prefix}
        onChange={({ target }) => onChange(target.value === '' ? [] : [{ text: target.value, isPrefix: true }])}
      />
      <p className={styles.none} aria-live="polite">
        {prefix === '' && 'Case-sensitive.'}
        {prefix !== '' && taken.data !== undefined && (
          <>
            {counted(taken.data.rows.length, 'value')} {taken.data.rows.length === 1 ? 'begins' : 'begin'} with it
            {total !== undefined && (
              <>
                , <MoneyFigure money={total} /> in the period in view
              </>
            )}
            .
          </>
        )}
      </p>
    </div>
  );
}
