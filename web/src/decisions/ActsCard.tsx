import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type DecidedAct, listDecidedActs } from '../../../src/tradeoff/decisions/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { Instant } from '../parts/Instant.tsx';
import { LinkedText } from '../parts/LinkedText.tsx';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './decisions.module.css';

const SHOWN = 10;
const OPTIMIZATION = 'optimization:';

/** The last decisions to act: on recommendations, optimizations and aliases. Nothing where there is none. */
export function ActsCard({ about }: { readonly about: string | undefined }) {
  const query = useQuery(endpointQuery(listDecidedActs, { query: about === undefined ? {} : { about } }));
  const acts = query.data?.acts ?? [];
  if (acts.length === 0) return null;
  const shown = about === undefined ? acts.slice(0, SHOWN) : acts;
  return (
    <Card
      title="Decisions to act"
      note={about === undefined ? 'On recommendations, optimizations and aliases, newest first' : `About ${about}`}
      actions={
        about === undefined ? undefined : (
          <Link to="/decisions" search={{}} className={parts.textLink}>
            All decisions
          </Link>
        )
      }
      flush
    >
      <SortableTable
        label="Decisions to act"
        rows={shown}
        columns={[
          { head: 'Decision', by: (one) => one.summary },
          { head: 'Act', by: (one) => one.act },
          { head: 'About', by: (one) => one.about, className: table.wideOnly },
          { head: 'Actor', by: (one) => one.actor, className: table.wideOnly },
          { head: 'Time', by: (one) => one.at, className: table.wideOnly },
        ]}
        row={(act) => <Row key={act.decision} act={act} />}
      />
    </Card>
  );
}

function Row({ act: { decision, at, actor, act, about, summary } }: { readonly act: DecidedAct }) {
  return (
    <tr id={decision}>
      <th scope="row" className={styles.why}>
        {summary}
        <span className={layout.sub}>
          <Link to="/decisions" search={{ about }} hash={decision} className={parts.textLink}>
            {decision}
          </Link>
        </span>
      </th>
      <td>{act}</td>
      <td className={table.wideOnly}>
        {about.startsWith(OPTIMIZATION) ? (
          <Link
            to="/optimizations/$optimization"
            params={{ optimization: about.slice(OPTIMIZATION.length) }}
            className={parts.textLink}
          >
            optimization {about.slice(OPTIMIZATION.length)}
          </Link>
        ) : (
          <LinkedText text={about} />
        )}
      </td>
      <td className={table.wideOnly}>{actor}</td>
      <td className={`${table.wideOnly} ${styles.when}`}>
        <Instant at={at} />
      </td>
    </tr>
  );
}
