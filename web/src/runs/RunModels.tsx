import { Link } from '@tanstack/react-router';
import type { ModelVersion } from '../../../src/mlops/registry/schema.ts';
import type { RunFacts } from '../../../src/mlops/run-views/views/schema.ts';
import { formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './runs.module.css';

interface RunModelsProps {
  readonly runId: string;
  readonly facts: RunFacts;
  readonly versions: readonly ModelVersion[];
}

const MOST_OF_SOURCE = 200;

/** Inputs and outputs of the run: datasets in, logged models and registered versions out. */
export function RunModels({ runId, facts, versions }: RunModelsProps) {
  const rows = [
    ...facts.datasets.map(({ name, digest, context, sourceType, source }) => ({
      id: `dataset ${name} ${digest}`,
      what: context === null ? 'Dataset read' : `Dataset read for ${context}`,
      name: <code>{name}</code>,
      details: digest,
      more: (
        <>
          digest {digest}, {sourceType} <code>{source.slice(0, MOST_OF_SOURCE)}</code>
        </>
      ),
    })),
    ...facts.modelsRead.map(({ modelId, name }) => ({
      id: `read ${modelId}`,
      what: 'Model read',
      name: <code>{name ?? modelId}</code>,
      details: modelId,
      more: modelId,
    })),
    ...facts.modelsMade.map(({ modelId, name, step, status }) => ({
      id: `made ${modelId}`,
      what: 'Model logged',
      details: modelId,
      name:
        status === null ? (
          <code>{name ?? modelId}</code>
        ) : (
          <Link
            to="/runs/$runId"
            params={{ runId }}
            search={{ tab: 'artifacts', of: `model:${modelId}` }}
            className={parts.textLink}
            data-tip="Its files, above"
          >
            {name ?? modelId}
          </Link>
        ),
      more: `${modelId}${step === null ? '' : `, step ${formatCount(step)}`}${status === null ? ', gone' : `, ${status.toLowerCase()}`}`,
    })),
    ...versions.map(({ model, version, aliases }) => ({
      id: `version ${model} ${version}`,
      what: 'Version registered',
      details: aliases.join(', '),
      name: (
        <Link to="/models/$model/versions/$version" params={{ model, version }} className={parts.textLink}>
          {model} version {version}
        </Link>
      ),
      more: (
        <>
          {aliases.map((alias) => `@${alias}, `)}
          <Link to="/decisions" search={{ model }} className={parts.textLink}>
            decisions on {model}
          </Link>
        </>
      ),
    })),
  ];
  return (
    <Card title="Inputs and outputs" flush>
      {rows.length === 0 ? (
        <EmptyState
          shows="Datasets that the run read, models that it logged and versions registered from it."
          why="None. mlflow.log_input, log_model and register_model add them."
        />
      ) : (
        <SortableTable
          rows={rows}
          columns={[
            { head: 'Type', by: (one) => one.what },
            { head: 'Name', by: (one) => one.id },
            { head: 'Details', by: (one) => one.details, className: table.wideOnly },
          ]}
          row={(row) => (
            <tr key={row.id}>
              <th scope="row">{row.what}</th>
              <td className={styles.key}>{row.name}</td>
              <td className={`${styles.key} ${styles.quiet} ${table.wideOnly}`}>{row.more}</td>
            </tr>
          )}
        />
      )}
    </Card>
  );
}
