import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';

export type Params = PipelineRun['params'];

/** Values of the form's fields, by parameter. */
export type TypedParams = Readonly<Record<string, string | boolean>>;

export function typedFrom(params: Params): TypedParams {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'boolean' ? value : String(value)]),
  );
}

export interface GivenParams {
  /** Parameters that differ from their defaults. */
  readonly params: Params;
  /** Why a field cannot be taken, by parameter. */
  readonly problems: Readonly<Record<string, string>>;
}

/**
 * The parameters that a person changed, each of the type that it had before.
 * Example: defaults {rows: 3, name: "a"}, typed {rows: "4", name: "a"} -> {rows: 4}.
 */
export function givenFrom(defaults: Params, typed: TypedParams): GivenParams {
  const params: Params = {};
  const problems: Record<string, string> = {};
  for (const [name, before] of Object.entries(defaults)) {
    const value = typedValue(before, typed[name] ?? before);
    if (value === null) problems[name] = 'A number, such as 0.01.';
    else if (value !== before) params[name] = value;
  }
  return { params, problems };
}

function typedValue(before: Params[string], typed: string | number | boolean): Params[string] | null {
  if (typeof before === 'boolean') return typed === true;
  if (typeof before === 'string') return String(typed);
  const text = String(typed).trim();
  const number = Number(text);
  return text === '' || !Number.isFinite(number) ? null : number;
}
