import { Link } from '@tanstack/react-router';
import type { ModelHealth } from '../../../src/tradeoff/production-health/schema.ts';
import { Reasons } from '../health/Reasons.tsx';
import { useProductionHealth } from '../health/use-production-health.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';

const HEIGHT = 200;

/** Quality and alerts of the models that an endpoint serves. */
export function QualityTab({ endpoint }: { readonly endpoint: string }) {
  const health = useProductionHealth();
  return (
    <Loaded query={health} what="The health" height={HEIGHT}>
      {({ models }) => {
        const own = models.filter(({ running }) => running.some(({ endpoints }) => endpoints.includes(endpoint)));
        if (own.length === 0)
          return <EmptyState shows="Quality of the served models." why="No revision has the traffic yet." />;
        return own.map((model) => <ModelCard key={model.model} model={model} />);
      }}
    </Loaded>
  );
}

function ModelCard({ model: { model, monitor, status, reasons } }: { readonly model: ModelHealth }) {
  return (
    <Card title={`Quality of ${model}`}>
      <div className={layout.stack}>
        <Reasons status={status} reasons={reasons} />
        {monitor !== null && (
          <p>
            <Link to="/monitoring/$monitor" params={{ monitor }} className={parts.textLink}>
              Open monitor {monitor}
            </Link>
          </p>
        )}
      </div>
    </Card>
  );
}
