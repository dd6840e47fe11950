import type { Code } from '../pipeline-code/index.ts';
import { hashTree, type TreeFile } from '../pipeline-code/index.ts';
import {
  buildMatrixLabel,
  ExpressionError,
  fillExpressions,
  findSweep,
  isSelected,
  listExpressionNames,
  listNames,
  listTexts,
  type PlannedStep,
  type Scope,
} from '../pipeline-definition/index.ts';
import type { CommandStep, Scalar } from '../pipeline-definition/schema.ts';
import type { KeyParts } from './cache-key.ts';
import { isGood, type StepState } from './schema.ts';
import type { StepOutputs } from './store.ts';

/** An ended step, as dependent steps see it. */
export interface KnownStep {
  readonly planned: PlannedStep;
  readonly state: StepState;
  readonly outputs: StepOutputs;
}

export interface PrepareInput {
  readonly planned: PlannedStep;
  readonly step: CommandStep;
  /** Steps of the run that are over, in the order of the plan. */
  readonly before: readonly KnownStep[];
  readonly code: Code;
  readonly params: Readonly<Record<string, Scalar>>;
  /** Environment of all steps of the pipeline. */
  readonly env: Readonly<Record<string, Scalar>>;
  readonly run: Scope['run'];
  /** Digest of the image; null where there is none. */
  readonly image: string | null;
}

/** A step with every expression filled in and every input found. */
export interface PreparedStep {
  readonly command: readonly [program: string, ...words: string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** Files in addition to the code: outputs of earlier steps, each with its target path. */
  readonly inputs: readonly TreeFile[];
  readonly datasets: readonly { readonly dataset: string; readonly digest: string }[];
  readonly parts: KeyParts;
}

/** Reason why a step cannot start, in one sentence. */
export class StepProblem extends Error {
  override readonly name = 'StepProblem';
}

/** Fills in and finds all that a step needs. Errors: {@link StepProblem}, {@link ExpressionError}. */
export function prepare(input: PrepareInput): PreparedStep {
  const { planned, step, params, image } = input;
  const scope = buildScope(input);
  const command = fillCommand(step, scope);
  const env = fillAll({ ...input.env, ...step.env }, scope);
  const made = step.inputs.map((each) => resolveInput(each, input, scope));
  const inputs = made.flatMap(({ files }) => files);
  const datasets = made.flatMap(({ dataset }) => dataset ?? []);
  return {
    command,
    environment: env,
    inputs,
    datasets,
    parts: {
      command: [...command],
      code: listDigests(selectCodeFiles(step, input.code)),
      params: toTexts(fillValues(step, 'params', params)),
      matrix: toTexts(planned.matrix),
      env,
      secrets: step.secrets,
      inputs: {
        ...listInputDigests(made),
        ...Object.fromEntries(datasets.map(({ dataset, digest }) => [dataset, digest])),
      },
      image,
      outputs: [...step.outputs, ...(step.metrics === undefined ? [] : [step.metrics])],
    },
  };
}

/** Names that the expressions of a step can use. */
export function buildScope({
  planned,
  before,
  params,
  run,
}: Pick<PrepareInput, 'planned' | 'before' | 'params' | 'run'>): Scope {
  const byName = Map.groupBy(before, ({ planned: { name } }) => name);
  const steps = [...byName].map(([name, all]) => {
    const isSweep = all.some(({ planned: { step } }) => findSweep(step) !== null);
    const worst = all.find(({ state }) => isGood(state) === isSweep) ?? all[0];
    return [
      name,
      { state: worst?.state ?? 'waiting', outputs: all.length === 1 ? (all[0]?.outputs.values ?? {}) : {} },
    ] as const;
  });
  return { params, matrix: planned.matrix, steps: Object.fromEntries(steps), run };
}

function fillCommand({ run }: CommandStep, scope: Scope): [string, ...string[]] {
  if (typeof run === 'string') return ['sh', '-e', '-c', fillExpressions(run, scope)];
  const [program = '', ...words] = run.map((word) => fillExpressions(word, scope));
  return [program, ...words];
}

function fillAll(env: Readonly<Record<string, Scalar>>, scope: Scope): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fillExpressions(String(value), scope)]));
}

