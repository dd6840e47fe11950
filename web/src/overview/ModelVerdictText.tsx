import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { endpointQuery } from '../client.ts';
import { formatAbout } from '../format/money.ts';
import { useModel } from '../models/use-model.ts';
import { listMetrics } from '../models/versions.ts';
import { ErrorState } from '../parts/ErrorState.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Figure } from './Figure.tsx';
import { describeVerdict } from './model-verdict.ts';
import { TrendBars } from './TrendBars.tsx';
import styles from './tiles.module.css';
import { readVersionCosts } from './trends.ts';

const HEIGHT = 112;

interface ModelVerdictTextProps {
  readonly model: string;
  /** The newest decisions of all models; undefined until they are read. */
  readonly listed: ResponseOf<typeof listDecisions> | undefined;
}

/** "Ship v7. v6 ranks 46 % better but costs 8 times as much per prediction: rejected." */
export function ModelVerdictText({ model, listed }: ModelVerdictTextProps) {
  const { evidence, policy } = useModel(model);
  const isPart = listed !== undefined && listed.nextPageToken !== null;
  const ofModel = useQuery({ ...endpointQuery(listDecisions, { query: { model } }), enabled: isPart });
  const decisions = isPart ? ofModel.data?.decisions : listed?.decisions.filter((one) => one.model === model);
  if (evidence.isError) {
    return <ErrorState error={evidence.error} what={`The quality of ${model}`} onRetry={() => evidence.refetch()} />;
  }
  if (evidence.data === undefined || decisions === undefined) return <Skeleton height={HEIGHT} />;
  const { versions, compared } = evidence.data;
  const metric = listMetrics(versions, policy)[0];
  const { ship, refused } = describeVerdict({
    versions,
    compared,
    policy,
    metric,
    decisions,
  });
  const costs = readVersionCosts(decisions);
  return (
    <>
      <Figure label={model}>
        {ship === undefined ? (
          'No champion yet'
        ) : (
          <span data-testid="ship">
            Ship{' '}
            <Link to="/models/$model/versions/$version" params={{ model, version: ship }}>
              v{ship}
            </Link>
          </span>
        )}
      </Figure>
      <p className={styles.text} data-testid="refused">
        {refused === undefined ? (
          ship !== undefined && 'No version ranks better.'
        ) : (
          <>
            {refused.decision === undefined ? (
              `v${refused.version}`
            ) : (
              <Link to="/decisions/$decision" params={{ decision: refused.decision }} className={parts.textLink}>
                v{refused.version}
              </Link>
            )}{' '}
            {refused.text}
          </>
        )}
      </p>
      {costs !== null && (
        <TrendBars
          title="Cost a month by version, at demand"
          figure={costs.limit === null ? '' : `limit ${formatAbout(costs.limit)}`}
          bars={costs.bars}
          colour="cost"
          limit={costs.limit === null ? undefined : Number(costs.limit.amount)}
        />
      )}
    </>
  );
}
