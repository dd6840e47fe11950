import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type GpuReadings, getGpuReadings } from '../../../src/finops/gpu-usage/schema.ts';
import { ShareLines } from '../charts/ShareLines.tsx';
import { endpointQuery } from '../client.ts';
import { formatDay, formatInstant } from '../format/time.ts';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './gpus.module.css';
import { widthText } from './words.ts';

const HEIGHT = 180;
const LOADING_HEIGHT = 260;
const MOST_HOLDERS = 50;

interface GpuPanelProps {
  readonly gpu: string;
  readonly days: { readonly from?: string; readonly to?: string };
  readonly onClose: () => void;
}

/** The readings of one GPU, and its holders. */
export function GpuPanel({ gpu, days, onClose }: GpuPanelProps) {
  const readings = useQuery(endpointQuery(getGpuReadings, { query: { gpu, ...days, slots: 200 } }));
  return (
    <section className={styles.held} aria-label={`GPU ${gpu}`} data-testid="gpu">
      <div className={styles.foot}>
        <strong>
          <code>{gpu}</code>
        </strong>
        <button type="button" className={parts.button} onClick={onClose}>
          Close
        </button>
      </div>
      <Loaded query={readings} what="The readings" height={LOADING_HEIGHT}>
        {(data) => (data.points.length === 0 ? <p>No readings in this time.</p> : <Readings readings={data} />)}
      </Loaded>
    </section>
  );
}

const slotLabel = (slot: string) => formatInstant(slot);
const DAY_CHARS = 'YYYY-MM-DD'.length;

function Readings({ readings }: { readonly readings: GpuReadings }) {
  const { points, slotMs, holders } = readings;
  const slots = useMemo(() => points.map(({ start }) => start), [points]);
  // A date below the first slot of each day.
  const axisText = useMemo(
    () => (slot: string, index: number) => {
      const day = slot.slice(0, DAY_CHARS);
      return slots[index - 1]?.slice(0, DAY_CHARS) === day ? '' : formatDay(day);
    },
    [slots],
  );
  const series = useMemo(
    () => [
      {
        id: 'mean',
        label: 'Mean utilization',
        variable: '--use-full',
        shares: points.map((point) => point.meanUtilizationRatio),
      },
    ],
    [points],
  );
  return (
    <>
      <ShareLines
        label={`Line: mean utilization of ${readings.gpu} in slots of ${widthText(slotMs)}`}
        slots={slots}
        slotLabel={slotLabel}
        axisText={axisText}
        series={series}
        height={HEIGHT}
      />
      {holders.length === 0 ? <p className={styles.foot}>No owner is recorded.</p> : <Holders holders={holders} />}
    </>
  );
}

function Holders({ holders }: { readonly holders: GpuReadings['holders'] }) {
  const latest = holders.slice(-MOST_HOLDERS).toReversed();
  return (
    <SortableTable
      testId="holders"
      rows={latest}
      columns={[
        { head: 'Owner', by: holderText },
        { head: 'From', by: (one) => one.start },
        { head: 'To', by: (one) => one.end },
        { head: 'On', by: (one) => one.gpuModel ?? one.host, className: table.wideOnly },
      ]}
      row={(span) => (
        <tr key={`${span.start} ${span.end} ${holderText(span)}`}>
          <th scope="row">{holderText(span)}</th>
          <td>
            <Instant at={span.start} />
          </td>
          <td>
            <Instant at={span.end} />
          </td>
          <td className={table.wideOnly}>{[span.gpuModel, span.host].filter((one) => one !== null).join(', ')}</td>
        </tr>
      )}
    />
  );
}

function holderText({ kind, subject, reason }: GpuReadings['holders'][number]): string {
  if (kind === 'nobody') return 'unallocated';
  if (subject === null) return `unknown: ${reason ?? 'no owner reported'}`;
  return Object.entries(subject)
    .map(([field, value]) => `${field} ${value}`)
    .join(', ');
}