/** Files of the code that a step depends on. */
function selectCodeFiles({ code: patterns }: CommandStep, { files }: Code): TreeFile[] {
  if (patterns === undefined) return files;
  return files.filter(({ path }) => isSelected(patterns, path));
}

function fillValues(step: CommandStep, part: string, values: Readonly<Record<string, Scalar>>): Record<string, Scalar> {
  const names = new Set(listTexts(step).flatMap(({ text }) => [...listNames(text)]));
  if (step.when !== undefined) for (const name of listExpressionNames(step.when)) names.add(name);
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(`${part}.${name}`)));
}

interface ResolvedInput {
  readonly place: string | null;
  readonly files: readonly TreeFile[];
  readonly dataset?: { readonly dataset: string; readonly digest: string };
}

function resolveInput(input: CommandStep['inputs'][number], context: PrepareInput, scope: Scope): ResolvedInput {
  if (typeof input === 'string') return comparePaths(input, context);
  if ('dataset' in input) {
    return {
      place: null,
      files: [],
      dataset: { dataset: fillExpressions(input.dataset, scope), digest: fillExpressions(input.digest, scope) },
    };
  }
  // Trials of a sweep may have ended without a result.
  const makers = context.before.filter(
    ({ planned: { name, step }, state }) => name === input.from && (findSweep(step) === null || isGood(state)),
  );
  const to = input.to ?? input.path;
  const files = makers.flatMap(({ planned, outputs }) => {
    const label = buildMatrixLabel(planned.matrix);
    const found = selectUnder(outputs.files, input.path);
    if (found.length === 0) throw new StepProblem(`"${planned.key}" made no "${input.path}".`);
    return moveFiles(found, input.path, label === '' ? to : `${to}/${label}`);
  });
  return { place: to, files };
}

/** A path that exactly one earlier step produced, or that the code has. */
function comparePaths(path: string, { planned, before, code }: PrepareInput): ResolvedInput {
  const makers = before.filter(({ outputs }) => selectUnder(outputs.files, path).length > 0);
  const [maker, other] = makers;
  if (other !== undefined && maker !== undefined) {
    const names = makers.map((one) => one.planned.key).join(', ');
    throw new StepProblem(`"${path}" is an output of ${names}: select one with {from: STEP, path: ${path}}.`);
  }
  if (maker !== undefined) return { place: path, files: selectUnder(maker.outputs.files, path) };
  // The file is in the working folder with the rest of the code. It counts even where the patterns of `code` exclude it.
  const found = selectUnder(code.files, path);
  if (found.length > 0) return { place: path, files: found };
  throw new StepProblem(
    `"${planned.key}" reads "${path}", which is neither an output of an earlier step nor a file of the code.`,
  );
}

function selectUnder(files: readonly TreeFile[], path: string): TreeFile[] {
  return files.filter((file) => file.path === path || file.path.startsWith(`${path}/`));
}

function moveFiles(files: readonly TreeFile[], from: string, to: string): TreeFile[] {
  return files.map((file) => ({ ...file, path: `${to}${file.path.slice(from.length)}` }));
}

function listDigests(files: readonly TreeFile[]): Record<string, string> {
  return Object.fromEntries(
    files.map(({ path, digest, kind }) => [path, kind === 'file' ? digest : `${kind}:${digest}`]),
  );
}

/** Returns one digest for each input, so that a folder of a thousand files is one line of an explanation. */
function listInputDigests(made: readonly ResolvedInput[]): Record<string, string> {
  return Object.fromEntries(made.flatMap(({ place, files }) => (place === null ? [] : [[place, hashTree(files)]])));
}

function toTexts(values: Readonly<Record<string, Scalar>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** Reason why a step cannot start, where its author can correct it; null for any other error. */
export function describeProblem(error: unknown): string | null {
  return error instanceof StepProblem || error instanceof ExpressionError ? error.message : null;
}
