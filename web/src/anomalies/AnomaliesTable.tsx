import { Fragment, useMemo, useState } from 'react';
import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Compare, sortRows, useSort } from '../table/use-sort.ts';
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
const COMPARE: Readonly<Record<string, Compare<Cause>>> = {
  name: (a, b) => a.name.localeCompare(b.name),
  severity: (a, b) => rank(a) + size(a) - rank(b) - size(b),
  kind: textOf(kindWord),
  days: textOf(({ start }) => start),
  owner: textOf(({ assigned }) => assigned?.to.name ?? '~'),
  state: textOf(({ state }) => STATES[state]),
  impact: (a, b) => size(a) - size(b),
};

/** Anomalies by cause: event, severity, time, owner, and cost in excess of the expected cost. A cause with several days or teams opens to its anomalies. */
export function AnomaliesTable({ anomalies }: { readonly anomalies: readonly Anomaly[] }) {
  const causes = useMemo(() => groupByCause(anomalies), [anomalies]);
  const sorting = useSort();
  const sorted = sortRows(causes, sorting.sort, COMPARE);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) =>
    setOpened((before) => new Set(before.has(key) ? [...before].filter((one) => one !== key) : [...before, key]));
  return (
    <table className={table.table} aria-label="Anomalies">
      <thead>
        <tr>
          <SortHead id="name" label="Anomaly" {...sorting} />
          <SortHead id="severity" label="Severity" className={table.wideOnly ?? ''} {...sorting} />
          <SortHead id="kind" label="Kind" className={table.wideOnly ?? ''} {...sorting} />
          <SortHead id="days" label="Days" className={table.wideOnly ?? ''} {...sorting} />
          <SortHead id="owner" label="Owner" className={table.wideOnly ?? ''} {...sorting} />
          <SortHead id="state" label="State" {...sorting} />
          <SortHead id="impact" label="Above or below expected" numeric {...sorting} />
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
