import { useQuery } from '@tanstack/react-query';
import {
  type ArtifactView,
  artifactFile,
  artifactImage,
  viewArtifact,
} from '../../../src/mlops/run-views/views/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted, formatBytes, formatCount } from '../format/number.ts';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { ArtifactTable } from './ArtifactTable.tsx';
import { ArtifactText } from './ArtifactText.tsx';
import type { ArtifactOwner } from './artifact-owner.ts';
import styles from './runs.module.css';

interface ArtifactViewerProps {
  readonly owner: ArtifactOwner;
  readonly path: string;
  readonly as: 'text' | undefined;
  readonly onAs: (as: 'text' | undefined) => void;
}

const HEIGHT = 320;

/** Content of a file, as far as it can be shown without executing any part of it. */
export function ArtifactViewer({ owner, path, as, onAs }: ArtifactViewerProps) {
  const query = { ...owner, path };
  const view = useQuery(endpointQuery(viewArtifact, { query: { ...query, ...(as === undefined ? {} : { as }) } }));
  const tabular = view.data?.shown.kind === 'table' || as === 'text';
  return (
    <>
      <div className={styles.viewerHead}>
        <span>
          <code>{path}</code>
          {view.data !== undefined && <span className={styles.quiet}> {describeArtifact(view.data)}</span>}
        </span>
        <span className={styles.controls}>
          {tabular && view.data?.shown.kind !== 'image' && (
            <button type="button" className={parts.button} onClick={() => onAs(as === 'text' ? undefined : 'text')}>
              {as === 'text' ? 'As a table' : 'As text'}
            </button>
          )}
          <a className={parts.button} href={buildUrl(artifactFile, { query })} download>
            Download
          </a>
        </span>
      </div>
      <Loaded query={view} what="The file" height={HEIGHT}>
        {({ shown }) => {
          switch (shown.kind) {
            case 'text':
              return <ArtifactText text={shown.text} note={shown.note} />;
            case 'table':
              return <ArtifactTable table={shown} />;
            case 'image':
              return (
                <div className={styles.imageBox}>
                  <img
                    className={styles.image}
                    src={buildUrl(artifactImage, { query })}
                    alt={`The artifact ${path}`}
                    width={shown.widthPx}
                    height={shown.heightPx}
                  />
                </div>
              );
            case 'nothing':
              return <p className={styles.viewerNote}>{shown.reason}</p>;
          }
        }}
      </Loaded>
    </>
  );
}

function describeArtifact({ sizeBytes, shown }: ArtifactView): string {
  const size = formatBytes(sizeBytes);
  switch (shown.kind) {
    case 'text':
      return shown.shownBytes < sizeBytes ? `${size}, the first ${formatBytes(shown.shownBytes)}` : size;
    case 'table': {
      const columns = shown.columns.length + shown.moreColumns;
      const rows = shown.more ? `the first ${formatCount(shown.rows.length)} rows` : counted(shown.rows.length, 'row');
      return `${size}, ${rows}, ${counted(columns, 'column')}${shown.moreColumns > 0 ? ` (${shown.columns.length} shown)` : ''}`;
    }
    case 'image':
      return `${size}, ${formatCount(shown.widthPx)} × ${formatCount(shown.heightPx)} pixels`;
    case 'nothing':
      return size;
  }
}
