import type { PipelineStep } from '../../../src/mlops/pipelines/schema.ts';
import { type Decimal, decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';

/** Most steps of a matrix that are drawn separately. */
const MOST_ALONE = 6;

/** Content of one node: a step, or a matrix of steps. */
export interface StepGroup {
  /** The step, or the name that its steps share. */
  readonly id: string;
  readonly name: string;
  readonly isMatrix: boolean;
  readonly steps: readonly PipelineStep[];
  /** Groups that must end before it starts. */
  readonly needs: readonly string[];
}

/**
 * Steps as nodes of the graph, in the order of the run: large matrices as one node, so that a thousand steps are
 * readable.
 */
export function groupSteps(steps: readonly PipelineStep[], mostAlone = MOST_ALONE): StepGroup[] {
  const byName = Map.groupBy(steps, ({ name }) => name);
  const isGrouped = (name: string) => (byName.get(name)?.length ?? 0) > mostAlone;
  const groupByStep = new Map(steps.map(({ step, name }) => [step, isGrouped(name) ? name : step]));
  const made = new Map<string, StepGroup>();
  for (const step of steps) {
    const id = groupByStep.get(step.step) ?? step.step;
    if (made.has(id)) continue;
    const own = isGrouped(step.name) ? (byName.get(step.name) ?? []) : [step];
    const needs = new Set(own.flatMap((one) => one.needs.map((need) => groupByStep.get(need) ?? need)));
    made.set(id, { id, name: step.name, isMatrix: isGrouped(step.name), steps: own, needs: [...needs] });
  }
  return [...made.values()];
}

/** States in the order of severity, worst first. */
export const WORST_FIRST: readonly PipelineStep['state'][] = [
  'failed',
  'stopped',
  'running',
  'waiting',
  'skipped',
  'succeeded',
  'cached',
];

/** State of a matrix: running while a step runs, else the worst state of its steps. */
export function findState(steps: readonly PipelineStep[]): PipelineStep['state'] {
  const states = new Set(steps.map(({ state }) => state));
  if (states.has('running')) return 'running';
  if (states.has('waiting') && (states.has('succeeded') || states.has('cached'))) return 'running';
  return WORST_FIRST.find((state) => states.has(state)) ?? 'waiting';
}

/** How many steps of each state there are, the worst first; states that no step has are left out. */
export function countStates(steps: readonly PipelineStep[]): { state: PipelineStep['state']; count: number }[] {
  return WORST_FIRST.map((state) => ({ state, count: steps.filter((step) => step.state === state).length })).filter(
    ({ count }) => count > 0,
  );
}

/**
 * Total cost of the steps; null when no cost is known, or in several currencies. Steps with an unknown cost are left
 * out.
 */
export function sumCost(steps: readonly Pick<PipelineStep, 'cost'>[]): Money | null {
  const costs = steps.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  const [first] = costs;
  if (first === undefined || costs.some(({ currency }) => currency !== first.currency)) return null;
  const total = costs.reduce((sum: Decimal, { amount }) => sum.plus(amount), decimal(0));
  return { amount: decimalString(total), currency: first.currency };
}

/** From the first beginning to the last end; `endedAt` is null while one of them has not ended. */
export function computeSpan(steps: readonly PipelineStep[]): Pick<PipelineStep, 'startedAt' | 'endedAt'> {
  const began = steps.flatMap(({ startedAt }) => startedAt ?? []).toSorted();
  const isOpen = steps.some(({ state }) => state === 'running' || state === 'waiting');
  const ended = steps.flatMap(({ endedAt }) => endedAt ?? []).toSorted();
  return { startedAt: began[0] ?? null, endedAt: isOpen ? null : (ended.at(-1) ?? null) };
}
