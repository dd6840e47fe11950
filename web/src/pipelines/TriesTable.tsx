import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { tookMs } from './run-times.ts';
import { StepReason } from './StepReason.tsx';
import { CpuTime, GpuEnergy, GpuWork, MostMemory, PricedBy, RanOn } from './TakenFigures.tsx';
import { Took } from './Took.tsx';

type Try = PipelineStep['attempts'][number];

/** Every ended attempt: outcome, resources, cost, and its checkpoint. */
export function TriesTable({ step: { step, attempts } }: { readonly step: PipelineStep }) {
  return (
    <SortableTable
      label={`Attempts of ${step}`}
      rows={attempts}
      columns={[
        { head: 'Attempt', by: (one) => one.attempt },
        { head: 'Ended', by: (one) => one.reason ?? 'succeeded' },
        { head: 'Duration', by: (one) => tookMs(one, Date.parse(one.startedAt)), numeric: true },
        { head: 'Cost', by: (one) => one.cost?.amount, numeric: true },
        { head: 'CPU time', by: (one) => one.cpuSeconds, numeric: true },
        { head: 'Peak memory', by: (one) => one.peakMemoryBytes, numeric: true },
        { head: 'GPUs', by: (one) => one.gpus?.count },
        { head: 'GPU energy', by: (one) => one.gpus?.energyJoules, numeric: true },
        { head: 'Ran on', by: (one) => one.place?.instance ?? one.place?.node },
        { head: 'Priced by', by: (one) => one.prices.join('; ') },
        { head: 'Checkpoint', by: (one) => one.checkpoint },
      ]}
      row={(one) => <Row key={one.attempt} attempt={one} />}
    />
  );
}

function Row({ attempt: one }: { readonly attempt: Try }) {
  return (
    <tr>
      <th scope="row">{one.attempt}</th>
      <td>{endText(one)}</td>
      <td className={table.number}>
        <Took of={one} nowMs={Date.parse(one.startedAt)} reason="The end time is not known." />
      </td>
      <td className={table.number}>
        {one.cost === null ? <Unknown reason="Its resources have no price." /> : <MoneyFigure money={one.cost} />}
      </td>
      <td className={table.number}>
        <CpuTime of={one} />
      </td>
      <td className={table.number}>
        <MostMemory of={one} />
      </td>
      <td>
        <GpuWork of={one} />
      </td>
      <td className={table.number}>
        <GpuEnergy of={one} />
      </td>
      <td>
        <RanOn of={one} />
      </td>
      <td>
        <PricedBy of={one} />
      </td>
      <td>{one.checkpoint ?? <Unknown reason="It reported no checkpoint." />}</td>
    </tr>
  );
}

function endText({ reason, exitCode }: Try) {
  const code = exitCode === null || reason?.includes('exit code') === true ? '' : `, exit code ${exitCode}`;
  return (
    <>
      {reason === null ? 'succeeded' : <StepReason reason={reason} />}
      {code}
    </>
  );
}
