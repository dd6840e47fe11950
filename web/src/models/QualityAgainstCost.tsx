import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { QualityCostChart } from '../charts/QualityCostChart.tsx';
import { usePng } from '../charts/use-png.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { qualityCostData } from './quality-cost-data.ts';
import { comparedBasis } from './unit-costs.ts';
import { versionsCsv } from './versions-csv.ts';

interface QualityAgainstCostProps {
  readonly model: string;
  readonly versions: readonly VersionEvidence[];
  readonly compared: ComparedUnitCosts;
  readonly policy: Policy | undefined;
  readonly metric: string | undefined;
  /** Select of the metric. */
  readonly choose: ReactNode;
}

const HEIGHT = 360;

/** Quality against cost, a mark for each version. */
export function QualityAgainstCost({ model, versions, compared, policy, metric, choose }: QualityAgainstCostProps) {
  const png = usePng(`${model}-quality-against-cost`);
  const { data, missing } = useMemo(
    () => qualityCostData({ versions, compared, policy, metric: metric ?? '' }),
    [versions, compared, policy, metric],
  );
  const left = missing.length === 0 ? '' : ` Not shown, without a comparable figure: version ${missing.join(', ')}.`;
  const basis = comparedBasis(compared);
  const cost = basis === null ? '' : ` Cost: ${basis}.`;
  const bounds = data.floor !== null && data.ceiling !== null ? ' The shaded corner meets the policy.' : '';
  return (
    <Card
      title="Quality against cost by version"
      note={`Up is better, left is cheaper${data.logCost ? '; the cost axis is logarithmic' : ''}.${cost}${bounds}${left}`}
      actions={
        <>
          <Link to="/trade-offs/$model" params={{ model }} className={parts.textLink}>
            Trade-offs
          </Link>
          {choose}
          <CsvButton name={`${model}-versions`} what="the versions" text={() => versionsCsv(versions, compared)} />
          <button type="button" className={parts.button} onClick={png.save}>
            PNG<span className="visually-hidden"> of the chart</span>
          </button>
        </>
      }
    >
      {data.points.length === 0 ? (
        <EmptyState
          shows="A mark for each version: its quality against its cost."
          why="No version has both a metric and a cost per prediction that can be compared. Log metrics with MLflow and record a benchmark of each version: usage that counts predictions and names no endpoint."
        />
      ) : (
        <QualityCostChart
          data={data}
          height={HEIGHT}
          onChart={png.onChart}
          label={`Scatter of ${data.points.length} versions: ${data.metric} against cost per 1,000 predictions. The table below has the figures.`}
        />
      )}
    </Card>
  );
}
