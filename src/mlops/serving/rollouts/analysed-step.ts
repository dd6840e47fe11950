import type { CanaryAnalysis } from '../../endpoint-spec/schema.ts';
import {
  type CanaryEvidence,
  type CanaryJudgement,
  NO_OUTCOMES,
  type QualityEvidence,
  type SideEvidence,
} from './analysis.ts';
import { createBusyRecorder, NO_BUSY } from './busy-evidence.ts';
import type { CanaryDeps } from './canary-deps.ts';
import { describeCheck, describeUnproven, type SampleRate } from './describe-checks.ts';
import { createEvidenceRecorder, parseEvidence } from './evidence.ts';
import { FIRST_LOOK } from './judge.ts';
import { createSeriesReader } from './read-series.ts';
import type { RolloutCheck } from './schema.ts';
import { createSide, type SideRecorders } from './side.ts';
import { advanceStep, endRollout, findRollout, readEvidence, type StoredRollout, saveEvidence } from './store.ts';

/** Growth of the responses of the canary from one look to the next; a look sorts the times of both sides. */
const LOOK_GROWTH = 1.1;
/** Labels arrive without responses. */
const MOST_BETWEEN_LOOKS_MS = 30_000;
const SAVE_MS = 10_000;

/** Deps of a canary whose spec has an analysis. */
type AnalysedDeps = CanaryDeps & { readonly analysis: CanaryAnalysis };

/**
 * One step of a canary with analysis; resolves when the step, or the rollout, has ended. A step before the last ends after its
 * duration and number of responses without shown harm; the last one ends only when all checks pass. Each step has its own evidence,
 * because the share of the traffic, and with it the mix of times of day on both sides, changes between steps.
 */
export async function driveAnalysedStep(deps: AnalysedDeps, begun: StoredRollout): Promise<void> {
  const { store, clock, spec, analysis } = deps;
  const step = await beginStep(deps, begun);
  let [nextLook, lookedMs, savedMs, wasOver] = [
    planNextLook(analysis, step.requests()),
    clock.now(),
    clock.now(),
    false,
  ];
  for (;;) {
    await pauseOrSave(deps, step);
    const now = await findRollout(store, deps.endpoint, deps.revision);
    if (now?.state !== 'running' || now.step !== begun.step) return;
    const at = clock.now();
    const isOver = at >= step.untilMs && step.requests() >= spec.requests;
    const isLate = at >= step.deadlineMs && !step.isHeld();
    const isQuiet = analysis.looks === 'anytime' && at >= lookedMs + MOST_BETWEEN_LOOKS_MS;
    if (step.requests() < nextLook && !isQuiet && !isLate && isOver === wasOver) {
      if (at >= savedMs + SAVE_MS) {
        savedMs = at;
        await step.save();
      }
      continue;
    }
    const judgement = await step.look();
    [nextLook, lookedMs, savedMs, wasOver] = [planNextLook(analysis, step.requests()), at, at, isOver];
    const state = { isOver, isLate, isLast: step.isLast, isHeld: step.isHeld(), rate: step.rate() };
    const end = decideEnd(judgement, state, analysis);
    if (end === 'advance') return advanceStep(store, now, at);
    if (end === 'stay') step.hold(describeUnproven(judgement.checks, judgement.splitProblem, state.rate));
    else if (end !== null) return endRollout(store, now, end);
  }
}

/** A server that ends, or gives the rollout up, keeps the responses since the last save. */
async function pauseOrSave({ pause }: AnalysedDeps, { save }: { readonly save: () => Promise<void> }): Promise<void> {
  try {
    await pause();
  } catch (error) {
    await save();
    throw error;
  }
}

