import type { EndpointDetail } from '../../../src/mlops/serving/schema.ts';
import type { EndpointHealth } from '../../../src/tradeoff/production-health/schema.ts';
import { counted, formatCount, formatMilliseconds, formatPercent } from '../format/number.ts';
import { ReasonList } from '../health/ReasonList.tsx';
import { useEndpointHealth } from '../health/use-production-health.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { computeFigures } from './endpoint-figures.ts';
import { PerMillion } from './PerMillion.tsx';
import { sum } from './sum.ts';
import { nowText } from './words.ts';

const HEIGHT = 150;
const NOT_ASKED = 'No request in the last 24 hours.';

/** Health of the endpoint with its reasons, and its present figures. */
export function EndpointNow({ endpoint: { name, variants } }: { readonly endpoint: EndpointDetail }) {
  const health = useEndpointHealth(name);
  const { ready, wanted, per1000, unpriced } = computeFigures(variants);
  const now = { inFlight: sum(variants, (one) => one.inFlight), waiting: sum(variants, (one) => one.waiting) };
  return (
    <Card title="Status">
      <Loaded query={health} what="The health" height={HEIGHT}>
        {(found) =>
          found === null ? (
            'Its health is not known yet.'
          ) : (
            <div className={layout.stack}>
              <Facts
                isDense
                facts={[
                  ['Replicas', `Ready ${ready} of ${wanted}`],
                  ['Requests now', nowText(now)],
                  ['Last hour', counted(found.lastHour.requests, 'request')],
                  ['Errors, 24 hours', describeErrors(found.lastDay)],
                  ['p50, p95, p99', describeLatency(found.latencyMs)],
                  ['Cost per 1M, idle time included', <PerMillion key="cost" per1000={per1000} unpriced={unpriced} />],
                ]}
              />
              <ReasonList reasons={[...found.reasons, ...listMet(found.slos)]} />
            </div>
          )
        }
      </Loaded>
    </Card>
  );
}

/** SLOs that are met or unknown; missed ones are reasons. */
function listMet(slos: EndpointHealth['slos']): string[] {
  return slos.flatMap(({ met, sentence }) => (met === false ? [] : [sentence]));
}

function describeLatency(latencyMs: EndpointHealth['latencyMs']) {
  if (latencyMs === null) return <Unknown reason={NOT_ASKED} />;
  return [latencyMs.p50, latencyMs.p95, latencyMs.p99].map(formatMilliseconds).join(', ');
}

function describeErrors({ requests, errors, errorRatio }: EndpointHealth['lastDay']) {
  if (errorRatio === null) return <Unknown reason={NOT_ASKED} />;
  return `${formatPercent(errorRatio * 100)} (${formatCount(errors)} of ${formatCount(requests)})`;
}
