import { useMemo } from 'react';
import type { ModelReturn } from '../../../src/tradeoff/returns/schema.ts';
import { DisplayToggle } from '../charts/DisplayToggle.tsx';
import { Legend } from '../charts/Legend.tsx';
import { TimePanels } from '../charts/TimePanels.tsx';
import { usePng } from '../charts/use-png.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { formatDate } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { ReturnMoney } from './ReturnMoney.tsx';
import styles from './returns.module.css';
import { buildTrendPanels } from './trend-panels.ts';

const PANEL_HEIGHT = 150;
const MOST_MARKS = 12;
const SERIES = [
  { id: 'value', label: 'Value', variable: '--ink' },
  { id: 'running', label: 'Cost to run', variable: '--cost-fill' },
  { id: 'making', label: 'Cost to make', variable: '--ink-3' },
];

interface TrendCardProps {
  readonly found: ModelReturn;
  readonly asTable: boolean;
  readonly onTable: (asTable: boolean) => void;
}

/** Value and cost by day, with the balance and the versions as marks above the plot. */
export function TrendCard({ found, asTable, onTable }: TrendCardProps) {
  const { model, trend, marks, currency, figures } = found;
  const data = useMemo(() => buildTrendPanels(found), [found]);
  const { onChart, save } = usePng(`${model}-returns`);
  return (
    <Card
      title="Trend"
      note="Triangles: a version was registered or served first. Drag to zoom."
      actions={
        trend.length > 0 && (
          <DisplayToggle
            label="Trend shown as"
            what="the trend"
            asTable={asTable}
            onShow={onTable}
            csvName={`${model}-returns`}
            csv={() => trendCsv(found)}
            onPng={save}
          />
        )
      }
      flush={asTable}
    >
      {trend.length === 0 || currency === null ? (
        <EmptyState
          shows="Value and cost by day, with the balance and the versions of the model."
          why={figures.contribution.reason ?? 'No cost and no value in these days.'}
        />
      ) : asTable ? (
        <TrendTable found={found} currency={currency} />
      ) : (
        <>
          <Legend series={SERIES} />
          <TimePanels
            data={data}
            panelHeight={PANEL_HEIGHT}
            onChart={onChart}
            label={`Value, cost and balance of ${model} by day: ${counted(trend.length, 'day')}. The table has every figure.`}
          />
          {marks.length > 0 && (
            <ul className={styles.marks} aria-label="Versions">
              {marks.slice(-MOST_MARKS).map(({ at, version, kind, endpoint }) => (
                <li key={`${at} ${version} ${kind}`}>
                  <VersionLink model={model} version={version}>
                    v{version}
                  </VersionLink>{' '}
                  {kind === 'registered' ? 'registered' : `served by ${endpoint}`}, {formatDate(at)}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Card>
  );
}

const PARTS = [
  { part: 'making', name: 'Cost to make' },
  { part: 'running', name: 'Cost to run' },
  { part: 'value', name: 'Value' },
  { part: 'balance', name: 'Balance' },
] as const;

function TrendTable({ found: { trend }, currency }: { readonly found: ModelReturn; readonly currency: string }) {
  return (
    <SortableTable
      label="Trend"
      rows={trend.toReversed()}
      columns={[
        { head: 'Day', by: (point) => point.day },
        ...PARTS.map(({ part, name }) => ({
          head: name,
          by: (point: ModelReturn['trend'][number]) => point[part],
          numeric: true,
        })),
      ]}
      row={(point) => (
        <tr key={point.day}>
          <th scope="row">{formatDate(point.day)}</th>
          {PARTS.map(({ part }) => (
            <td key={part} className={table.number}>
              <ReturnMoney
                money={point[part] === null ? null : { amount: point[part], currency }}
                reason="unknown on this day"
              />
            </td>
          ))}
        </tr>
      )}
    />
  );
}

function trendCsv({ trend, currency }: ModelReturn): string {
  return toCsv(
    ['day', 'making', 'running', 'value', 'balance', 'currency'],
    trend.map(({ day, making, running, value, balance }) => [day, making, running, value, balance, currency]),
  );
}
