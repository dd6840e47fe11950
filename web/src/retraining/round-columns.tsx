import { Link } from '@tanstack/react-router';
import type { RetrainingRoundSummary } from '../../../src/tradeoff/retraining/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { VerdictMark } from '../parts/VerdictMark.tsx';
import { compareAmounts, compareTexts } from '../table/comparators.ts';
import type { GridColumn } from '../table/DataTable.tsx';
import table from '../table/table.module.css';
import { RoundMark } from './RoundMark.tsx';
import styles from './retraining.module.css';
import { NO_CANDIDATE, NO_COST, NO_GAIN, NO_VERDICT } from './words.ts';

/** Columns of the round history of a retraining. */
export function roundColumns(model: string): GridColumn<RetrainingRoundSummary>[] {
  return [
    {
      ...{ id: 'round', header: 'Round', compare: (a, b) => a.round - b.round },
      cell: ({ retraining, round }) => (
        <Link
          to="/retraining/$retraining/rounds/$round"
          params={{ retraining, round: String(round) }}
          className={table.rowLink}
        >
          #{round}
        </Link>
      ),
    },
    {
      id: 'state',
      header: 'State',
      compare: compareTexts((a) => a.state),
      cell: ({ state }) => <RoundMark state={state} />,
    },
    {
      id: 'when',
      header: 'Opened',
      compare: compareTexts((a) => a.openedAt),
      cell: ({ openedAt }) => <Instant at={openedAt} />,
    },
    {
      id: 'trigger',
      header: 'Trigger',
      compare: compareTexts((a) => a.trigger.detail),
      className: styles.short,
      cell: ({ trigger }) => sentence(trigger.detail),
    },
    {
      ...{ id: 'gain', header: 'Expected gain', numeric: true },
      compare: compareAmounts((a) => a.gain?.amount),
      cell: ({ gain }) => (gain === null ? <Unknown reason={NO_GAIN} /> : <MoneyFigure money={gain} />),
    },
    {
      ...{ id: 'cost', header: 'Cost', numeric: true },
      compare: compareAmounts((a) => a.cost?.amount),
      cell: ({ cost }) =>
        cost === null ? (
          <Unknown reason={NO_COST} />
        ) : (
          <span className={styles.cost}>
            <MoneyFigure money={cost} />
          </span>
        ),
    },
    {
      ...{ id: 'candidate', header: 'Candidate' },
      compare: compareTexts((a) => a.candidate),
      cell: ({ candidate }) =>
        candidate === null ? (
          <Unknown reason={NO_CANDIDATE} />
        ) : (
          <Link
            to="/models/$model/versions/$version"
            params={{ model, version: candidate }}
            className={`${parts.textLink} ${styles.above}`}
          >
            version {candidate}
          </Link>
        ),
    },
    {
      ...{ id: 'verdict', header: 'Verdict' },
      compare: compareTexts((a) => a.verdict),
      cell: ({ verdict }) => (verdict === null ? <Unknown reason={NO_VERDICT} /> : <VerdictMark verdict={verdict} />),
    },
    {
      id: 'reason',
      header: 'Reason',
      compare: compareTexts((a) => a.reason),
      className: styles.short,
      cell: ({ reason }) => sentence(reason ?? ''),
    },
  ];
}

/** The beginning of a sentence, with the full text on hover; the page of the round has all of it. */
function sentence(text: string) {
  return <span data-tip={text === '' ? undefined : text}>{text}</span>;
}
