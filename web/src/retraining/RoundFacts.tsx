import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RetrainingRound } from '../../../src/tradeoff/retraining/schema.ts';
import { formatMoney } from '../format/money.ts';
import { formatCount } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { Facts } from '../parts/Facts.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { VerdictMark } from '../parts/VerdictMark.tsx';
import styles from './retraining.module.css';
import { NO_CANDIDATE, NO_COST, NO_VERDICT } from './words.ts';

/** Training data of a round, its candidate, and the verdict of the gate. */
export function RoundFacts({ round }: { readonly round: RetrainingRound }) {
  const { run, candidate, model, champion, gate, cost, unpricedSteps, window, rollout, params } = round;
  const facts: (readonly [string, ReactNode])[] = [
    [
      'Data',
      window === null ? (
        <Unknown key="data" reason="Not decided yet." />
      ) : (
        `${formatInstant(window.start)} to ${formatInstant(window.end)}`
      ),
    ],
    ['Test set', <TestSetFact key="test" test={round.test} />],
    [
      'Run',
      run === null ? (
        <Unknown key="run" reason="No run has started." />
      ) : (
        <Link
          key="run"
          to="/pipelines/$pipeline/runs/$run"
          params={{ pipeline: run.pipeline, run: String(run.number) }}
          className={parts.textLink}
        >
          {run.pipeline} #{run.number}
        </Link>
      ),
    ],
    [
      'Cost',
      cost === null ? (
        <Unknown key="cost" reason={NO_COST} />
      ) : (
        <span key="cost" className={styles.cost}>
          {unpricedSteps > 0 && 'at least '}
          <MoneyFigure money={cost} />
        </span>
      ),
    ],
    ['Realized gain', <Realised key="realised" realised={round.realised} />],
    ['Candidate', <Version key="candidate" model={model} version={candidate} reason={NO_CANDIDATE} />],
    ['Champion', <Version key="champion" model={model} version={champion} reason="No version had the alias." />],
    [
      'Verdict',
      gate === null ? (
        <Unknown key="verdict" reason={NO_VERDICT} />
      ) : (
        <span key="verdict">
          <VerdictMark verdict={gate.verdict} />{' '}
          {gate.decision === null ? (
            gate.summary
          ) : (
            <Link to="/decisions/$decision" params={{ decision: gate.decision }} className={parts.textLink}>
              {gate.summary}
            </Link>
          )}
        </span>
      ),
    ],
    ...(gate?.checks ?? []).map((check, index) => [`Check ${index + 1}`, check] as const),
    [
      'Rollout',
      rollout === null
        ? 'the alias did not move'
        : `@${rollout.alias} moved from ${rollout.from === null ? 'nothing' : `version ${rollout.from}`} to version ${rollout.to}`,
    ],
    ...Object.entries(params).map(
      ([name, value]) => [`Param ${name}`, <code key={name}>{String(value)}</code>] as const,
    ),
  ];
  return <Facts facts={facts} />;
}

/** Held-out predictions of the window that triggered the round, with the logged answers of the champion. */
function TestSetFact({ test }: Pick<RetrainingRound, 'test'>) {
  const set = test?.set ?? null;
  if (set === null || set.window === null || set.evaluation === null) {
    return <Unknown reason={test?.reason ?? 'The run has not begun.'} />;
  }
  const means = set.outcomes.map(({ outcome, mean }) => `${outcome} ${Number(mean.toPrecision(4))}`).join(', ');
  return `${formatCount(set.rows)} predictions of version ${set.modelVersion}, ${formatInstant(set.window.start)} to ${formatInstant(set.window.end)}: ${means}`;
}

function Realised({ realised }: Pick<RetrainingRound, 'realised'>) {
  if (realised === null) return <Unknown reason="No version was rolled out, or only within the last hour." />;
  const { gain, gainLower, gainUpper, expected, isFinal, reason } = realised;
  if (gain === null) return <Unknown reason={reason ?? 'Not known.'} />;
  return (
    <span className={styles.cost}>
      <MoneyFigure money={gain} />
      {gainLower !== null && gainUpper !== null && ` (${formatMoney(gainLower)} to ${formatMoney(gainUpper)})`}
      {isFinal ? ' in total' : ' so far'}
      {expected !== null && `, ${formatMoney(expected)} expected by then`}
    </span>
  );
}

interface VersionProps {
  readonly model: string;
  readonly version: string | null;
  readonly reason: string;
}

function Version({ model, version, reason }: VersionProps) {
  if (version === null) return <Unknown reason={reason} />;
  return (
    <Link to="/models/$model/versions/$version" params={{ model, version }} className={parts.textLink}>
      {model} version {version}
    </Link>
  );
}
