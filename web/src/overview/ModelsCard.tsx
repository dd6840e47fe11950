import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { listModels } from '../../../src/mlops/registry/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { useScope } from '../frame/use-scope.ts';
import { BasisLegend } from '../models/BasisLegend.tsx';
import { ModelsTable } from '../models/ModelsTable.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { tileScope } from './tile-scope.ts';

const MAX_MODELS = 5;
const HEIGHT = 120;

/** The models that changed last, with quality and cost of their champion. */
export function ModelsCard({ models }: { readonly models: UseQueryResult<ResponseOf<typeof listModels>> }) {
  const beyond = tileScope(useScope(), { period: false, team: false }) ?? undefined;
  return (
    <Card
      title="Models"
      note={beyond}
      className="wide"
      flush
      actions={
        <>
          <BasisLegend />
          <Link to="/models" className={parts.button}>
            All models
          </Link>
        </>
      }
    >
      <Loaded query={models} what="The models" height={HEIGHT}>
        {(data) =>
          data.models.length === 0 ? (
            <EmptyState
              shows="The quality and the cost of every champion."
              why="No model has been registered yet. Any MLflow client can do it when it is pointed at this server."
              command={`export MLFLOW_TRACKING_URI=${window.location.origin}`}
            />
          ) : (
            <ModelsTable
              models={[...data.models]
                .sort((a, b) => b.lastUpdatedAt.localeCompare(a.lastUpdatedAt))
                .slice(0, MAX_MODELS)}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
