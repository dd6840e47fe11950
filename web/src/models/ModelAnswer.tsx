import { Link } from '@tanstack/react-router';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import { counted, formatPercent, formatTimes } from '../format/number.ts';
import { CostFigure } from './CostFigure.tsx';
import { QualityFigure } from './QualityFigure.tsx';
import { bestOn, championOf, directionOf, metricOf } from './versions.ts';

interface ModelAnswerProps {
  readonly versions: readonly VersionEvidence[];
  readonly policy: Policy | undefined;
  readonly metric: string | undefined;
  /** Begins with the model's name as a link: on pages that speak of several models. */
  readonly linked?: string;
}

/** What runs, at which quality and cost; and what the best version would add to both. */
export function ModelAnswer({ versions, policy, metric, linked }: ModelAnswerProps) {
  const champion = championOf(versions, policy);
  const name =
    linked === undefined ? undefined : (
      <Link to="/models/$model" params={{ model: linked }}>
        {linked}
      </Link>
    );
  if (champion === undefined) {
    return (
      <>
        {name === undefined ? 'No' : <>{name} has no</>} champion yet among {counted(versions.length, 'version')}.
      </>
    );
  }
  return (
    <>
      <strong>{name ?? champion.model}</strong> runs version {champion.version} as champion:{' '}
      {metric !== undefined && (
        <>
          {metric} <QualityFigure version={champion} metric={metric} /> at{' '}
        </>
      )}
      <CostFigure evidence={champion.costPerThousandPredictions} /> per 1,000 predictions
      {metric === undefined ? '.' : bestText(versions, champion, policy, metric)}
    </>
  );
}

function bestText(
  versions: readonly VersionEvidence[],
  champion: VersionEvidence,
  policy: Policy | undefined,
  metric: string,
): string {
  const best = bestOn(versions, metric, directionOf(metric, policy));
  const here = metricOf(champion, metric);
  const there = metricOf(best, metric);
  if (best === undefined || here === undefined || there === undefined) return '.';
  if (best.version === champion.version) return `; no version is better.`;
  const gain = here === 0 ? '' : ` ${formatPercent(Math.abs((there - here) / here) * 100)}`;
  const cost = best.costPerThousandPredictions.cost;
  const own = champion.costPerThousandPredictions.cost;
  if (cost === null || own === null || cost.currency !== own.currency) {
    return `; version ${best.version} is${gain} better at a cost that is unknown.`;
  }
  const times = formatTimes(cost.amount, own.amount);
  return `; version ${best.version} is${gain} better${times === null ? '' : ` and costs ${times} as much`}.`;
}
