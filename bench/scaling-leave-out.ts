import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { computeMissStandardError } from '../src/mlops/scaling/batch-means.ts';
import { EXCESS_WEIGHT } from '../src/mlops/scaling/miss-budget.ts';
import { HEADROOMS } from '../src/mlops/scaling/rules.ts';
import { replay } from '../src/mlops/scaling/simulation.ts';
import { createSlo, HALF_LIFE_SECONDS } from '../src/mlops/scaling/slo.ts';
import { isViolated, leaveSourcesOut, type Outcome, type SloCandidate } from './scaling-choice.ts';
import { type RecordedTrace, readRecordedTraces } from './scaling-traces.ts';

const USAGE = `usage: node bench/scaling-leave-out.ts [--log FILE] FOLDER

Scores the scaling policy \`slo\` on recorded traces, with its parameters chosen on all other sources of traces.
FOLDER has the recorded traces in llm/ and gpu/. Every replay is appended to FILE as one line of JSON.`;

/** Shares that may wait longer than two seconds. */
const SHARES = [0.02, 0.05];
const WAIT_SECONDS = 2;
/** Replicas at first. */
const INITIAL = 2;
const SHIPPED: SloCandidate = {
  excessWeight: EXCESS_WEIGHT,
  halfLifeSeconds: HALF_LIFE_SECONDS,
  headrooms: HEADROOMS,
};
const CANDIDATES: readonly SloCandidate[] = [1, 2, EXCESS_WEIGHT, 6].flatMap((excessWeight) =>
  [HALF_LIFE_SECONDS / 2, HALF_LIFE_SECONDS, 2 * HALF_LIFE_SECONDS].flatMap((halfLifeSeconds) =>
    [[], HEADROOMS].map((headrooms) => ({ excessWeight, halfLifeSeconds, headrooms })),
  ),
);

function replayTrace(recorded: RecordedTrace, candidate: SloCandidate, share: number): Outcome {
  const { name, source, concurrency, trace } = recorded;
  const fleet = { concurrency, coldStartSeconds: 30, min: 1, max: 100 };
  const options = { ...fleet, ...candidate, waitSeconds: WAIT_SECONDS, missRatio: share, missReplicaHours: null };
  const { replicaHours, waitsSeconds } = replay(trace, createSlo(options), fleet, INITIAL);
  const misses = waitsSeconds.reduce((count, wait) => count + Number(wait > WAIT_SECONDS), 0);
  const waitingShare = misses / waitsSeconds.length;
  const error = computeMissStandardError(waitsSeconds, WAIT_SECONDS) ?? 0;
  return { trace: name, source, candidate, share, replicaHours, waitingShare, error };
}

function writeReport(outcomes: readonly Outcome[]): string {
  const left = leaveSourcesOut(outcomes);
  const isShipped = ({ candidate }: Outcome) => JSON.stringify(candidate) === JSON.stringify(SHIPPED);
  const shipped = outcomes.filter(isShipped);
  const rows = left.map((outcome) => {
    const same = shipped.find(({ trace, share }) => trace === outcome.trace && share === outcome.share);
    const cells = [outcome.trace, `${100 * outcome.share} %`, describe(outcome.candidate), format(outcome)];
    return `| ${[...cells, same === undefined ? '–' : format(same)].join(' | ')} |`;
  });
  const counts = (
    [
      ['left out', left],
      ['shipped', shipped],
    ] as const
  ).map(([name, of]) => {
    const hours = Math.exp(of.reduce((sum, { replicaHours }) => sum + Math.log(replicaHours), 0) / of.length);
    return `${name}: ${of.filter(isViolated).length} of ${of.length} above the stated share by two standard errors, geometric mean ${hours.toFixed(2)} replica-hours`;
  });
  return [
    '| trace | stated | parameters chosen on the other sources | left out | shipped parameters |',
    '| --- | ---: | --- | ---: | ---: |',
    ...rows,
    '',
    ...counts,
  ].join('\n');
}

function describe({ excessWeight, halfLifeSeconds, headrooms }: SloCandidate): string {
  return `weight ${excessWeight}, half-life ${halfLifeSeconds / 3600} h, ${headrooms.length === 0 ? 'no headroom' : 'headroom'}`;
}

function format(outcome: Outcome): string {
  const { replicaHours, waitingShare, error } = outcome;
  const shares = `${(100 * waitingShare).toFixed(1)} ± ${(100 * error).toFixed(1)} %`;
  return `${replicaHours.toFixed(1)} h, ${shares}${isViolated(outcome) ? ' (violated)' : ''}`;
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { log: { type: 'string' } } });
const [folder] = positionals;
if (folder === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const recorded = await readRecordedTraces(folder);
  const outcomes = CANDIDATES.flatMap((candidate) =>
    recorded.flatMap((one) =>
      SHARES.map((share) => {
        const outcome = replayTrace(one, candidate, share);
        if (values.log !== undefined) appendFileSync(values.log, `${JSON.stringify(outcome)}\n`);
        return outcome;
      }),
    ),
  );
  console.log(writeReport(outcomes));
}
