import { useQuery } from '@tanstack/react-query';
import type { ModelVersion } from '../../../src/mlops/registry/schema.ts';
import { listArtifacts, type RunFacts } from '../../../src/mlops/run-views/views/schema.ts';
import { endpointQuery } from '../client.ts';
import { formatBytes } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Select } from '../parts/Select.tsx';
import { ArtifactViewer } from './ArtifactViewer.tsx';
import { parseOwner } from './artifact-owner.ts';
import { FolderPath } from './FolderPath.tsx';
import styles from './runs.module.css';
import type { RunSearch } from './runs-search.ts';

interface ArtifactsCardProps {
  readonly runId: string;
  readonly facts: RunFacts | undefined;
  readonly versions: readonly ModelVersion[];
  readonly search: RunSearch;
  readonly onChange: (changes: Partial<RunSearch>) => void;
}

const LIST_HEIGHT = 320;

/** The files of a run, of a model that it logged or of a version made from it, and the content of the open file. */
export function ArtifactsCard({ runId, facts, versions, search, onChange }: ArtifactsCardProps) {
  const owner = parseOwner(runId, search.of);
  const folder = search.folder ?? '';
  const listed = useQuery(endpointQuery(listArtifacts, { query: { ...owner, path: folder } }));
  const owners = [
    { value: '', label: 'this run' },
    ...(facts?.modelsMade ?? []).map(({ modelId, name }) => ({
      value: `model:${modelId}`,
      label: `logged model ${name ?? modelId}`,
    })),
    ...versions.map(({ model, version }) => ({
      value: `version:${model}:${version}`,
      label: `${model} version ${version}`,
    })),
  ];
  const openFolder = (path: string) =>
    onChange({ folder: path === '' ? undefined : path, file: undefined, as: undefined });
  return (
    <Card
      title="Artifacts"
      note="Shown as text, table or image by content. Artifacts are never executed."
      flush
      actions={
        owners.length > 1 && (
          <Select
            label="Files of"
            value={search.of ?? ''}
            options={owners}
            onChange={(of) =>
              onChange({ of: of === '' ? undefined : of, folder: undefined, file: undefined, as: undefined })
            }
          />
        )
      }
    >
      <Loaded query={listed} what="The artifacts" height={LIST_HEIGHT}>
        {({ artifacts }) =>
          artifacts.length === 0 && folder === '' ? (
            <EmptyState
              shows="The logged files with their content."
              why="No artifact. mlflow.log_artifact, log_figure and log_table add them."
            />
          ) : (
            <div className={styles.artifacts}>
              <nav className={styles.files} aria-label="Files">
                <FolderPath folder={folder} onOpen={openFolder} />
                <ul>
                  {artifacts.map(({ path, isFolder, sizeBytes }) => (
                    <li key={path}>
                      <button
                        type="button"
                        className={styles.file}
                        aria-current={path === search.file}
                        onClick={() => (isFolder ? openFolder(path) : onChange({ file: path, as: undefined }))}
                      >
                        <span className={styles.fileName}>
                          {path.slice(path.lastIndexOf('/') + 1)}
                          {isFolder && '/'}
                        </span>
                        {sizeBytes !== null && <span className={styles.size}>{formatBytes(sizeBytes)}</span>}
                      </button>
                    </li>
                  ))}
                </ul>
              </nav>
              <div className={styles.viewer}>
                {search.file === undefined ? (
                  <p className={styles.viewerNote}>Choose a file to see its content.</p>
                ) : (
                  <ArtifactViewer owner={owner} path={search.file} as={search.as} onAs={(as) => onChange({ as })} />
                )}
              </div>
            </div>
          )
        }
      </Loaded>
    </Card>
  );
}
