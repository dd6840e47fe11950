import type { Anomaly, AnomalyList, LedgerJudging } from '../../../src/finops/anomalies/schema.ts';
import { toCsv } from '../format/csv.ts';
import { formatMoney } from '../format/money.ts';
import { counted, formatCount } from '../format/number.ts';
import { formatDay } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { AnomaliesTable } from './AnomaliesTable.tsx';
import { AnomalyFilters } from './AnomalyFilters.tsx';
import styles from './anomalies.module.css';
import type { AnomaliesSearch } from './anomalies-search.ts';
import { hasImpact } from './causes.ts';
import { formatTitle } from './words.ts';

interface ListCardProps {
  readonly list: AnomalyList;
  readonly search: AnomaliesSearch;
  readonly onSearch: (next: AnomaliesSearch) => void;
}

/** Every matching anomaly of the least impact, with the ledger's detection quality. */
export function ListCard({ list: { anomalies, judging, minImpactPercent }, search, onSearch }: ListCardProps) {
  const visible = anomalies.filter((one) => hasImpact(one, search.impact));
  const hidden = anomalies.length - visible.length;
  const owners = [...new Set(anomalies.flatMap(({ assigned }) => assigned?.to.name ?? []))].toSorted();
  return (
    <Card
      title="Anomalies and their cost"
      note={judging === null ? 'No scan yet.' : judgedText(judging)}
      flush
      actions={
        <>
          <AnomalyFilters owners={owners} minImpactPercent={minImpactPercent} search={search} onSearch={onSearch} />
          <CsvButton name="anomalies" what="the anomalies" text={() => anomaliesCsv(anomalies)} />
        </>
      }
    >
      {visible.length > 0 && <AnomaliesTable anomalies={visible} />}
      {hidden > 0 && (
        <p className={styles.minor}>
          {counted(hidden, 'smaller anomaly', 'smaller anomalies')} hidden (
          {search.impact === undefined
            ? `each below ${minImpactPercent} % of the spend of 30 days: not counted`
            : `each below ${formatCount(Number(search.impact))}`}
          ).
          <button type="button" className={parts.plain} onClick={() => onSearch({ impact: 'all' })}>
            Show all
          </button>
        </p>
      )}
      {anomalies.length === 0 && (
        <EmptyState shows="Every anomaly with its cause, its days and its amount." why={whyNone(judging, search)} />
      )}
    </Card>
  );
}

/** Detection quality: thresholds with their false-alarm rate. */
function judgedText({ series, through, falseAlarmsPer30Days, alarmStrength, longer }: LedgerJudging): string {
  const until = through === null ? '' : ` through ${formatDay(through)}`;
  const left = longer.map(({ amount, currency }) => formatMoney({ amount, currency })).join(', ');
  const not = left === '' ? '' : ` Charges for longer than a day (${left}) are left out.`;
  return `${counted(series, 'series', 'series')} scanned${until}; about ${counted(falseAlarmsPer30Days, 'false alarm')} in 30 days over all of them, at a threshold of ${alarmStrength} standard deviations.${not}`;
}

function whyNone(judging: LedgerJudging | null, search: AnomaliesSearch): string {
  const { state, direction, measure, feedback, owner } = search;
  if ([state, direction, measure, feedback, owner].some((chosen) => chosen !== undefined)) {
    return 'No anomaly of this range matches the filters. Choose another state, direction, measure, verdict or owner.';
  }
  if (judging === null || judging.series === 0) {
    return 'Anomaly detection needs four weeks of daily charges.';
  }
  return 'No anomaly in this range. Choose another one above.';
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
      'owner',
      'sentence',
    ],
    anomalies.map((one) => [
      ...[one.id, formatTitle(one), one.kind, one.direction, one.measure, one.state, one.start, one.end],
      ...[
        one.actual,
        one.expected,
        one.impact,
        one.currency,
        one.feedback?.verdict ?? null,
        one.assigned?.to.name ?? null,
      ],
      one.sentence,
    ]),
  );
}
