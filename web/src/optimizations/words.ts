import type {
  Optimization,
  OptimizationCheck,
  OptimizationDetail,
  OptimizationState,
} from '../../../src/tradeoff/optimizations/schema.ts';
import { formatMoney } from '../format/money.ts';
import { counted } from '../format/number.ts';

export const STATE_WORDS: Readonly<Record<OptimizationState, readonly [word: string, means: string]>> = {
  proposed: ['proposed', 'It waits for its turn on the endpoint.'],
  running: ['running', 'The candidate has a share of the traffic.'],
  watched: [
    'kept, watched',
    'Kept; the baseline still answers a part for comparison, and a loss of quality undoes it.',
  ],
  closed: ['kept', 'Kept; the watch is over.'],
  rolled_back: ['rolled back', 'Harm was shown, or nothing was proven until the deadline.'],
  undone: ['undone', 'It was kept, and later undone.'],
  stopped: ['stopped', 'Ended by a person, or because its endpoint was changed.'],
};

export const STEP_WORDS: Readonly<Record<OptimizationDetail['timeline'][number]['what'], string>> = {
  proposed: 'Proposed',
  started: 'Started',
  advanced: 'Advanced',
  kept: 'Kept',
  rolled_back: 'Rolled back',
  undone: 'Undone',
  stopped: 'Stopped',
  resumed: 'Started again',
  closed: 'Watch ended',
};

export type OptimizationAct = 'stop' | 'undo' | 'close' | 'resume';

/** Acts that the state permits. */
export function listActs({ state }: Pick<Optimization, 'state'>): OptimizationAct[] {
  if (state === 'proposed' || state === 'running') return ['stop'];
  if (state === 'watched') return ['close', 'undo'];
  return state === 'closed' ? [] : ['resume'];
}

/** `12.5 %`. */
export function percentText(percent: number): string {
  return `${Number(percent.toPrecision(4))}\u00a0%`;
}

/** `version 2`, or the change where the version stays. */
function candidateText({ baseline, candidate, summary }: Optimization): string {
  if (candidate?.version == null || candidate.version === baseline?.version) return summary;
  return candidate.model === baseline?.model
    ? `version ${candidate.version}`
    : `${candidate.model ?? ''} version ${candidate.version}`;
}

const isKept = (state: OptimizationState) => state === 'watched' || state === 'closed';

/** `Kept: version 2 saves $1,460.00 a month; accuracy lost at most 0.8 points (allowed 5).` */
export function describeOptimization(one: OptimizationDetail): string {
  const { state, percent, summary, waitsFor, reason } = one;
  if (state === 'proposed') return `Proposed: ${summary}.${waitsFor === null ? '' : ` It waits for ${waitsFor}.`}`;
  if (state === 'running') {
    const wait = waitsFor === null ? '' : ` It waits for ${waitsFor}.`;
    return `Running with ${percentText(percent)} of the traffic: ${summary}.${wait}`;
  }
  if (!isKept(state)) return `${sentence(reason ?? STATE_WORDS[state][1])}`;
  const { monthly } = one.saving;
  const subject = candidateText(one);
  const saves = `${subject === summary ? ', which' : ''} saves`;
  const saved = monthly === null ? unmeasuredText(one) : `${saves} ${formatMoney(monthly)} a month`;
  const losses = one.checks.filter(({ kind }) => kind === 'quality').map((check) => lossText(check, one));
  return sentence([`Kept: ${subject}${saved}`, ...losses].join('; '));
}

