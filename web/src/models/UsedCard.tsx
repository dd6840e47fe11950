import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { endpointsQuery } from '../endpoints/endpoints-query.ts';
import { useDetails } from '../endpoints/use-endpoints.ts';
import { shareText } from '../endpoints/words.ts';
import { monitorsQuery } from '../monitoring/monitors-query.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import parts from '../parts/parts.module.css';
import { retrainingsQuery } from '../retraining/retrainings-query.ts';

interface UsedCardProps {
  readonly model: string;
  /** Only usage of this version; left out: any version. */
  readonly version?: string;
}

/** Endpoints that serve a model, monitors that watch it and retrainings that train it, as links. */
export function UsedCard({ model, version }: UsedCardProps) {
  const endpoints = useQuery(endpointsQuery);
  const details = useDetails((endpoints.data?.endpoints ?? []).map(({ name }) => name));
  const monitors = useQuery(monitorsQuery);
  const retrainings = useQuery(retrainingsQuery);
  const serving = [...details.values()].flatMap(({ name, variants }) =>
    variants
      .filter((variant) => variant.model === model && (version === undefined || variant.version === version))
      .map((variant) => ({ ...variant, endpoint: name })),
  );
  return (
    <Card title="Used by">
      <Facts
        facts={[
          [
            'Endpoints',
            <Links key="endpoints" none="Not served.">
              {serving.map(({ endpoint, variant, version: served, weight, shadow }) => (
                <span key={`${endpoint} ${variant}`}>
                  <Link to="/endpoints/$endpoint" params={{ endpoint }} className={parts.textLink}>
                    {endpoint}
                  </Link>
                  {version === undefined && `, version ${served}`}
                  {`: ${shadow > 0 ? 'as shadow' : shareText(weight)}`}
                </span>
              ))}
            </Links>,
          ],
          [
            'Monitors',
            <Links key="monitors" none="Not monitored.">
              {(monitors.data?.monitors ?? [])
                .filter(({ spec }) => spec.model === model)
                .map(({ monitor }) => (
                  <Link key={monitor} to="/monitoring/$monitor" params={{ monitor }} className={parts.textLink}>
                    {monitor}
                  </Link>
                ))}
            </Links>,
          ],
          [
            'Retrainings',
            <Links key="retrainings" none="No automatic retraining.">
              {(retrainings.data?.retrainings ?? [])
                .filter((retraining) => retraining.model === model)
                .map(({ name }) => (
                  <Link
                    key={name}
                    to="/retraining/$retraining"
                    params={{ retraining: name }}
                    className={parts.textLink}
                  >
                    {name}
                  </Link>
                ))}
            </Links>,
          ],
        ]}
      />
    </Card>
  );
}

function Links({ none, children }: { readonly none: string; readonly children: readonly ReactNode[] }) {
  if (children.length === 0) return none;
  return children.map((child, index) => [index > 0 && ', ', child]);
}
