import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Anomaly, LedgerJudging } from '../../../src/finops/anomalies/ledger/schema.ts';
import { toCsv } from '../format/csv.ts';
import { formatMoney } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { formatDay } from '../format/time.ts';
import { useScope } from '../frame/use-scope.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { AnomaliesTable } from './AnomaliesTable.tsx';
import { AnomalyFilters } from './AnomalyFilters.tsx';
import type { AnomaliesSearch } from './anomalies-search.ts';
import { TimelineCard } from './TimelineCard.tsx';
import { useAnomalies, useDailyCost } from './use-anomalies.ts';
import { anomaliesAnswer, sliceName } from './words.ts';

const TABLE_HEIGHT = 280;
const CHART_HEIGHT = 340;

/** What was out of the ordinary in what we spend, why, and what does it cost? */
export function AnomaliesPage() {
  const scope = useScope();
  const search = useSearch({ from: '/anomalies' });
  const navigate = useNavigate({ from: '/anomalies' });
  const anomalies = useAnomalies(scope, search);
  const daily = useDailyCost(scope);
  const onSearch = (next: AnomaliesSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false, replace: true });
  const { costs, currency } = useMemo(() => costsOf(daily.data?.rows ?? []), [daily.data]);
  const found = anomalies.data?.anomalies ?? [];
  const answer = () => {
    if (scope.empty) return 'No bill has been imported yet.';
    if (anomalies.isError) return 'The anomalies could not be read.';
    return anomalies.data === undefined ? <AnswerPending /> : anomaliesAnswer(anomalies.data, scope.month);
  };
  if (scope.empty) {
    return (
      <Page title="Anomalies" answer={answer()}>
        <Card title="What was out of the ordinary?">
          <EmptyState
            shows="What was out of the ordinary in cost, usage and prices, with its cause and its money."
            why="The ledger is judged whenever a bill comes. After four weeks of daily charges it has something to compare with."
            command="steelyard bill import bill.csv --source aws"
          />
        </Card>
      </Page>
    );
  }
  return (
    <Page title="Anomalies" answer={answer()}>
      <div className={layout.stack}>
        <Loaded query={daily} what="The cost of the days" height={CHART_HEIGHT}>
          {() => costs.length > 0 && <TimelineCard costs={costs} anomalies={found} currency={currency} />}
        </Loaded>
        <Card
          title="What happened, why, and what did it cost?"
          note={anomalies.data?.judging == null ? '\u00a0' : judgedText(anomalies.data.judging)}
          flush
          actions={
            <>
              <AnomalyFilters search={search} onSearch={onSearch} />
              <CsvButton name="anomalies" what="the anomalies" text={() => anomaliesCsv(found)} />
            </>
          }
        >
          <Loaded query={anomalies} what="The anomalies" height={TABLE_HEIGHT}>
            {(data) =>
              data.anomalies.length > 0 ? (
                <AnomaliesTable anomalies={data.anomalies} />
              ) : (
                <EmptyState
                  shows="Every anomaly with its cause, its days and its money."
                  why={whyNone(data.judging, search)}
                />
              )
            }
          </Loaded>
        </Card>
      </div>
    </Page>
  );
}

function costsOf(rows: readonly Readonly<Record<string, string | null>>[]) {
  const currency = rows[0]?.currency ?? 'USD';
  const costs = rows
    .flatMap(({ day, amount, currency: of }) =>
      day == null || amount == null || of !== currency ? [] : [{ day, amount }],
    )
    .sort((a, b) => a.day.localeCompare(b.day));
  return { costs, currency };
}

/** How it was judged: thresholds by their false alarms. */
function judgedText({ series, through, falseAlarmsPer30Days, alarmStrength, longer }: LedgerJudging): string {
  const until = through === null ? '' : ` through ${formatDay(through)}`;
  const left = longer.map(({ amount, currency }) => formatMoney({ amount, currency })).join(', ');
  const not = left === '' ? '' : ` Charges for longer than a day (${left}) are not judged by day.`;
  return `${counted(series, 'series', 'series')} judged${until}; about ${counted(falseAlarmsPer30Days, 'false alarm')} in 30 days over all of them, so an alarm takes ${alarmStrength} standard deviations.${not}`;
}

function whyNone(judging: LedgerJudging | null, search: AnomaliesSearch): string {
  if (Object.values(search).some((value) => ['open', 'ended', 'restated', 'over', 'under'].includes(value ?? ''))) {
    return 'None is so in this month. Choose another state or side.';
  }
  if (judging === null || judging.series === 0) {
    return 'Nothing can be judged before there are four weeks of daily charges.';
  }
  return 'Nothing was out of the ordinary in this month. Choose another one above, or all.';
}

function anomaliesCsv(anomalies: readonly Anomaly[]): string {
  return toCsv(
    [
      'id',
      'what',
      'kind',
      'direction',
      'measure',
      'state',
      'start',
      'end',
      'actual',
      'expected',
      'impact',
      'currency',
      'verdict',
      'sentence',
    ],
    anomalies.map((one) => [
      ...[one.id, sliceName(one.slice), one.kind, one.direction, one.measure, one.state, one.start, one.end],
      ...[one.actual, one.expected, one.impact, one.currency, one.feedback?.verdict ?? null, one.sentence],
    ]),
  );
}
