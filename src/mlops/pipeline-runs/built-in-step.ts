import type { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import type { PlannedStep } from '../pipeline-definition/index.ts';
import type { DeployStep, EvaluateStep, GateStep, RegisterStep } from '../pipeline-definition/schema.ts';
import { type DriveDeps, type DrivenRun, listKnownSteps, requireStep } from './context.ts';
import { findLastSucceeded } from './made-steps.ts';
import { StepProblem } from './prepare.ts';
import { isGood, type StepState } from './schema.ts';
import { save } from './steps-of-run.ts';
import { NO_OUTPUTS } from './store.ts';

type BuiltIn =
  | z.infer<typeof EvaluateStep>
  | z.infer<typeof GateStep>
  | z.infer<typeof RegisterStep>
  | z.infer<typeof DeployStep>;

/** Result of a built-in step. */
interface BuiltInEnd {
  readonly state: Extract<StepState, 'succeeded' | 'failed'>;
  readonly reason: string | null;
  readonly values: Readonly<Record<string, string>>;
}

/** Runs a built-in step, which calls other features and uses no machine. */
export async function runBuiltInStep(
  deps: DriveDeps,
  driven: DrivenRun,
  planned: PlannedStep,
  step: BuiltIn,
): Promise<void> {
  const startedMs = deps.clock.now();
  const end = await dispatchBuiltInStep(deps, driven, planned, step).catch((error: unknown): BuiltInEnd => {
    if (error instanceof AppError || error instanceof StepProblem)
      return { state: 'failed', reason: error.message, values: {} };
    throw error;
  });
  const stored = requireStep(driven, planned.key);
  await save(deps, driven, {
    ...stored,
    ...end,
    attempt: 1,
    outputs: { ...NO_OUTPUTS, values: { ...end.values } },
    startedMs,
    endedMs: deps.clock.now(),
  });
}

function dispatchBuiltInStep(
  deps: DriveDeps,
  driven: DrivenRun,
  planned: PlannedStep,
  step: BuiltIn,
): Promise<BuiltInEnd> {
  switch (step.uses) {
    case 'evaluate':
      return runEvaluate(deps, driven, planned, step);
    case 'gate':
      return runGate(deps, driven, step);
    case 'register':
      return runRegister(deps, driven, planned, step);
    case 'deploy':
      return runDeploy(deps, driven, planned, step);
  }
}

/** The best of the runs of the steps that it needs; of equals, the first. */
async function runEvaluate(
  deps: DriveDeps,
  driven: DrivenRun,
  planned: PlannedStep,
  { metric, best }: z.infer<typeof EvaluateStep>,
): Promise<BuiltInEnd> {
  const candidates = listKnownSteps(driven, planned).filter(
    ({ planned: { key }, state }) => planned.needs.includes(key) && isGood(state),
  );
  const measured: { key: string; run: string; value: number }[] = [];
  for (const { planned: one } of candidates) {
    const run = requireStep(driven, one.key).mlflowRun;
    const value = run === null ? null : await deps.models.metricOf(run, metric);
    if (run !== null && value !== null && !Number.isNaN(value)) measured.push({ key: one.key, run, value });
  }
  const sign = best === 'max' ? -1 : 1;
  const [first] = measured.toSorted((a, b) => sign * (a.value - b.value));
  if (first === undefined)
    throw new StepProblem(`None of ${candidates.map(({ planned: { key } }) => key).join(', ')} logged "${metric}".`);
  return {
    state: 'succeeded',
    reason: null,
    values: { run: first.run, step: first.key, metric, value: String(first.value), of: String(measured.length) },
  };
}

async function runGate(
  deps: DriveDeps,
  driven: DrivenRun,
  { policy, model, of, onHold }: z.infer<typeof GateStep>,
): Promise<BuiltInEnd> {
  const { verdict, summary, checks } = await deps.models.weigh({ runId: requireRunId(driven, of), policy, model });
  const passes = verdict === 'promote' || (verdict === 'hold' && onHold === 'continue');
  const values = { verdict, summary, checks: checks.join('\n') };
  return { state: passes ? 'succeeded' : 'failed', reason: passes ? null : summary, values };
}

async function runRegister(
  deps: DriveDeps,
  driven: DrivenRun,
  planned: PlannedStep,
  step: z.infer<typeof RegisterStep>,
): Promise<BuiltInEnd> {
  const runId = requireRunId(driven, step.of);
  const { artifact = null, policy = null, model } = step;
  if (artifact !== null) await keepAmongArtifacts(deps, driven, step.of, artifact, runId);
  const actor = `pipeline ${driven.run.pipeline} #${driven.run.number}`;
  const mark = `${driven.run.id} ${planned.key}`;
  const last = await readLastValues(deps, driven, planned);
  const isSame = last !== null && last.model === model && last.policy === policy && last.decided === 'promote';
  const promotedBefore = isSame ? { version: last.version ?? '', decision: last.decision ?? '' } : null;
  const made = await deps.models.register({ model, runId, artifact, policy, actor, mark, promotedBefore });
  const decided =
    made.decision === null || policy === null
      ? {}
      : { policy, decision: made.decision.decision, decided: made.decision.verdict };
  return {
    state: 'succeeded',
    reason: null,
    values: { model: made.model, version: made.version, run: runId, ...decided },
  };
}

/** Values of a step with this key from its last success in an earlier run. Null: no earlier success. */
async function readLastValues(
  deps: DriveDeps,
  { run }: DrivenRun,
  { key }: PlannedStep,
): Promise<Readonly<Record<string, string>> | null> {
  return (await findLastSucceeded(deps.store, run.pipeline, key))?.outputs.values ?? null;
}

/** Copies files of a step to the artifacts of its run, so that a version can refer to them. */
async function keepAmongArtifacts(
  deps: DriveDeps,
  driven: DrivenRun,
  of: string,
  artifact: string,
  runId: string,
): Promise<void> {
  const { outputs } = requireStep(driven, selectRunStep(driven, of));
  const files = outputs.files.filter(({ path }) => path === artifact || path.startsWith(`${artifact}/`));
  if (files.length === 0) throw new StepProblem(`"${of}" made no "${artifact}".`);
  for (const file of files) await deps.runLog.keep(runId, file.path, await deps.trees.open(file));
}

async function runDeploy(
  deps: DriveDeps,
  driven: DrivenRun,
  planned: PlannedStep,
  { of, alias }: z.infer<typeof DeployStep>,
): Promise<BuiltInEnd> {
  const { model, version } = requireStep(driven, of).outputs.values;
  if (model === undefined || version === undefined) throw new StepProblem(`"${of}" registered nothing.`);
  const last = await readLastValues(deps, driven, planned);
  // Deployed by the run before already: since then, the alias may have moved on purpose.
  const isSame = last !== null && last.model === model && last.version === version && last.alias === alias;
  if (!isSame) {
    await deps.models.deploy({ model, version, alias, actor: `pipeline ${driven.run.pipeline} #${driven.run.number}` });
  }
  return { state: 'succeeded', reason: null, values: { model, version, alias } };
}

/** Key of the step that provides the run: for an evaluate step, the step that it selected. */
function selectRunStep(driven: DrivenRun, name: string): string {
  return requireStep(driven, name).outputs.values.step ?? name;
}

function requireRunId(driven: DrivenRun, name: string): string {
  const stored = requireStep(driven, name);
  const run = stored.outputs.values.run ?? stored.mlflowRun;
  if (run === null) throw new StepProblem(`"${name}" has no run.`);
  return run;
}
