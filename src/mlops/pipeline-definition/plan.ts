import { type SweepSpec, sample, TRIAL, toSpace } from '../sweeps/schema.ts';
import { ExpressionError, listExpressionNames, listNames } from './expressions.ts';
import type { PipelineSpec, Scalar, Step } from './schema.ts';

/** A step to execute; a matrix has one for each combination, and a sweep one for each trial. */
export interface PlannedStep {
  /** Name and matrix values of the step: `train`, `train[lr=0.01]`, `train[trial=3,lr=0.0172]`. */
  readonly key: string;
  readonly name: string;
  readonly matrix: Readonly<Record<string, Scalar>>;
  readonly step: Step;
  /** Keys of the planned steps that must end before this step starts. */
  readonly needs: readonly string[];
}

/** Every step that will be run, each after all that it needs. */
export interface Plan {
  readonly steps: readonly PlannedStep[];
}

/** A problem in a pipeline: its path, and one sentence. */
export interface PlanProblem {
  /** Path in the spec, such as `steps.train.needs`. */
  readonly path: string;
  readonly message: string;
}

export type PlanResult =
  | { readonly plan: Plan; readonly problems: null }
  | { readonly plan: null; readonly problems: PlanProblem[] };

/** More than this is a mistake in a matrix. */
const MAX_STEPS = 10_000;

/**
 * Steps of a pipeline in a valid order: matrices expanded, names checked, cycles refused.
 * Example: `train` with the matrix `{ lr: [0.1, 0.2] }` that needs `prepare` gives prepare, train[lr=0.1],
 * train[lr=0.2].
 */
export function buildPlan({ steps, params }: Pick<PipelineSpec, 'steps' | 'params'>): PlanResult {
  const problems = [
    ...(Object.keys(steps).length === 0 ? [{ path: 'steps', message: 'a pipeline needs at least one step' }] : []),
    ...Object.entries(steps).flatMap(([name, step]) => findProblems(name, step, steps, params)),
  ];
  if (problems.length > 0) return { plan: null, problems };
  const order = orderSteps(steps);
  if ('cycle' in order) {
    const way = order.cycle.map((name) => `"${name}"`).join(' needs ');
    return {
      plan: null,
      problems: [{ path: `steps.${order.cycle[0]}.needs`, message: `the needs of the steps form a cycle: ${way}` }],
    };
  }
  const expanded = new Map<string, PlannedStep[]>();
  for (const name of order.names) expanded.set(name, expandStep(name, steps, expanded));
  const all = [...expanded.values()].flat();
  if (all.length > MAX_STEPS) {
    return {
      plan: null,
      problems: [{ path: 'steps', message: `the pipeline has ${all.length} steps; the limit is ${MAX_STEPS}` }],
    };
  }
  return { plan: { steps: all }, problems: null };
}

function expandStep(
  name: string,
  steps: PipelineSpec['steps'],
  before: ReadonlyMap<string, readonly PlannedStep[]>,
): PlannedStep[] {
  const step = steps[name];
  if (step === undefined) return [];
  const needs = listNeeds(step).flatMap((need) => before.get(need)?.map(({ key }) => key) ?? []);
  const sweep = findSweep(step);
  const combinations = sweep === null ? listCombinations('run' in step ? (step.matrix ?? {}) : {}) : listTrials(sweep);
  return combinations.map((matrix) => ({
    key: buildStepKey(name, matrix),
    name,
    matrix,
    step,
    needs,
  }));
}

/** The sweep of a step; null where it has none. */
export function findSweep(step: Step): SweepSpec | null {
  return 'run' in step ? (step.sweep ?? null) : null;
}

/** Values of each trial, with its number first: two trials may draw the same values. */
function listTrials(sweep: SweepSpec): Record<string, Scalar>[] {
  const space = toSpace(sweep);
  return Array.from({ length: sweep.trials }, (_, trial) => ({
    [TRIAL]: trial,
    ...sample(space, sweep.seed, trial),
  }));
}

/** `train[lr=0.01,depth=3]`, in the order of the matrix. */
export function buildStepKey(name: string, matrix: Readonly<Record<string, Scalar>>): string {
  const label = buildMatrixLabel(matrix);
  return label === '' ? name : `${name}[${label}]`;
}

/** Label of a combination of matrix values, also used as a folder name: `lr=0.01,depth=3`. */
export function buildMatrixLabel(matrix: Readonly<Record<string, Scalar>>): string {
  return Object.entries(matrix)
    .map(([name, value]) => `${name}=${String(value).replaceAll(/[/\\\0[\]]/g, '_')}`)
    .join(',');
}

