import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { StepReason } from './StepReason.tsx';
import { CpuTime, GpuEnergy, GpuWork, MostMemory, PricedBy, RanOn } from './TakenFigures.tsx';
import { Took } from './Took.tsx';
import { WideTable } from './WideTable.tsx';

type Try = PipelineStep['attempts'][number];

/** Every ended attempt: outcome, resources, cost, and its checkpoint. */
export function TriesTable({ step: { step, attempts } }: { readonly step: PipelineStep }) {
  return (
    <WideTable label={`Attempts of ${step}`}>
      <table className={table.table} aria-label={`Attempts of ${step}`}>
        <thead>
          <tr>
            <th scope="col">Attempt</th>
            <th scope="col">Ended</th>
            <th scope="col" className={table.number}>
              Duration
            </th>
            <th scope="col" className={table.number}>
              Cost
            </th>
            <th scope="col" className={table.number}>
              CPU time
            </th>
            <th scope="col" className={table.number}>
              Peak memory
            </th>
            <th scope="col">GPUs</th>
            <th scope="col" className={table.number}>
              GPU energy
            </th>
            <th scope="col">Ran on</th>
            <th scope="col">Priced by</th>
            <th scope="col">Checkpoint</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((one) => (
            <Row key={one.attempt} attempt={one} />
          ))}
        </tbody>
      </table>
    </WideTable>
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
