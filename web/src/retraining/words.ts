import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';
import type {
  Retraining,
  RetrainingRound,
  RetrainingRoundSummary,
  RoundState,
  TimelineEntry,
} from '../../../src/tradeoff/retraining/schema.ts';
import { formatMoney } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { listed } from '../pipelines/words.ts';

export const NO_GAIN = 'The gain is not known: the loss, the traffic or the value of a prediction is missing.';
export const NO_COST = 'No run yet, or a price is missing.';
export const NO_ROUND = 'No round has been opened yet.';
export const NO_CANDIDATE = 'It produced no version.';
export const NO_VERDICT = 'The gate has not decided.';

export const STATES: Readonly<Record<RoundState, readonly [word: string, means: string]>> = {
  waiting: ['waiting', 'The gain does not exceed the cost yet, or its scheduled time is later.'],
  starting: ['starting', 'Decided; its run is about to start.'],
  running: ['running', 'A candidate is trained and evaluated.'],
  promoted: ['promoted', 'The alias points to its candidate.'],
  not_promoted: ['not promoted', 'The candidate is kept, without traffic.'],
  failed: ['failed', 'It produced no candidate.'],
  dismissed: ['dismissed', 'Dismissed by a person.'],
  lapsed: ['lapsed', 'Its trigger no longer applies.'],
};

export const KINDS: Readonly<Record<RetrainingRoundSummary['trigger']['kind'], string>> = {
  episode: 'an alert',
  schedule: 'a schedule',
  predictions: 'new predictions',
  labels: 'new labels',
  data: 'new data',
  person: 'a person',
};

/** `2 retrainings: 1 round waits and 1 runs; $12.40 spent.` */
export function retrainingsAnswer(retrainings: readonly Retraining[]): string {
  if (retrainings.length === 0) return 'No model is retrained automatically yet.';
  const waiting = retrainings.reduce((total, one) => total + one.waiting, 0);
  const running = retrainings.filter(({ underWay }) => underWay !== null).length;
  const parts = [
    running === 0 ? 'none running' : `${running} running`,
    ...(waiting === 0 ? [] : [`${counted(waiting, 'round')} waiting`]),
  ];
  const spent = sumByCurrency(retrainings.flatMap((one) => one.spent));
  const money = spent.length === 0 ? '' : `; ${spent.map(formatMoney).join(' and ')} spent so far`;
  return `${counted(retrainings.length, 'retraining')}: ${listed(parts)}${money}.`;
}

/** Sums by currency, exactly. */
export function sumByCurrency(amounts: readonly Money[]): Money[] {
  const currencies = [...new Set(amounts.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => {
    const own = amounts.filter((money) => money.currency === currency);
    return { amount: decimalString(own.reduce((total, { amount }) => total.plus(amount), decimal(0))), currency };
  });
}

export type Stage = 'trigger' | 'worth' | 'run' | 'candidate' | 'verdict' | 'rollout';

export const STAGES: readonly { readonly stage: Stage; readonly label: string }[] = [
  { stage: 'trigger', label: 'Trigger' },
  { stage: 'worth', label: 'Cost-benefit' },
  { stage: 'run', label: 'Run' },
  { stage: 'candidate', label: 'Candidate' },
  { stage: 'verdict', label: 'Verdict' },
  { stage: 'rollout', label: 'Rollout' },
];

export type StageState = 'done' | 'now' | 'stopped' | 'to-come';

/** State of each stage of a round: done, active, ended here, or not reached. */
export function computeStages(round: RetrainingRound): ReadonlyMap<Stage, StageState> {
  const done: Readonly<Record<Stage, boolean>> = {
    trigger: true,
    worth: round.startedAt !== null,
    run: round.run !== null && round.candidate !== null,
    candidate: round.candidate !== null,
    verdict: round.gate !== null,
    rollout: round.rollout !== null,
  };
  const next = STAGES.find(({ stage }) => !done[stage])?.stage;
  const isOver = round.endedAt !== null;
  return new Map(
    STAGES.map(({ stage }) => [stage, done[stage] ? 'done' : stage !== next ? 'to-come' : isOver ? 'stopped' : 'now']),
  );
}

export const STEPS: Readonly<Record<TimelineEntry['step'], string>> = {
  trigger: 'Triggered',
  worth: 'Evaluated',
  wait: 'Waiting',
  start: 'Decided',
  test: 'Test set',
  run: 'Run',
  candidate: 'Candidate',
  verdict: 'Verdict',
  rollout: 'Rollout',
  end: 'Ended',
  realised: 'Gained',
};

/** Outcome of a round, as a sentence without its full stop: `Round 2 promoted version 4`. */
export function roundSentence({
  round,
  state,
  candidate,
}: Pick<RetrainingRoundSummary, 'round' | 'state' | 'candidate'>): string {
  const version = candidate === null ? 'its candidate' : `version ${candidate}`;
  switch (state) {
    case 'promoted':
      return `Round ${round} promoted ${version}`;
    case 'not_promoted':
      return `Round ${round} made ${version}, which was not promoted`;
    case 'dismissed':
      return `Round ${round} was dismissed`;
    case 'failed':
    case 'lapsed':
      return `Round ${round} ${state}`;
    case 'waiting':
      return `Round ${round} is waiting`;
    case 'starting':
    case 'running':
      return `Round ${round} is running`;
  }
}