function listCombinations(matrix: Readonly<Record<string, readonly Scalar[]>>): Record<string, Scalar>[] {
  return Object.entries(matrix).reduce<Record<string, Scalar>[]>(
    (made, [name, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

/** Names of the steps that end before it: those that it needs, and those that it takes something of. */
export function listNeeds(step: Step): string[] {
  const taken =
    'run' in step
      ? step.inputs.flatMap((input) => (typeof input === 'object' && 'from' in input ? [input.from] : []))
      : 'of' in step
        ? [step.of]
        : [];
  return [...new Set([...step.needs, ...taken])];
}

/** Names in an order in which each follows all that it needs; or a cycle that returns to its first name. */
function orderSteps(steps: PipelineSpec['steps']): { names: string[] } | { cycle: string[] } {
  const names: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (name: string): string[] | null => {
    if (done.has(name)) return null;
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    way.push(name);
    const step = steps[name];
    for (const need of step === undefined ? [] : listNeeds(step)) {
      const cycle = visit(need);
      if (cycle !== null) return cycle;
    }
    way.pop();
    done.add(name);
    names.push(name);
    return null;
  };
  for (const name of Object.keys(steps)) {
    const cycle = visit(name);
    if (cycle !== null) return { cycle };
  }
  return { names };
}

function findProblems(
  name: string,
  step: Step,
  steps: PipelineSpec['steps'],
  params: PipelineSpec['params'],
): PlanProblem[] {
  const at = (path: string, message: string): PlanProblem => ({ path: `steps.${name}.${path}`, message });
  const unknown = listNeeds(step)
    .filter((need) => steps[need] === undefined)
    .map((need) => at('needs', `there is no step "${need}"; the steps are: ${Object.keys(steps).join(', ')}`));
  const duplicates =
    'run' in step
      ? findDuplicateKeys(name, step.matrix ?? {}).map((key) => at('matrix', `"${key}" is a duplicate key`))
      : [];
  return [...unknown, ...duplicates, ...findWrongKind(name, step, steps), ...nameProblems(name, step, params)];
}

function findDuplicateKeys(name: string, matrix: Readonly<Record<string, readonly Scalar[]>>): string[] {
  const keys = listCombinations(matrix).map((one) => buildStepKey(name, one));
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
}

/** Steps that require a certain kind of step. */
function findWrongKind(name: string, step: Step, steps: PipelineSpec['steps']): PlanProblem[] {
  const problem = (path: string, message: string) => [{ path: `steps.${name}.${path}`, message }];
  if (!('uses' in step)) return [];
  if (step.uses === 'evaluate') return step.needs.length === 0 ? problem('needs', 'name the steps to compare') : [];
  const of = steps[step.of];
  if (of === undefined) return [];
  if (step.uses === 'deploy')
    return 'uses' in of && of.uses === 'register' ? [] : problem('of', `"${step.of}" is not a register step`);
  if ('uses' in of)
    return of.uses === 'evaluate'
      ? []
      : problem('of', `"${step.of}" has no run: name an evaluate step, or a step with a command`);
  return of.matrix === undefined && of.sweep === undefined
    ? []
    : problem('of', `"${step.of}" runs once for each combination: add an evaluate step that selects one`);
}

/** Expressions name params, the matrix of their step, and steps that end before it. */
function nameProblems(name: string, step: Step, params: PipelineSpec['params']): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const look = (path: string, namesOf: () => Set<string>) => {
    try {
      for (const named of namesOf()) {
        const message = findNameProblem(named, step, params);
        if (message !== null) problems.push({ path: `steps.${name}.${path}`, message });
      }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      problems.push({ path: `steps.${name}.${path}`, message: error.message });
    }
  };
  const { when } = step;
  if (when !== undefined) look('when', () => listExpressionNames(when));
  for (const { path, text } of listTexts(step)) look(path, () => listNames(text));
  return problems;
}

/** Every text of a step that may have expressions. */
export function listTexts(step: Step): { path: string; text: string }[] {
  if (!('run' in step)) return [];
  const words =
    typeof step.run === 'string'
      ? [{ path: 'run', text: step.run }]
      : step.run.map((text, index) => ({ path: `run[${index}]`, text }));
  const env = Object.entries(step.env).map(([key, value]) => ({ path: `env.${key}`, text: String(value) }));
  const datasets = step.inputs.flatMap((input, index) =>
    typeof input === 'object' && 'dataset' in input
      ? [{ path: `inputs[${index}]`, text: `${input.dataset} ${input.digest}` }]
      : [],
  );
  return [...words, ...env, ...datasets];
}

function findNameProblem(named: string, step: Step, params: PipelineSpec['params']): string | null {
  const [part = '', key = ''] = named.split('.', 2);
  const known = (names: readonly string[]) =>
    names.length === 0 ? 'there are none' : `valid names: ${names.join(', ')}`;
  if (part === 'params') return key in params ? null : `there is no param "${key}"; ${known(Object.keys(params))}`;
  if (part === 'matrix') {
    const sweep = findSweep(step);
    const matrix = sweep === null ? ('run' in step ? (step.matrix ?? {}) : {}) : { [TRIAL]: 0, ...sweep.params };
    return key in matrix ? null : `its matrix has no "${key}"; ${known(Object.keys(matrix))}`;
  }
  if (part === 'steps')
    return listNeeds(step).includes(key) ? null : `it does not depend on "${key}"; add "${key}" to needs`;
  if (part === 'run') return ['id', 'number', 'pipeline', 'commit'].includes(key) ? null : `a run has no "${key}"`;
  return `"${part}" is not a known name; use params, matrix, steps or run`;
}
