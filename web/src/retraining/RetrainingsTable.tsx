import { Link } from '@tanstack/react-router';
import type { Retraining } from '../../../src/tradeoff/retraining/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { RoundMark } from './RoundMark.tsx';
import styles from './retraining.module.css';
import { Spent } from './Spent.tsx';
import { KINDS, NO_GAIN, NO_ROUND } from './words.ts';

/** Every retraining with its latest round. */
export function RetrainingsTable({ retrainings }: { readonly retrainings: readonly Retraining[] }) {
  return (
    <table className={table.table} data-testid="retrainings">
      <thead>
        <tr>
          <th scope="col">Retraining</th>
          <th scope="col" className={table.wideOnly}>
            Model
          </th>
          <th scope="col">Latest round</th>
          <th scope="col" className={table.wideOnly}>
            Trigger
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Expected gain
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Waiting
          </th>
          <th scope="col" className={table.number}>
            Spent
          </th>
        </tr>
      </thead>
      <tbody>
        {retrainings.map((retraining) => (
          <Row key={retraining.name} retraining={retraining} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ retraining }: { readonly retraining: Retraining }) {
  const { name, model, champion, alias, lastRound, waiting } = retraining;
  const never = <Unknown reason={NO_ROUND} />;
  return (
    <tr>
      <th scope="row">
        <Link to="/retraining/$retraining" params={{ retraining: name }} className={table.rowLink}>
          {name}
        </Link>
      </th>
      <td className={table.wideOnly}>
        <Link to="/models/$model" params={{ model }} className={`${parts.textLink} ${styles.above}`}>
          {model}
        </Link>
        <span className={layout.sub}>{champion === null ? `no @${alias}` : `@${alias} is version ${champion}`}</span>
      </td>
      <td>
        {lastRound === null ? (
          'none yet'
        ) : (
          <>
            <span className={styles.latest}>
              <Link
                to="/retraining/$retraining/rounds/$round"
                params={{ retraining: name, round: String(lastRound.round) }}
                className={`${parts.textLink} ${styles.above}`}
              >
                #{lastRound.round}
              </Link>
              <RoundMark state={lastRound.state} />
            </span>
            <span className={`${layout.sub} ${table.wideOnly}`}>
              <Instant at={lastRound.openedAt} />
            </span>
          </>
        )}
      </td>
      <td className={table.wideOnly}>{lastRound === null ? never : KINDS[lastRound.trigger.kind]}</td>
      <td className={`${table.number} ${table.wideOnly}`}>
        {lastRound === null ? (
          never
        ) : lastRound.gain === null ? (
          <Unknown reason={NO_GAIN} />
        ) : (
          <MoneyFigure money={lastRound.gain} />
        )}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>{waiting}</td>
      <td className={table.number}>
        <Spent retraining={retraining} />
      </td>
    </tr>
  );
}
