import { Link } from '@tanstack/react-router';
import type { Recommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatPercent } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { listGpus } from './gpu-rows.ts';
import { savingText } from './words.ts';

const PERCENT = 100;

/** Evidence of a saving; its GPUs have a separate table. */
export function EvidenceFacts({ one }: { readonly one: Recommendation }) {
  const { what, confidence, evidence, realised } = one;
  const gpus = new Set(listGpus(evidence).map(({ gpu }) => gpu));
  const { window, figures, prices, missing, deliveries } = evidence;
  const share = formatPercent(confidence.coverageRatio * PERCENT);
  return (
    <Card title="Evidence">
      <Facts
        facts={[
          ['Resource', what],
          ['Confidence', `${confidence.level}: ${share} of ${confidence.days.toFixed(1)} days measured`],
          ['Observed', `${formatInstant(window.start)} to ${formatInstant(window.end)}`],
          ...figures
            .filter(({ name }) => !gpus.has(name))
            .map(({ name, value }) => [capital(name), value ?? <Unknown key={name} reason="Not known." />] as const),
          ['Prices', prices.length === 0 ? <Unknown key="prices" reason="No price is known." /> : prices.join('; ')],
          ...(deliveries.length === 0
            ? []
            : [['Bill deliveries', <Deliveries key="deliveries" ids={deliveries} />] as const]),
          ...(missing.length === 0 ? [] : [['Not known', missing.join('; ')] as const]),
          ...(realised === null
            ? []
            : [
                [
                  'Realized saving',
                  realised.monthly === null
                    ? `not known yet: ${realised.reason}`
                    : `${savingText({ ...realised, cost: null })}, measured over ${realised.hours} hours since ${formatInstant(realised.period.start)}`,
                ] as const,
              ]),
        ]}
      />
    </Card>
  );
}

/** Bills behind its prices and costs. */
function Deliveries({ ids }: { readonly ids: readonly string[] }) {
  return ids.map((delivery, index) => (
    <span key={delivery}>
      {index === 0 ? '' : ', '}
      <Link to="/deliveries/$delivery" params={{ delivery }} className={parts.textLink}>
        {delivery}
      </Link>
    </span>
  ));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
