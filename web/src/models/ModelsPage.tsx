import { useQuery } from '@tanstack/react-query';
import { listModels } from '../../../src/mlops/registry/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { BasisLegend } from './BasisLegend.tsx';
import { ModelsTable } from './ModelsTable.tsx';

const TABLE_HEIGHT = 280;

/** All models with quality and cost. */
export function ModelsPage() {
  const models = useQuery(endpointQuery(listModels));
  const found = models.data?.models;
  return (
    <Page title="Models" answer={describeModels(found, models.isError)}>
      <Card title="Registered models" actions={<BasisLegend />} flush>
        <Loaded query={models} what="The models" height={TABLE_HEIGHT}>
          {(data) =>
            data.models.length > 0 ? (
              <ModelsTable models={data.models} />
            ) : (
              <EmptyState
                shows="Every registered model, with the quality and the cost of its champion."
                why="No model has been registered yet. Any MLflow client can do it when it is pointed at this server."
                command={`export MLFLOW_TRACKING_URI=${window.location.origin}`}
              />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}

function describeModels(
  models: readonly { readonly name: string; readonly aliases: readonly unknown[] }[] | undefined,
  failed: boolean,
) {
  if (failed) return 'The models could not be read.';
  if (models === undefined) return <AnswerPending />;
  if (models.length === 0) return 'No model is registered yet.';
  const running = models.filter((model) => model.aliases.length > 0).length;
  return `${counted(models.length, 'registered model')}, ${running} of them with a version behind an alias.`;
}
