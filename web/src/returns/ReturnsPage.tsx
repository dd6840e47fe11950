import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { listReturnFields, RETURN_COLUMNS } from '../../../src/tradeoff/returns/csv/schema.ts';
import { listReturns, ReturnDimension, type Returns } from '../../../src/tradeoff/returns/schema.ts';
import { endpointQuery } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { formatDate } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { PartialNotice } from '../parts/PartialNotice.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { Select } from '../parts/Select.tsx';
import { Skeleton } from '../parts/Skeleton.tsx';
import { ExperimentsCard } from './ExperimentsCard.tsx';
import { formatDays } from './format-days.ts';
import { ReturnsAnswer } from './ReturnsAnswer.tsx';
import { ReturnsTable } from './ReturnsTable.tsx';
import { DIMENSIONS } from './return-columns.tsx';
import styles from './returns.module.css';
import { UnitsCard, useUnits } from './UnitsCard.tsx';
import { UnmatchedCard } from './UnmatchedCard.tsx';

const TABLE_HEIGHT = 420;
const REST_HEIGHT = 600;

/** Cost to make, cost to run, value and payback by model and other subjects. */
export function ReturnsPage() {
  const { by = 'model', start, end } = useSearch({ from: '/returns' });
  const navigate = useNavigate({ from: '/returns' });
  const query = useQuery({
    ...endpointQuery(listReturns, { query: { by, start, end, limit: 500 } }),
    placeholderData: keepPreviousData,
  });
  const experiments = useQuery(endpointQuery(listReturns, { query: { by: 'experiment', start, end } }));
  const units = useUnits();
  const { data } = query;
  // All cards appear together, so that none is moved by a later one.
  const isPending = query.isPending || experiments.isPending || units.isPending;
  const listed =
    (by === 'experiment' ? data : experiments.data)?.rows.filter(({ experiment }) => experiment !== null) ?? [];
  const actions = (
    <>
      <Select
        label="By"
        value={by}
        options={ReturnDimension.options.map((value) => ({ value, label: DIMENSIONS[value].label }))}
        onChange={(value) =>
          void navigate({
            search: (before) => ({ ...before, by: ReturnDimension.options.find((one) => one === value) }),
          })
        }
      />
      {data !== undefined && data.rows.length > 0 && (
        <CsvButton
          name={`returns-by-${data.by}`}
          what="the returns"
          text={() => toCsv([...RETURN_COLUMNS], listReturnFields(data))}
        />
      )}
    </>
  );
  return (
    <Page
      title="Returns"
      answer={
        data !== undefined ? (
          <ReturnsAnswer returns={data} />
        ) : query.error !== null ? (
          describeReadError(query.error, 'The returns')
        ) : (
          <AnswerPending />
        )
      }
    >
      {isPending ? (
        <div className={layout.stack} aria-busy="true">
          <Skeleton height={TABLE_HEIGHT} />
          <Skeleton height={REST_HEIGHT} />
        </div>
      ) : (
        <div className={layout.stack}>
          <PartialNotice partial={data?.partial} />
          <Card
            title={`Returns by ${DIMENSIONS[by].label.toLowerCase()}`}
            note={data === undefined ? 'Effective cost.' : describeWindow(data)}
            actions={actions}
            flush
          >
            <Loaded query={query} what="The returns" height={TABLE_HEIGHT}>
              {(found) => (found.rows.length === 0 ? <NoReturns by={found.by} /> : <ReturnsTable returns={found} />)}
            </Loaded>
          </Card>
          {data !== undefined && <Rest returns={data} />}
          {data?.partial === undefined && <UnitsCard units={units} />}
          {listed.length > 0 && <ExperimentsCard rows={listed} />}
        </div>
      )}
    </Page>
  );
}

/** The page does not follow the period of the frame: a return takes longer than a month. */
function describeWindow({ window, metric, billedThrough }: Returns): string {
  const words = metric === 'effectiveCost' ? 'Effective cost' : metric;
  const bills = billedThrough === null ? '' : `; bills to ${formatDate(billedThrough)}`;
  return `${formatDays(window)}, whatever the period above${bills}. ${words}; payback over all billed days.`;
}

function Rest({ returns }: { readonly returns: Returns }) {
  const { by, costsWithoutValue, valueWithoutCost, notes, rows } = returns;
  const all = [
    ...notes,
    ...rows.flatMap(({ key, notes: own }) => own.map((note) => `${key ?? DIMENSIONS[by].none}: ${note}`)),
  ];
  return (
    <>
      {costsWithoutValue.length > 0 && <UnmatchedCard title="Costs without value" by={by} rows={costsWithoutValue} />}
      {valueWithoutCost.length > 0 && <UnmatchedCard title="Value without cost" by={by} rows={valueWithoutCost} />}
      {all.length > 0 && (
        <ul className={styles.notes} aria-label="Notes">
          {all.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function NoReturns({ by }: { readonly by: Returns['by'] }) {
  const isTag = by === 'feature' || by === 'customer';
  return (
    <EmptyState
      shows={`Cost to make, cost to run, value and payback of each ${DIMENSIONS[by].label.toLowerCase()}.`}
      why={
        isTag
          ? `No outcome event has a ${by}. Add the column ${by} to the outcome events.`
          : 'No cost and no value yet. Import a bill, and record what predictions earn.'
      }
      command="steelyard value import orders.csv --model ranker --currency EUR"
    />
  );
}
