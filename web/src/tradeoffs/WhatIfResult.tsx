import type { ReactNode } from 'react';
import type { WhatIfAnswer, WhatIfState } from '../../../src/tradeoff/frontier/schema.ts';
import { formatCount, formatMilliseconds, formatTimes } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import table from '../table/table.module.css';
import { EstimatedFigure } from './EstimatedFigure.tsx';
import { formatReplicas } from './frontier-data.ts';
import { MeasureWithInterval } from './MeasureWithInterval.tsx';
import styles from './tradeoffs.module.css';
import { WaitingFigure } from './WaitingFigure.tsx';
import { explainUnknown } from './what-if-change.ts';

interface WhatIfResultProps {
  readonly answer: WhatIfAnswer;
  readonly metric: string;
}

/** Now, then and their difference with intervals; below them the assumptions and the missing evidence. */
export function WhatIfResult({ answer, metric }: WhatIfResultProps) {
  const { assumptions, missing } = answer;
  return (
    <>
      <div className={styles.then}>
        <table className={table.table} aria-label="Effect of the change">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col">Now</th>
              <th scope="col">Then</th>
              <th scope="col">Difference</th>
            </tr>
          </thead>
          <tbody>
            {buildRows(answer, metric).map(({ name, now, after, difference }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{now}</td>
                <td>{after}</td>
                <td>{difference}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <TextList title="Missing evidence" texts={missing} />
      <TextList title="Assumptions" texts={assumptions} />
    </>
  );
}

interface Row {
  readonly name: string;
  readonly now: ReactNode;
  readonly after: ReactNode;
  readonly difference: ReactNode;
}

function buildRows({ model, now, then, difference, missing }: WhatIfAnswer, metric: string): Row[] {
  const row = (name: string, show: (state: WhatIfState) => ReactNode, delta: ReactNode = ''): Row => ({
    name,
    now: show(now),
    after: then === null ? <Unknown reason={explainUnknown(null, 'costPerMonth', missing)} /> : show(then),
    difference: delta,
  });
  const unknown = (state: WhatIfState, figure: WhatIfState['unknown'][number]['figure']) => (
    <Unknown reason={explainUnknown(state, figure, missing)} />
  );
  return [
    row('Version', ({ version }) => <VersionLink model={model} version={version} />),
    row('Hardware', ({ configuration, purchase }) =>
      configuration === null ? (
        <Unknown reason="No measured configuration is known." />
      ) : (
        `${configuration.hardware.name}, ${purchase}`
      ),
    ),
    row('Predictions a month', ({ demand }) =>
      demand === null ? <Unknown reason="No demand is known." /> : formatCount(Math.round(demand.predictionsPerMonth)),
    ),
    row('Replicas', (state) =>
      state.replicas === null ? unknown(state, 'costPerMonth') : formatReplicas(state.replicas),
    ),
    row(
      'Cost a month',
      (state) =>
        state.costPerMonth === null ? unknown(state, 'costPerMonth') : <EstimatedFigure money={state.costPerMonth} />,
      <CostDifference difference={difference} now={now} then={then} />,
    ),
    row(
      'Requests that wait too long',
      (state) => (state.latency === null ? unknown(state, 'latency') : <WaitingFigure waiting={state.latency} />),
      difference?.waiting == null ? (
        <Unknown reason="One of both is unknown." />
      ) : (
        <>
          <MeasureWithInterval value={toPoints(difference.waiting)} isDifference /> points
        </>
      ),
    ),
    row('Latency p95, evaluated', ({ latencyP95Ms }) =>
      latencyP95Ms === null ? (
        <Unknown reason="The evaluation has no latency column." />
      ) : (
        formatMilliseconds(latencyP95Ms)
      ),
    ),
    row(
      metric,
      (state) => (state.quality === null ? unknown(state, 'quality') : <MeasureWithInterval value={state.quality} />),
      difference?.quality == null ? (
        <Unknown reason="One of both is unknown." />
      ) : then?.version === now.version ? (
        'same version'
      ) : (
        <MeasureWithInterval value={difference.quality} isDifference tip={difference.quality.test} />
      ),
    ),
  ];
}

function CostDifference({ difference, now, then }: Pick<WhatIfAnswer, 'difference' | 'now' | 'then'>) {
  if (difference?.costPerMonth == null) return <Unknown reason="One of both costs is unknown." />;
  const [before, after] = [now.costPerMonth, then?.costPerMonth];
  const times = before == null || after == null ? null : formatTimes(after.amount, before.amount);
  return (
    <>
      <EstimatedFigure money={difference.costPerMonth} isDifference />
      {times !== null && <span className={table.subLine}>{times} the cost of now</span>}
    </>
  );
}

/** Shares as points of a hundred. */
function toPoints({ estimate, lower, upper }: { estimate: number; lower: number; upper: number }) {
  return { estimate: 100 * estimate, lower: 100 * lower, upper: 100 * upper };
}

function TextList({ title, texts }: { readonly title: string; readonly texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <section className={styles.assumed}>
      <h3>{title}</h3>
      <ul>
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}
