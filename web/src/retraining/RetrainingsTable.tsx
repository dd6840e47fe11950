import { Link } from '@tanstack/react-router';
import type { Retraining } from '../../../src/tradeoff/retraining/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { RoundMark } from './RoundMark.tsx';
import styles from './retraining.module.css';
import { Spent } from './Spent.tsx';
import { KINDS, NO_GAIN, NO_ROUND } from './words.ts';

const COMPARE: Comparators<Retraining> = {
  name: (a, b) => a.name.localeCompare(b.name),
  model: (a, b) => a.model.localeCompare(b.model),
  round: compareTexts((a) => a.lastRound?.openedAt),
  trigger: compareTexts((a) => a.lastRound?.trigger.kind),
  gain: compareAmounts((a) => a.lastRound?.gain?.amount),
  waiting: (a, b) => a.waiting - b.waiting,
  spent: compareAmounts((a) => a.spent[0]?.amount),
};

/** Every retraining with its latest round. */
export function RetrainingsTable({ retrainings }: { readonly retrainings: readonly Retraining[] }) {
  const { sorted, sort } = useSorted(retrainings, COMPARE);
  return (
    <table className={table.table} data-testid="retrainings">
      <thead>
        <tr>
          <SortHead column="name" sort={sort}>
            Retraining
          </SortHead>
          <SortHead column="model" sort={sort} className={table.wideOnly}>
            Model
          </SortHead>
          <SortHead column="round" sort={sort}>
            Latest round
          </SortHead>
          <SortHead column="trigger" sort={sort} className={table.wideOnly}>
            Trigger
          </SortHead>
          <SortHead column="gain" sort={sort} numeric className={table.wideOnly}>
            Expected gain, latest round
          </SortHead>
          <SortHead column="waiting" sort={sort} numeric className={table.wideOnly}>
            Rounds waiting
          </SortHead>
          <SortHead column="spent" sort={sort} numeric>
            Cost, all rounds
          </SortHead>
        </tr>
      </thead>
      <tbody>
        {sorted.map((retraining) => (
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
