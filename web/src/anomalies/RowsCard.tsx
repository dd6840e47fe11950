import { Link } from '@tanstack/react-router';
import type { AnomalyDetail, AnomalyEvidence, AnomalyRow } from '../../../src/finops/anomalies/schema.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { shortName } from '../format/short-name.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { ChangesTable } from './ChangesTable.tsx';

interface RowsCardProps {
  readonly anomaly: AnomalyDetail;
  readonly evidence: AnomalyEvidence;
  readonly currency: string;
}

const SKU = ['skuId', 'skuMeter', 'chargeDescription'];
/** Some bills begin a description with the price: `$21.96 per On Demand …`. */
const PRICE = /^\$[\d.,]+ per /;
const COLUMNS = ['team', 'serviceName', 'regionId', 'resourceId'];

/** The charges behind it, each with its bill rows on the costs page. */
export function RowsCard({ anomaly, evidence, currency }: RowsCardProps) {
  const { rows, otherRows, filter, cost } = evidence;
  const names = new Map(evidence.drivers.map(({ sku, description }) => [sku, description]));
  const lines = rows.map((row) => ({
    key: row.filter.join('&'),
    name: (
      <>
        <Link to="/costs" search={rowsSearch(anomaly, row.filter, currency)} className={parts.textLink}>
          {nameCharge(row, names)}
        </Link>
        <span className={layout.sub} data-tip={formatPlace(row, (value) => value)}>
          {formatPlace(row, shortName)}
        </span>
      </>
    ),
    amounts: row,
  }));
  const others =
    otherRows === null ? [] : [{ key: 'others', name: counted(otherRows.count, 'other'), amounts: otherRows }];
  return (
    <Card
      title="Charges of this anomaly"
      note={`${counted(rows.length + (otherRows?.count ?? 0), 'kind of charge', 'kinds of charges')}, largest change first. A name leads to its bill rows.`}
      flush
      actions={
        <>
          <Link to="/costs" search={rowsSearch(anomaly, filter, currency)} className={parts.button}>
            All bill rows
          </Link>
          <CsvButton name={`${anomaly.id}-charges`} what="the charges" text={() => rowsCsv(evidence, currency)} />
        </>
      }
    >
      <ChangesTable
        label="Charges of this anomaly"
        of="Charge"
        lines={[...lines, ...others]}
        together={cost}
        currency={currency}
      />
    </Card>
  );
}

/** Its bill rows on the costs page: the same days, the same filters, the cost that is judged. */
function rowsSearch({ start, end }: AnomalyDetail, filter: readonly string[], currency: string) {
  return {
    ...{ from: start, to: end, filter: [...filter], metric: 'effectiveCost' as const, view: 'rows' as const, currency },
    period: undefined,
    team: undefined,
  };
}

/** Name of a charge: the description of its SKU with the code behind it, where the bill has one. */
function nameCharge({ values, chargeCategory }: AnomalyRow, names: ReadonlyMap<string | null, string | null>): string {
  const sku = SKU.map((name) => values[name]).find((value) => value != null);
  if (sku == null) return `${chargeCategory ?? 'Charges'} without a SKU`;
  const description = names.get(sku) ?? null;
  return description === null || description === sku ? sku : `${description.replace(PRICE, '')} (${sku})`;
}

function formatPlace({ values, chargeCategory }: AnomalyRow, toText: (value: string) => string): string {
  const all = [...COLUMNS.map((name) => values[name] ?? null), chargeCategory];
  return all.flatMap((value) => (value === null ? [] : toText(value))).join(', ');
}

function rowsCsv({ rows }: AnomalyEvidence, currency: string): string {
  const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  return toCsv(
    [...names, 'chargeCategory', 'rows', 'expected', 'actual', 'change', 'currency'],
    rows.map(({ values, chargeCategory, rows: count, expected, actual, change }) => [
      ...names.map((name) => values[name] ?? null),
      ...[chargeCategory, String(count), expected, actual, change, currency],
    ]),
  );
}
