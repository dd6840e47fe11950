import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type DateRange, daysIn, rangePhrase } from '../frame/date-range.ts';
import { useScope } from '../frame/use-scope.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import { PartialNotice } from '../parts/PartialNotice.tsx';
import { describeReadError } from '../parts/read-error.ts';
import type { AnomaliesSearch } from './anomalies-search.ts';
import { ListCard } from './ListCard.tsx';
import { TimelineCard } from './TimelineCard.tsx';
import { useAnomalies, useDailyCost } from './use-anomalies.ts';
import { anomaliesAnswer, largestText } from './words.ts';

const HEIGHT = 720;

/** Anomalies of the range and team: cause, excess cost, and the daily cost around them. */
export function AnomaliesPage() {
  const scope = useScope();
  const search = useSearch({ from: '/anomalies' });
  const navigate = useNavigate({ from: '/anomalies' });
  const { daily, shown } = useDailyCost(scope);
  const { team } = scope;
  const isKnown = scope.ready && !daily.isPending && !daily.isPlaceholderData;
  const anomalies = useAnomalies({ range: shown, team }, search, isKnown);
  const before = useAnomalies({ range: scope.before, team }, search, isKnown && scope.before !== undefined);
  const isWider = scope.range !== undefined && shown !== scope.range;
  const phrase = shown === undefined ? scope.phrase : rangePhrase(shown);
  const onSearch = (next: AnomaliesSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false, replace: true });
  const { costs, currency } = useMemo(() => listCosts(daily.data?.rows ?? [], shown), [daily.data, shown]);
  const answer = () => {
    if (scope.empty) return 'No bill has been imported yet.';
    if (anomalies.isError) return describeReadError(anomalies.error, 'The anomalies');
    if (anomalies.data === undefined) return <AnswerPending />;
    const isCompared = scope.before !== undefined && !isWider && !before.isError;
    if (isCompared && before.data === undefined) return <AnswerPending />;
    const compared =
      isCompared && scope.before !== undefined && before.data !== undefined
        ? ` Compared with: ${anomaliesAnswer(before.data, rangePhrase(scope.before))}`
        : largestText(anomalies.data);
    return `${anomaliesAnswer(anomalies.data, phrase)}${compared}`;
  };
  if (scope.empty) {
    return (
      <Page title="Anomalies" answer={answer()}>
        <Card title="Anomalies in this period">
          <EmptyState
            shows="Anomalies in cost, usage, prices, GPUs and predictions, each with its cause and its amount."
            why="Each import starts a scan. Anomaly detection needs four weeks of daily charges."
            command="steelyard bill import bill.csv --source aws"
          />
        </Card>
      </Page>
    );
  }
  return (
    <Page title="Anomalies" answer={answer()} longAnswer={scope.before !== undefined}>
      <Loaded
        query={{ ...anomalies, data: daily.isPending ? undefined : anomalies.data }}
        what="The anomalies"
        height={HEIGHT}
      >
        {(data) => (
          <div className={layout.stack}>
            <PartialNotice partial={data.partial} />
            {isWider && (
              <Notice>
                {scope.label} has less than a week of charges: the page shows the 30 days to its last charge.
              </Notice>
            )}
            {costs.length > 0 && <TimelineCard costs={costs} anomalies={data.anomalies} currency={currency} />}
            <ListCard list={data} search={search} onSearch={onSearch} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function listCosts(rows: readonly Readonly<Record<string, string | null>>[], shown: DateRange | undefined) {
  const days = shown === undefined ? undefined : daysIn(shown);
  const currency = rows[0]?.currency ?? 'USD';
  const costs = rows
    .flatMap(({ day, amount, currency: of }) =>
      day == null || amount == null || of !== currency || isOutside(day, days) ? [] : [{ day, amount }],
    )
    .sort((a, b) => a.day.localeCompare(b.day));
  return { costs, currency };
}

function isOutside(day: string, days: DateRange | undefined): boolean {
  return days !== undefined && (day < days.from || day > days.to);
}
