import { useMemo } from 'react';
import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { TimePanels } from '../charts/TimePanels.tsx';
import { usePng } from '../charts/use-png.ts';
import { Card } from '../parts/Card.tsx';
import parts from '../parts/parts.module.css';
import { Lanes } from './Lanes.tsx';
import { type DayCost, timelinePanels } from './timeline-panels.ts';

const PANEL_HEIGHT = 88;

interface TimelineCardProps {
  readonly costs: readonly DayCost[];
  readonly anomalies: readonly Anomaly[];
  readonly currency: string;
}

/** Daily cost with a mark at the start of each anomaly, excess and shortfall below it, and a lane for each anomaly. */
export function TimelineCard({ costs, anomalies, currency }: TimelineCardProps) {
  const data = useMemo(() => timelinePanels(costs, anomalies, currency), [costs, anomalies, currency]);
  const { onChart, save } = usePng('anomalies');
  const [first, last] = [costs[0]?.day, costs.at(-1)?.day];
  return (
    <Card
      title="Timeline of anomalies"
      note="Triangles: start of an anomaly. Lanes: filled above, hatched below expected, hollow not counted. In the currency of the bill, not converted."
      actions={
        <button type="button" className={parts.button} onClick={save}>
          PNG<span className="visually-hidden"> of the timeline</span>
        </button>
      }
    >
      <TimePanels
        data={data}
        panelHeight={PANEL_HEIGHT}
        onChart={onChart}
        label={`${data.panels.map(({ title }) => title).join('; ')}: ${costs.length} days, ${anomalies.length} anomalies. The table below and its CSV have every figure.`}
      />
      {first !== undefined && last !== undefined && (
        <Lanes anomalies={anomalies.filter(({ isMinor }) => !isMinor)} first={first} last={last} />
      )}
    </Card>
  );
}
