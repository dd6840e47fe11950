import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Delivery } from '../../../src/finops/billing/schema.ts';
import { QualityCard } from '../bill-upload/QualityCard.tsx';
import { formatDate } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { PageTabs } from '../parts/PageTabs.tsx';
import parts from '../parts/parts.module.css';
import { ActDialog } from './ActDialog.tsx';
import { ActDone, type DoneAct } from './ActDone.tsx';
import { DeliveryAnswer } from './DeliveryAnswer.tsx';
import { DeliveryFacts } from './DeliveryFacts.tsx';
import { DeliveryFiles } from './DeliveryFiles.tsx';
import { DeliveryPeriods } from './DeliveryPeriods.tsx';
import styles from './deliveries.module.css';
import { shortId } from './history.ts';
import { useDeliveries } from './use-deliveries.ts';

const HEIGHT = 560;

function tabsOf(own: readonly Delivery[], first: Delivery) {
  const findings = own.reduce((sum, entry) => sum + (entry.findings ?? 0), 0);
  return [
    { value: 'months', label: 'Months' },
    { value: 'quality', label: 'Data quality', count: findings },
    { value: 'files', label: 'Files and origin', count: first.files.length },
  ] as const;
}

/** One delivery: its contents, the part that counts, its files, and the action to revert it. */
export function DeliveryPage() {
  const { delivery } = useParams({ from: '/deliveries/$delivery' });
  const { ask, month, tab = 'months' } = useSearch({ from: '/deliveries/$delivery' });
  const navigate = useNavigate({ from: '/deliveries/$delivery' });
  const { entries, complete, query } = useDeliveries();
  const [done, setDone] = useState<DoneAct>();
  const own = entries?.filter((entry) => entry.delivery === delivery);
  const [first] = own ?? [];
  const close = () => void navigate({ search: (before) => ({ ...before, ask: undefined, month: undefined }) });
  return (
    <Page
      title={
        first === undefined ? `Bill ${shortId(delivery)}` : `Bill of ${first.source}, ${formatDate(first.receivedAt)}`
      }
      answer={renderDeliveryAnswer(own, complete, query.error !== null)}
    >
      <div className={styles.stack}>
        {done !== undefined && <ActDone done={done} onUndone={() => setDone(undefined)} />}
        <Loaded query={query} what="The delivery" height={HEIGHT}>
          {(all) =>
            own === undefined || first === undefined ? (
              <Missing delivery={delivery} />
            ) : (
              <PageTabs
                label="Parts of the bill"
                tabs={tabsOf(own, first)}
                value={tab}
                onChange={(next) =>
                  void navigate({ search: (before) => ({ ...before, tab: next === 'months' ? undefined : next }) })
                }
              >
                <div className={styles.stack}>
                  {tab === 'months' && <DeliveryPeriods entries={own} all={all} />}
                  {tab === 'quality' && <QualityCard delivery={delivery} />}
                  {tab === 'files' && (
                    <>
                      <DeliveryFiles entry={first} />
                      <Card title="Origin">
                        <DeliveryFacts entry={first} />
                      </Card>
                    </>
                  )}
                </div>
              </PageTabs>
            )
          }
        </Loaded>
      </div>
      {ask !== undefined && first !== undefined && (
        <ActDialog
          key={`${ask} ${month ?? ''}`}
          ask={ask}
          delivery={delivery}
          month={month}
          onClose={close}
          onDone={(act) => {
            setDone(act);
            close();
          }}
        />
      )}
    </Page>
  );
}

function renderDeliveryAnswer(own: readonly Delivery[] | undefined, complete: boolean, failed: boolean) {
  if (own !== undefined && own.length > 0) return <DeliveryAnswer entries={own} />;
  if (failed) return 'This delivery could not be read.';
  if (own === undefined || !complete) return <AnswerPending />;
  return 'There is no such delivery.';
}

function Missing({ delivery }: { readonly delivery: string }) {
  return (
    <div className={`${parts.state} ${parts.error}`} role="alert">
      <p className={parts.stateTitle}>No delivery has this id.</p>
      <p className={parts.stateText}>Nothing was delivered as {delivery}, or the address was cut short.</p>
      <p className={parts.ids}>
        <code>bill_delivery_not_found</code>
      </p>
      <Link to="/deliveries" className={parts.button}>
        All deliveries
      </Link>
    </div>
  );
}