/** Continues the evidence of the step that is stored, and shows both sides to the gateway. */
async function beginStep(deps: AnalysedDeps, begun: StoredRollout) {
  const { store, clock, spec, analysis, endpoint, revision } = deps;
  const { weight, for: lastsMs } = spec.steps[begun.step] ?? { weight: 100, for: 0 };
  const stored = parseEvidence(await readEvidence(store, { endpoint, revision }));
  const kept = stored?.step === begun.step ? stored : null;
  const [live, canary] = [createSideRecorders(analysis, kept?.live), createSideRecorders(analysis, kept?.canary)];
  const [liveSide, canarySide] = [createSide(Math.random, live), createSide(Math.random, canary)];
  const readSeries = createSeriesReader(deps, begun);
  const deadlineMs = begun.begunMs + analysis.deadline;
  const untilMs = begun.stepMs + lastsMs;
  let [fractions, checks] = [kept?.fractions ?? [], kept === null ? null : begun.checks];
  let held: string | null = null;
  let splitProblem: string | null = null;
  const isLast = begun.step === spec.steps.length - 1;
  const requests = () => canary.evidence.count();
  const waitsFor = () => {
    if (held !== null) return `held: ${held}; it waits for a promotion or abort`;
    if (splitProblem !== null) return splitProblem;
    if (clock.now() < untilMs) return 'the minimum duration of the step has not elapsed';
    if (requests() < spec.requests) return `the canary has ${requests()} of ${spec.requests} required responses`;
    return isLast ? 'not all checks pass yet' : 'the next evaluation';
  };
  const readSides = () => ({ live: readSide(live), canary: readSide(canary) });
  const save = () => saveEvidence(store, begun, { step: begun.step, ...readSides(), fractions }, checks ?? []);
  deps.show({ weight, liveSide, canarySide, waitsFor });
  return {
    ...{ deadlineMs, untilMs, isLast, save },
    requests,
    isHeld: () => held !== null,
    hold: (reason: string) => {
      held = reason;
    },
    rate: () => ({ requests: requests(), elapsedMs: clock.now() - begun.stepMs }),
    look: async (): Promise<CanaryJudgement> => {
      const sides = readSides();
      const evidence: CanaryEvidence = {
        ...{ share: weight / 100, isAssignedByRequest: deps.isAssignedByRequest, fractions, previous: checks },
        ...{ ...sides, prices: live.busy === null ? null : await deps.readPrices(sides.live.busy, sides.canary.busy) },
        ...{ quality: await readQuality(deps, begun), series: await readSeries() },
      };
      const judgement = deps.judge(evidence, { analysis, steps: spec.steps.length });
      ({ fractions, checks, splitProblem } = judgement);
      await save();
      return judgement;
    },
  };
}

/** Continues the evidence of one side; the replica time of requests is recorded only for a check of cost. */
function createSideRecorders({ checks }: CanaryAnalysis, kept: SideEvidence | undefined): SideRecorders {
  const hasCost = checks.some(({ metric }) => metric === 'cost');
  return { evidence: createEvidenceRecorder(kept), busy: hasCost ? createBusyRecorder(kept?.busy) : null };
}

function readSide({ evidence, busy }: SideRecorders): SideEvidence {
  return { ...evidence.read(), busy: busy?.read() ?? NO_BUSY };
}

/** Outcomes of the predictions of this step that are old enough on both sides. */
function readQuality(deps: AnalysedDeps, { stepMs }: StoredRollout): Promise<(QualityEvidence | null)[]> {
  return Promise.all(
    deps.analysis.checks.map(async (check) => {
      if (check.metric !== 'quality') return null;
      const endMs = deps.clock.now() - check.matureAfter;
      if (endMs <= stepMs) return { ...NO_OUTCOMES, reason: 'No prediction of this step is old enough for its label.' };
      const period = { start: new Date(stepMs).toISOString(), end: new Date(endMs).toISOString() };
      return deps.readQuality({ ...period, metric: check.name ?? null });
    }),
  );
}

/** Responses of the canary at the next look. */
function planNextLook({ looks }: CanaryAnalysis, requests: number): number {
  if (looks === 'anytime') return Math.max(FIRST_LOOK, Math.ceil(LOOK_GROWTH * requests));
  const size = looks.responses / looks.planned;
  return requests >= looks.responses ? Number.POSITIVE_INFINITY : size * (Math.floor(requests / size) + 1);
}

interface LookState {
  /** Whether the step has had its duration and its responses. */
  readonly isOver: boolean;
  /** Whether the deadline has passed without a decision about it. */
  readonly isLate: boolean;
  readonly isLast: boolean;
  /** Whether the deadline has passed and the canary stays until a user decides. */
  readonly isHeld: boolean;
  readonly rate: SampleRate;
}

type End = { readonly state: 'promoted' | 'aborted'; readonly reason: string };

/** The consequence of a look; null: the step continues. Harm comes first, then proof, then the deadline. */
function decideEnd(
  { checks, harmed, isProven, splitProblem }: CanaryJudgement,
  { isOver, isLate, isLast, isHeld, rate }: LookState,
  { atDeadline }: CanaryAnalysis,
): End | 'advance' | 'stay' | null {
  const describe = (shown: readonly RolloutCheck[]) => shown.map((check) => describeCheck(check)).join('; ');
  if (harmed.length > 0) {
    const shown = checks.filter(({ name }) => harmed.includes(name));
    return { state: 'aborted', reason: `it is shown to be worse: ${describe(shown)}` };
  }
  if (isHeld) return null;
  if (isOver && isLast && isProven) return { state: 'promoted', reason: `all checks pass: ${describe(checks)}` };
  if (isLate && atDeadline === 'stay') return 'stay';
  if (isLate) {
    const open = describeUnproven(checks, splitProblem, rate);
    const reason = `not proven at the deadline: ${open === '' ? 'its last step had not ended' : open}`;
    return { state: 'aborted', reason };
  }
  return isOver && !isLast ? 'advance' : null;
}
