import { useMemo } from 'react';
import { type GpuEfficiency, gpuEfficiencyCsv } from '../../../src/finops/gpu-usage/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { Legend } from '../charts/Legend.tsx';
import { ShareLines } from '../charts/ShareLines.tsx';
import { usePng } from '../charts/use-png.ts';
import { formatDay } from '../format/time.ts';
import { useTeams } from '../frame/use-teams.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { EfficiencyTable } from './EfficiencyTable.tsx';
import { efficiencySeries, listEfficiencySlots } from './efficiency-series.ts';
import { EFFICIENCY_BY } from './gpus-search.ts';
import type { GpusInView } from './use-gpus.ts';
import { DIMENSIONS } from './words.ts';

const HEIGHT = 260;
const LOADING_HEIGHT = 288;
const STEPS = [
  { value: 'day', label: 'Days' },
  { value: 'week', label: 'Weeks' },
] as const;
const VIEWS = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;

const slotLabel = (slot: string) => formatDay(slot.slice(0, 10));

/** How much of the GPU time of each team or model was used, over time. */
export function EfficiencyCard({ gpus }: { readonly gpus: GpusInView }) {
  const { efficiency, efficiencyQuery, over, step, search, choose } = gpus;
  const png = usePng(`gpu-efficiency-by-${over}`);
  const asTable = search.efficiency === 'table';
  const csv = buildUrl(gpuEfficiencyCsv, { query: { ...efficiencyQuery, top: 1000 } });
  return (
    <Card
      title="GPU efficiency over time"
      note="Used share of the GPU-hours of each owner; most hours first"
      actions={
        <>
          <Select
            label="By"
            value={over}
            options={EFFICIENCY_BY.map((value) => ({ value, label: DIMENSIONS[value] }))}
            onChange={(value) => choose({ over: EFFICIENCY_BY.find((one) => one === value) })}
          />
          <Choice
            label="Points by"
            value={step}
            options={STEPS}
            onChange={(value) => choose({ step: value === 'week' ? 'week' : undefined })}
          />
          <Choice
            label="Shown as"
            value={asTable ? 'table' : 'chart'}
            options={VIEWS}
            onChange={(value) => choose({ efficiency: value === 'table' ? 'table' : undefined })}
          />
          <a className={parts.button} href={csv} download={`gpu-efficiency-by-${over}.csv`}>
            CSV<span className="visually-hidden"> of the efficiency</span>
          </a>
          {!asTable && (
            <button type="button" className={parts.button} onClick={png.save}>
              PNG<span className="visually-hidden"> of the efficiency</span>
            </button>
          )}
        </>
      }
      flush={asTable}
    >
      <Loaded query={efficiency} what="The efficiency" height={LOADING_HEIGHT}>
        {(data) =>
          asTable ? <EfficiencyTable efficiency={data} /> : <Lines efficiency={data} onChart={png.onChart} />
        }
      </Loaded>
    </Card>
  );
}

interface LinesProps {
  readonly efficiency: GpuEfficiency;
  readonly onChart: ReturnType<typeof usePng>['onChart'];
}

function Lines({ efficiency, onChart }: LinesProps) {
  const teams = useTeams();
  const slots = useMemo(() => listEfficiencySlots(efficiency), [efficiency]);
  const series = useMemo(() => efficiencySeries(efficiency, teams ?? []), [efficiency, teams]);
  return (
    <>
      <Legend series={series} />
      <ShareLines
        label={`Lines: used share of GPU-hours by ${efficiency.step} and ${efficiency.by}. Choose Table to read the figures.`}
        slots={slots}
        slotLabel={slotLabel}
        series={series}
        height={HEIGHT}
        onChart={onChart}
      />
    </>
  );
}
