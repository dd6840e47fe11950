import { Link } from '@tanstack/react-router';
import type { ModelScorecard } from '../../../../src/tradeoff/scorecards/schema.ts';
import { Instant } from '../../parts/Instant.tsx';
import parts from '../../parts/parts.module.css';
import { Unknown } from '../../parts/Unknown.tsx';
import { VerdictMark } from '../../parts/VerdictMark.tsx';
import { SidewaysBox } from '../../table/SidewaysBox.tsx';
import { SortHead } from '../../table/SortHead.tsx';
import table from '../../table/table.module.css';
import { useSorted } from '../../table/use-sorted.ts';
import models from '../models.module.css';
import { findBestModel } from './best-figures.ts';
import { MeasureCell } from './MeasureCell.tsx';
import { StatusMark } from './StatusMark.tsx';
import styles from './scorecard.module.css';
import { SCORECARD_ORDER } from './scorecard-order.ts';
import { MEASURE_NAMES, type MeasureName } from './words.ts';

const COST_SIDE: readonly MeasureName[] = ['cost', 'gpu', 'roi'];
const QUALITY_SIDE: readonly MeasureName[] = ['quality', 'latency', 'drift'];
const NAMES = [...COST_SIDE, ...QUALITY_SIDE];

/** Models with their six measures side by side. */
export function ScorecardsTable({ scorecards }: { readonly scorecards: readonly ModelScorecard[] }) {
  const { sorted, sort } = useSorted(scorecards, SCORECARD_ORDER);
  const best = new Map(NAMES.map((name) => [name, findBestModel(name, scorecards)]));
  return (
    <SidewaysBox label="Models">
      <table className={`${table.table} ${styles.list}`} data-testid="models" aria-label="Models">
        <thead>
          <tr>
            <SortHead column="model" sort={sort}>
              Model
            </SortHead>
            <SortHead column="status" sort={sort} numeric>
              Status
            </SortHead>
            {NAMES.map((name) => (
              <SortHead
                key={name}
                column={name}
                sort={sort}
                numeric
                className={COST_SIDE.includes(name) ? models.costHead : models.qualityHead}
              >
                {MEASURE_NAMES[name]}
              </SortHead>
            ))}
            <SortHead column="decision" sort={sort} numeric>
              Last decision
            </SortHead>
          </tr>
        </thead>
        <tbody>
          {sorted.map((one) => (
            <tr key={one.model}>
              <th scope="row">
                <NameOf scorecard={one} />
              </th>
              <td className={table.number} data-label="Status">
                <StatusMark status={one.status} reason={one.statusReason} />
              </td>
              {NAMES.map((name) => (
                <MeasureCell key={name} name={name} scorecard={one} isBest={best.get(name) === one.model} />
              ))}
              <td className={table.number} data-label="Last decision">
                <LastDecision decision={one.lastDecision} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </SidewaysBox>
  );
}

function NameOf({ scorecard: { model, team, aliases } }: { readonly scorecard: ModelScorecard }) {
  return (
    <>
      <Link to="/models/$model" params={{ model }} className={table.rowLink}>
        {model}
      </Link>
      <span className={styles.sub}>
        {aliases.map(({ alias, version }) => `@${alias} v${version}`).join(', ') || 'no alias'}
      </span>
      <span className={styles.sub}>{team ?? 'no team'}</span>
    </>
  );
}

function LastDecision({ decision }: { readonly decision: ModelScorecard['lastDecision'] }) {
  if (decision === null) return <Unknown reason="No version of it has been evaluated." />;
  return (
    <>
      <Link
        to="/decisions/$decision"
        params={{ decision: decision.decision }}
        className={`${parts.textLink} ${styles.above}`}
      >
        <VerdictMark verdict={decision.verdict} />
      </Link>
      <span className={styles.sub}>version {decision.version}</span>
      <span className={styles.sub}>
        <Instant at={decision.at} dayOnly />
      </span>
    </>
  );
}
