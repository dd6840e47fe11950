import type { EndpointDetail, EndpointRevision } from '../../../src/mlops/serving/schema.ts';
import { toCsv } from '../format/csv.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { EndpointStateMark } from './EndpointStateMark.tsx';
import styles from './endpoints.module.css';
import { ServedVersions } from './ServedVersions.tsx';
import { NOT_LIVE, versionsText, weightsText } from './words.ts';

interface RevisionsCardProps {
  readonly endpoint: EndpointDetail;
  readonly onRollback: (revision: EndpointRevision) => void;
}

/** Every revision of the endpoint with its reason, and a rollback button. */
export function RevisionsCard({ endpoint: { name, revisions, live, variants }, onRollback }: RevisionsCardProps) {
  return (
    <Card
      title="Revision history"
      note={`${counted(revisions.length, 'revision')}, latest first`}
      actions={<CsvButton name={`${name}-revisions`} what="the revisions" text={() => revisionsCsv(revisions)} />}
      flush
    >
      <SortableTable
        label={`Revisions of ${name}`}
        rows={revisions}
        columns={[
          { head: 'Revision', by: (one) => one.revision },
          { head: 'State', by: (one) => one.state },
          { head: 'Serves', by: versionsText, className: table.wideOnly },
          { head: 'Traffic shares', by: (one) => weightsText(one.weights), className: table.wideOnly },
          { head: 'Reason', by: (one) => one.cause },
          { head: 'Went live', by: (one) => one.liveAt, className: table.wideOnly },
          { hiddenHead: 'Roll back', className: styles.act },
        ]}
        row={(revision) => (
          <tr key={revision.revision}>
            <th scope="row">{revision.revision}</th>
            <td>
              <EndpointStateMark state={revision.state} />
            </td>
            <td className={table.wideOnly}>
              <ServedVersions revision={revision} variants={variants} />
            </td>
            <td className={table.wideOnly}>{weightsText(revision.weights)}</td>
            <td className={styles.why}>
              <span className={styles.cause} data-tip={revision.cause}>
                {revision.cause}
              </span>
              {revision.reason !== null && <span className={styles.reason}>{revision.reason}</span>}
            </td>
            <td className={table.wideOnly}>
              {revision.liveAt === null ? <Unknown reason={NOT_LIVE} /> : <Instant at={revision.liveAt} />}
            </td>
            <td className={styles.act}>
              {revision.liveAt !== null && revision.revision !== live?.revision && (
                <button
                  type="button"
                  className={parts.button}
                  onClick={() => onRollback(revision)}
                  aria-label={`Roll back to revision ${revision.revision}…`}
                >
                  Roll back…
                </button>
              )}
            </td>
          </tr>
        )}
      />
    </Card>
  );
}

const HEADER = ['revision', 'state', 'versions', 'weights', 'cause', 'reason', 'createdAt', 'liveAt'];

/** The revisions of an endpoint as they are shown, exactly. */
function revisionsCsv(revisions: readonly EndpointRevision[]): string {
  const pairs = (values: Readonly<Record<string, string | number>>) =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
  return toCsv(
    HEADER,
    revisions.map(({ revision, state, versions, weights, cause, reason, createdAt, liveAt }) => [
      ...[String(revision), state, pairs(versions), pairs(weights), cause, reason, createdAt, liveAt],
    ]),
  );
}
