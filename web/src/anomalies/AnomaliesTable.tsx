import { Fragment, useMemo, useState } from 'react';
import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { AnomalyRow } from './AnomalyRow.tsx';
import { CauseRow } from './CauseRow.tsx';
import { type Cause, groupByCause } from './causes.ts';
import { rateSeverity } from './severity.ts';
import { kindWord, STATES } from './words.ts';

const RANKS = { high: 2, medium: 1, low: 0 } as const;
const size = ({ impact }: Cause) => Math.abs(Number(impact ?? 0));
const rank = ({ anomalies }: Cause) =>
  Math.max(...anomalies.map((one) => RANKS[rateSeverity(one)?.severity ?? 'low'])) * 1e12;
const first = ({ anomalies }: Cause) => anomalies[0];
const textOf = (read: (anomaly: Anomaly) => string) => (a: Cause, b: Cause) => {
  const [one, other] = [first(a), first(b)];
  return (one === undefined ? '' : read(one)).localeCompare(other === undefined ? '' : read(other));
};
const bySeverity = (a: Cause, b: Cause) => rank(a) + size(a) - rank(b) - size(b);
const COMPARE: Comparators<Cause> = {
  name: (a, b) => a.name.localeCompare(b.name),
  severity: bySeverity,
  kind: textOf(kindWord),
  days: textOf(({ start }) => start),
  owner: textOf(({ assigned }) => assigned?.to.name ?? '~'),
  state: textOf(({ state }) => STATES[state]),
  impact: (a, b) => size(a) - size(b),
};

/** Anomalies by cause, the gravest first: event, severity, time, owner, and cost in excess of the expected cost. A cause with several days or teams opens to its anomalies. */
export function AnomaliesTable({ anomalies }: { readonly anomalies: readonly Anomaly[] }) {
  const causes = useMemo(() => groupByCause(anomalies).toSorted((a, b) => bySeverity(b, a)), [anomalies]);
  const { sorted, sort } = useSorted(causes, COMPARE);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) =>
    setOpened((before) => new Set(before.has(key) ? [...before].filter((one) => one !== key) : [...before, key]));
  return (
    <table className={table.table} aria-label="Anomalies">
      <thead>
        <tr>
          <SortHead column="name" sort={sort}>
            Anomaly
          </SortHead>
          <SortHead column="severity" sort={sort} className={table.wideOnly}>
            Severity
          </SortHead>
          <SortHead column="kind" sort={sort} className={table.wideOnly}>
            Kind
          </SortHead>
          <SortHead column="days" sort={sort} className={table.wideOnly}>
            Days
          </SortHead>
          <SortHead column="owner" sort={sort} className={table.wideOnly}>
            Owner
          </SortHead>
          <SortHead column="state" sort={sort}>
            State
          </SortHead>
          <SortHead column="impact" sort={sort} numeric>
            Above or below expected
          </SortHead>
        </tr>
      </thead>
      <tbody>
        {sorted.map((cause) => {
          const [only] = cause.anomalies;
          if (only !== undefined && cause.anomalies.length === 1) return <AnomalyRow key={only.id} anomaly={only} />;
          const isOpen = opened.has(cause.key);
          return (
            <Fragment key={cause.key}>
              <CauseRow cause={cause} isOpen={isOpen} onToggle={() => toggle(cause.key)} />
              {isOpen && cause.anomalies.map((anomaly) => <AnomalyRow key={anomaly.id} anomaly={anomaly} isPart />)}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}
