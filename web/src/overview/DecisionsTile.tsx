import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import type { Decision, listDecisions } from '../../../src/tradeoff/decisions/schema.ts';
import { useSession } from '../account/use-session.ts';
import { describeVisible } from '../account/visible-teams.ts';
import { useScope } from '../frame/use-scope.ts';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { VerdictMark } from '../parts/VerdictMark.tsx';
import { Figure } from './Figure.tsx';
import { Tile, type Tone } from './Tile.tsx';
import { tileScope } from './tile-scope.ts';
import styles from './tiles.module.css';
import { VerdictStrip } from './VerdictStrip.tsx';

const HEIGHT = 160;
const LISTED = 3;
/** Verdicts that the trend counts. */
const COUNTED = 10;
const TONES: Readonly<Record<Decision['verdict'], Tone>> = { promote: 'good', hold: 'watch', reject: 'bad' };
const PAST = { promote: 'Promoted', hold: 'On hold', reject: 'Rejected' } as const;

/** The latest verdicts, newest first. */
export function DecisionsTile({ decisions }: { readonly decisions: UseQueryResult<ResponseOf<typeof listDecisions>> }) {
  const scope = useScope();
  const limited = describeVisible(useSession().data) !== null;
  const [latest, ...rest] = decisions.data?.decisions ?? [];
  const status =
    latest === undefined
      ? { tone: 'none' as const, word: 'None yet' }
      : { tone: TONES[latest.verdict], word: PAST[latest.verdict] };
  return (
    <Tile
      title="Last decisions"
      to="/decisions"
      status={decisions.data === undefined ? undefined : status}
      scope={tileScope(scope, { range: false, team: false }, limited)}
      action={
        <Link to="/decisions" className={parts.button}>
          All decisions
        </Link>
      }
    >
      <Loaded query={decisions} what="The decisions" height={HEIGHT}>
        {() =>
          latest === undefined ? (
            <p className={styles.text}>
              {limited ? 'No model version of your teams' : 'No model version'} has been evaluated yet.
            </p>
          ) : (
            <>
              <Figure label="Latest" note={<Instant at={latest.at} />}>
                <Link to="/decisions/$decision" params={{ decision: latest.decision }}>
                  {latest.model} v{latest.version}
                </Link>
              </Figure>
              <p className={styles.text}>{countVerdicts([latest, ...rest])}</p>
              <VerdictStrip decisions={[latest, ...rest].slice(0, COUNTED).toReversed()} />
              <ul className={styles.lines}>
                {rest.slice(0, LISTED - 1).map(({ decision, model, version, verdict }) => (
                  <li key={decision}>
                    <Link to="/decisions/$decision" params={{ decision }} className={parts.textLink}>
                      {model} v{version}
                    </Link>
                    <VerdictMark verdict={verdict} />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </Tile>
  );
}

/** `Of the last 7: 3 promoted, 0 on hold, 4 rejected.` */
function countVerdicts(decisions: readonly Decision[]): string {
  const last = decisions.slice(0, COUNTED);
  const count = (verdict: Decision['verdict']) => last.filter((one) => one.verdict === verdict).length;
  return `Of the last ${last.length}: ${count('promote')} promoted, ${count('hold')} on hold, ${count('reject')} rejected.`;
}
