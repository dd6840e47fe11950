import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { getReconciliation } from '../../../src/finops/allocation/reconciliation/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { endpointQuery } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import styles from './allocation.module.css';
import { ReconciliationTable } from './ReconciliationTable.tsx';

type Reconciliation = ResponseOf<typeof getReconciliation>;

const HEIGHT = 320;
const MAX_ROWS = 15;
const COLUMNS = [
  ...['resource', 'match', 'billed', 'reconciled', 'idle', 'untracked', 'metered', 'priceVariance', 'billedHours'],
  ...['meteredHours', 'capacity', 'currency'],
] as const;

/** Metered use against the bill for each resource: idle, untracked and differently priced cost. */
export function ReconciliationCard({ period }: { readonly period: string }) {
  const reconciliation = useQuery(endpointQuery(getReconciliation, { query: { period } }));
  const [all, setAll] = useState(false);
  const resources = reconciliation.data?.resources ?? [];
  const visible = all ? resources : resources.slice(0, MAX_ROWS);
  const csv = () =>
    toCsv(
      COLUMNS,
      resources.map((resource) => COLUMNS.map((column) => resource[column])),
    );
  return (
    <Card
      title="Metered against billed cost"
      note={`${formatMonth(period)}. Effective cost of the bill = used + idle + untracked; used = metered + price variance`}
      actions={
        resources.length > 0 && <CsvButton name={`reconciliation-${period}`} what="the reconciliation" text={csv} />
      }
      flush
    >
      <Loaded query={reconciliation} what="The reconciliation" height={HEIGHT}>
        {(found) =>
          found.resources.length === 0 ? (
            <EmptyState
              shows="Each billed resource with its metered use: used, idle, untracked, and the price variance."
              why="This month has no billed compute resource, so there is nothing to compare with metered use."
            />
          ) : (
            <>
              <Summary found={found} />
              <ReconciliationTable resources={visible} totals={found.totals} />
              {resources.length > MAX_ROWS && (
                <div className={parts.pager}>
                  <button type="button" className={parts.button} onClick={() => setAll(!all)}>
                    {all
                      ? `Only the ${MAX_ROWS} largest`
                      : `Show ${counted(resources.length - MAX_ROWS, 'smaller one')}`}
                  </button>
                </div>
              )}
            </>
          )
        }
      </Loaded>
    </Card>
  );
}

function Summary({ found }: { readonly found: Reconciliation }) {
  const { totals, unbilled, resources } = found;
  const without = totals.reduce((sum, total) => sum + total.withoutPrice, 0);
  const untracked = resources.filter(({ match }) => match === 'none').length;
  return (
    <div className={styles.notes}>
      {totals.map((total) => {
        const money = (amount: string) => <MoneyFigure money={{ amount, currency: total.currency }} />;
        return (
          <p key={total.currency}>
            Of {money(total.billed)}, {money(total.reconciled)} is used, {money(total.idle)} was idle and{' '}
            {money(total.untracked)} is untracked.
          </p>
        );
      })}
      {untracked > 0 && (
        <Notice>{counted(untracked, 'resource')} had no metered use: unused, or used without metering.</Notice>
      )}
      {without > 0 && <Notice>{counted(without, 'resource')} cannot be compared: a price is missing.</Notice>}
      {unbilled.length > 0 && (
        <Notice>
          {counted(unbilled.length, 'metered interval')} {unbilled.length === 1 ? 'meets' : 'meet'} no billed row: on
          premises, not billed yet, or under another name.
        </Notice>
      )}
    </div>
  );
}
