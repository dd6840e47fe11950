import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { costValues } from '../../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../../client.ts';
import { dimensionLabel, dimensionValue } from '../../format/dimension.ts';
import { formatCount } from '../../format/number.ts';
import { ErrorState } from '../../parts/ErrorState.tsx';
import { MoneyFigure } from '../../parts/MoneyFigure.tsx';
import { Skeleton } from '../../parts/Skeleton.tsx';
import { Unknown } from '../../parts/Unknown.tsx';
import type { Costs } from '../use-costs.ts';
import { type FilterValue, filtersBeside } from './filter-text.ts';
import styles from './filters.module.css';
import { useListKeys } from './use-list-keys.ts';

const LIMIT = 100;
const HEIGHT = 240;

interface ValueListProps {
  readonly costs: Costs;
  readonly dimension: string;
  readonly values: readonly FilterValue[];
  readonly onChange: (values: readonly FilterValue[]) => void;
}

/** The values of a dimension in the period in view, most money first, each to be ticked. */
export function ValueList({ costs, dimension, values, onChange }: ValueListProps) {
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const { list, onKeyDown } = useListKeys();
  const found = useQuery({
    ...endpointQuery(costValues, { query: buildQuery(costs, dimension, search) }),
    placeholderData: keepPreviousData,
  });
  const ticked = (value: string | null) => values.some((one) => one.text === value && !one.isPrefix);
  const toggle = (value: string | null) =>
    onChange(
      ticked(value) ? values.filter((one) => one.text !== value) : [...values, { text: value, isPrefix: false }],
    );
  const listed = found.data?.values ?? [];
  // Ticked values that are not listed stay visible, so that they can be unticked.
  const gone = values.filter(({ text: value }) => search === '' && !listed.some((one) => one.value === value));
  const more = (found.data?.totalValues ?? 0) - listed.length;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the field and the boxes in it
    <div onKeyDown={onKeyDown} className={styles.picker}>
      <input
        className={styles.search}
        type="search"
        aria-label={`Find a value of ${dimensionLabel(dimension)}`}
        placeholder="Find a value…"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div ref={list} className={styles.list}>
        {found.isError && <ErrorState error={found.error} what="The values" onRetry={() => void found.refetch()} />}
        {found.isPending && <Skeleton height={HEIGHT} />}
        {found.data !== undefined && listed.length === 0 && gone.length === 0 && (
          <p className={styles.none}>No charge of this period has such a value.</p>
        )}
        {gone.map(({ text: value }) => (
          <Value key={`gone ${value}`} dimension={dimension} value={value} ticked onToggle={() => toggle(value)} />
        ))}
        {listed.map(({ value, totals }) => (
          <Value
            key={JSON.stringify(value)}
            dimension={dimension}
            value={value}
            ticked={ticked(value)}
            money={totals.find(({ currency }) => currency === costs.currency) ?? totals[0]}
            onToggle={() => toggle(value)}
          />
        ))}
      </div>
      {more > 0 && <p className={styles.none}>and {formatCount(more)} more; type to find them.</p>}
    </div>
  );
}

/** Query for values without the present filter of this dimension, so that its other values can be selected. */
function buildQuery({ selection }: Costs, dimension: string, search: string) {
  const filter = filtersBeside(selection.filter, dimension);
  return { ...selection, filter, dimension, limit: LIMIT, ...(search === '' ? {} : { search }) };
}

interface ValueProps {
  readonly dimension: string;
  readonly value: string | null;
  readonly ticked: boolean;
  readonly money?: { readonly amount: string; readonly currency: string } | undefined;
  readonly onToggle: () => void;
}

function Value({ dimension, value, ticked, money, onToggle }: ValueProps) {
  return (
    <label className={styles.value}>
      <input type="checkbox" data-item checked={ticked} onChange={onToggle} />
      <span className={value === null ? styles.noValue : styles.valueText}>{dimensionValue(dimension, value)}</span>
      <span className={styles.money}>
        {money === undefined ? (
          <Unknown reason="No charge of this period has it, or none states the cost." />
        ) : (
          <MoneyFigure money={money} />
        )}
      </span>
    </label>
  );
}
