import { useNavigate } from '@tanstack/react-router';
import { DEFAULT_METRIC } from '../../../../src/finops/billing/schema.ts';
import { CallError } from '../../client.ts';
import { formatDay } from '../../format/time.ts';
import type { DateRange } from '../../frame/date-range.ts';
import { Card } from '../../parts/Card.tsx';
import { ErrorState } from '../../parts/ErrorState.tsx';
import { Notice } from '../../parts/Notice.tsx';
import parts from '../../parts/parts.module.css';
import { Skeleton } from '../../parts/Skeleton.tsx';
import { TABLE_ID } from '../CostSummary.tsx';
import { listFilters } from '../cost-query.ts';
import styles from '../costs.module.css';
import { LeftOutNote } from '../LeftOutNote.tsx';
import type { Costs } from '../use-costs.ts';
import { ChangeTable } from './ChangeTable.tsx';
import { DriverTable } from './DriverTable.tsx';
import type { Step } from './steps.ts';
import type { ExplanationInView } from './use-explanation.ts';
import { WaterfallCard } from './WaterfallCard.tsx';

/** The picture with the words under it, on a wide page. */
const PICTURE_HEIGHT = 396;
const TABLE_HEIGHT = 320;
const CONTROL_HEIGHT = 32;

interface CompareViewProps {
  readonly costs: Costs;
  readonly explanation: ExplanationInView;
}

/** Drivers of the change: the steps, the groups, the SKUs; each links to its bill rows. */
export function CompareView({ costs, explanation }: CompareViewProps) {
  const { query, beforeText, afterText } = explanation;
  const { search, dimensions, period } = costs;
  const navigate = useNavigate({ from: '/costs' });
  const metric = search.metric ?? DEFAULT_METRIC;
  const toRows = (filters: readonly string[], range: DateRange | undefined) =>
    void navigate({
      search: (before) => ({
        ...before,
        view: 'rows',
        compare: undefined,
        effect: undefined,
        period: undefined,
        from: range?.from,
        to: range?.to,
        filter: [...new Set([...(before.filter ?? []), ...filters])],
      }),
    });
  const choose = (step: Step | undefined) =>
    void navigate({ search: (before) => ({ ...before, effect: step }), resetScroll: false });
  if (query.isError) return <NotComparable error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <PendingChange explanation={explanation} />;
  const pickSide = (isGone: boolean) => (isGone ? period.compared?.before : period.compared?.after);
  return (
    <>
      <RunningNote costs={costs} />
      <WaterfallCard explanation={explanation} costs={costs} onChoose={choose} />
      <LeftOutNote leftOut={query.data.to.leftOut} metric={metric} what={`the total of ${afterText}`} />
      <LeftOutNote leftOut={query.data.from.leftOut} metric={metric} what={`the total of ${beforeText}`} />
      <div id={TABLE_ID} className={styles.anchor}>
        <ChangeTable
          costs={costs}
          explanation={explanation}
          onOpen={(group) => toRows(listFilters(group.values, dimensions), pickSide(group.after === '0'))}
        />
      </div>
      <DriverTable
        costs={costs}
        explanation={explanation}
        onAll={() => choose(undefined)}
        onOpen={(driver) => toRows(driver.filter, pickSide(driver.is.rows === 0))}
      />
    </>
  );
}

/** The places of the picture and the table while their figures load. */
function PendingChange({ explanation }: { readonly explanation: ExplanationInView }) {
  const { beforeText, afterText } = explanation;
  return (
    <>
      <Card
        title="Drivers of the change"
        note={beforeText === '' ? 'From one period to another' : `From ${beforeText} to ${afterText}`}
        actions={<Skeleton height={CONTROL_HEIGHT} width={CONTROL_HEIGHT} />}
      >
        <Skeleton height={PICTURE_HEIGHT} />
      </Card>
      <Card title="Change per group" note="Largest change first">
        <Skeleton height={TABLE_HEIGHT} />
      </Card>
    </>
  );
}

/** Note that an incomplete month costs less than a complete one in any case. */
function RunningNote({ costs }: { readonly costs: Costs }) {
  const { period, search } = costs;
  const navigate = useNavigate({ from: '/costs' });
  if (search.compare !== 'before' || !period.isRunning || period.lastDay === null) return null;
  return (
    <Notice
      actions={
        <button
          type="button"
          className={parts.button}
          onClick={() =>
            void navigate({ search: (before) => ({ ...before, compare: 'sameDays' }), resetScroll: false })
          }
        >
          Compare the same days
        </button>
      }
    >
      Charges reach {formatDay(period.lastDay)}: a part of the period is compared with a whole one.
    </Notice>
  );
}

interface NotComparableProps {
  readonly error: unknown;
  readonly onRetry: () => void;
}

function NotComparable({ error, onRetry }: NotComparableProps) {
  const navigate = useNavigate({ from: '/costs' });
  const missing = error instanceof CallError && error.problem.code === 'bill_period_not_covered';
  if (!missing) return <ErrorState error={error} what="The comparison" onRetry={onRetry} />;
  return (
    <div className={styles.apart} data-testid="not-comparable">
      <Notice
        kind="status"
        actions={
          <button
            type="button"
            className={parts.button}
            onClick={() =>
              void navigate({ search: (before) => ({ ...before, compare: undefined }), resetScroll: false })
            }
          >
            No comparison
          </button>
        }
      >
        {error.problem.detail}
      </Notice>
    </div>
  );
}