function unmeasuredText({ expected }: Pick<Optimization, 'expected'>): string {
  const monthly = expected?.monthly ?? null;
  if (monthly === null) return '; its saving is not known yet';
  return `, expected to save ${formatMoney(monthly)} a month; the saving is not measured yet`;
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

/** Metrics that are shares: their differences are stated in points. */
const SHARES = /^(accuracy|precision|recall|f1|agreement)\b/i;

/** `accuracy lost at most 0.8 points (allowed 5)`. */
function lossText({ name, lower }: OptimizationCheck, { spec }: OptimizationDetail): string {
  const rule = spec.quality.find(({ metric }) => metric === name);
  if (rule?.margin === undefined) {
    const allowed = rule?.relativeMargin === undefined ? '' : ` of ${percentText(100 * rule.relativeMargin)}`;
    return `${name} stayed within the margin${allowed}`;
  }
  const [factor, unit] = SHARES.test(name) ? [100, ' points'] : [1, ''];
  const figure = (value: number) => String(Number((factor * value).toPrecision(2)));
  if (lower === null) return `${name} stayed within ${figure(rule.margin)}${unit}`;
  return `${name} lost at most ${figure(Math.max(0, -lower))}${unit} (allowed ${figure(rule.margin)})`;
}

/** `2 optimizations: 1 running, 1 kept with $1,460.00 a month saved.` */
export function describeList(optimizations: readonly Optimization[]): string {
  if (optimizations.length === 0) return 'No optimization yet.';
  const kept = optimizations.filter(({ state }) => isKept(state));
  const count = (states: readonly OptimizationState[]) =>
    optimizations.filter(({ state }) => states.includes(state)).length;
  const parts = [
    ...describeCount(count(['proposed']), 'proposed'),
    ...describeCount(count(['running']), 'running'),
    ...describeCount(kept.length, `kept${savedText(kept)}`),
    ...describeCount(count(['rolled_back', 'undone', 'stopped']), 'ended without a change'),
  ];
  return `${counted(optimizations.length, 'optimization')}: ${parts.join(', ')}.`;
}

function describeCount(count: number, text: string): string[] {
  return count === 0 ? [] : [`${count} ${text}`];
}

/** Sum of the savings that are known, where they have one currency. */
function savedText(kept: readonly Optimization[]): string {
  const known = kept.flatMap(({ saving }) => (saving.monthly === null ? [] : [saving.monthly]));
  const [first, ...others] = known;
  if (first === undefined) return '';
  if (others.length === 0) return ` with ${formatMoney(first)} a month saved`;
  return ` with ${known.map(formatMoney).join(' and ')} a month saved`;
}

/** The next condition of an open one; the reason of an ended one. */
export function nextCondition({ waitsFor, reason, state, deadlineAt }: Optimization): string {
  if (state === 'watched') return waitsFor ?? 'the end of its watch, or a loss of quality';
  if (state === 'closed') return 'none: the change is final';
  return waitsFor ?? reason ?? (deadlineAt === null ? '' : 'its next look');
}

interface RampStepShown {
  readonly label: string;
  readonly state: 'done' | 'present' | 'ahead';
}

/** Steps of the ramp and the hold-out after it. */
export function listRampSteps({ spec, step, state, keptAt }: OptimizationDetail): RampStepShown[] {
  const labels = [
    ...(spec.shadowFirst === undefined ? [] : ['copies only']),
    ...spec.ramp.percents.map((percent) => percentText(percent)),
  ];
  const isNow = keptAt !== null && isKept(state);
  const wasRun = isNow || state === 'running' || keptAt !== null;
  const steps = labels.map((label, at): RampStepShown => {
    if (isNow || (wasRun && at < step)) return { label, state: 'done' };
    return { label, state: state === 'running' && at === step ? 'present' : 'ahead' };
  });
  const left = spec.holdOut > 0 && state !== 'closed' ? `all but ${percentText(100 * spec.holdOut)}` : 'all';
  return [...steps, { label: left, state: isNow ? 'present' : 'ahead' }];
}

/** Bound of a check, in its difference; null where it has none. */
export function findBound({ kind, name }: OptimizationCheck, { spec }: OptimizationDetail): number | null {
  if (kind === 'saving') return 0;
  if (kind === 'quality') {
    // A relative margin is a share of the quality of the baseline, which a check does not state.
    const margin = spec.quality.find(({ metric }) => metric === name)?.margin;
    return margin === undefined ? null : -margin;
  }
  const rule = spec.guardrails.find((one) => 'metric' in one && one.metric === name);
  if (rule === undefined || 'budget' in rule) return null;
  return rule.metric === 'errorRate' ? -rule.margin : 0;
}

/** Data that a verdict still needs; empty when there is a verdict. */
export function neededText({ verdict, samplesNeeded, reason }: OptimizationCheck): string {
  if (verdict !== 'inconclusive') return '';
  if (reason !== null) return reason;
  return samplesNeeded === null ? 'more data' : `about ${counted(samplesNeeded, 'more sample')}`;
}

/** Traffic before and after an act, for its confirmation. */
export function describeAct(
  act: OptimizationAct,
  one: OptimizationDetail,
): { readonly title: string; readonly button: string; readonly traffic: string; readonly effect: string } {
  const name = one.optimization;
  const [from, to] = [one.candidate?.variant ?? 'the candidate', one.baseline?.variant ?? 'the baseline'];
  const now = `${percentText(one.percent)} on ${from}, ${percentText(100 - one.percent)} on ${to}`;
  switch (act) {
    case 'stop':
      return one.state === 'proposed'
        ? { title: `Stop ${name}?`, button: 'Stop', traffic: 'Unchanged', effect: 'It does not start.' }
        : {
            ...{ title: `Stop ${name}?`, button: 'Stop', traffic: `${now}; after: all on ${to}` },
            effect: 'All traffic returns to the baseline in one step; no request is dropped.',
          };
    case 'undo':
      return {
        ...{ title: `Undo ${name}?`, button: 'Undo', traffic: `${now}; after: all on ${to}` },
        effect: 'All traffic returns to the baseline in one step, and the saving ends.',
      };
    case 'close':
      return {
        ...{ title: `End the watch of ${name}?`, button: 'End the watch', traffic: `${now}; after: all on ${from}` },
        effect: 'The change stays, the watch ends, and a later loss of quality does not undo it.',
      };
    case 'resume':
      return {
        ...{ title: `Start ${name} again?`, button: 'Start again' },
        traffic: `All on the baseline; after: ${percentText(one.spec.ramp.percents[0] ?? 0)} on the candidate`,
        effect: 'It begins at its first step with new evidence, when no other optimization has the endpoint.',
      };
  }
}

export const ACT_LABELS: Readonly<Record<OptimizationAct, string>> = {
  stop: 'Stop…',
  undo: 'Undo…',
  close: 'End the watch…',
  resume: 'Start again…',
};
