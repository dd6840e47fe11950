import type { z } from 'zod';
import type { Context } from './context.ts';

/** A positional argument. */
export interface PositionalDefinition {
  readonly describe: string;
  /** Takes all remaining words; at least one, unless it is optional. */
  readonly many?: true;
  /** May be left out; only the last one. */
  readonly optional?: true;
}

/** `--name VALUE`; without `value` it is a flag. The name in kebab-case comes from its key. */
export interface OptionDefinition {
  readonly describe: string;
  /** Placeholder for the value in help, in capitals. */
  readonly value?: string;
  readonly schema?: z.ZodType;
  readonly short?: string;
  /** The option is repeatable; its value is a list, empty when it is not given. */
  readonly repeat?: true;
  readonly required?: true;
  /** Default value as text. */
  readonly fallback?: string;
}

export type Positionals = Readonly<Record<string, PositionalDefinition>>;
export type Options = Readonly<Record<string, OptionDefinition>>;

type ValueOf<O> = O extends { schema: infer S extends z.ZodType } ? z.output<S> : string;
type OptionInput<O> = O extends { value: string }
  ? O extends { repeat: true }
    ? ValueOf<O>[]
    : O extends { required: true } | { fallback: string }
      ? ValueOf<O>
      : ValueOf<O> | undefined
  : boolean;

export type InputOf<P, O> = {
  readonly [K in keyof P]: P[K] extends { many: true; optional: true }
    ? string[] | undefined
    : P[K] extends { many: true }
      ? string[]
      : P[K] extends { optional: true }
        ? string | undefined
        : string;
} & { readonly [K in keyof O]: OptionInput<O[K]> };

/** Dependency of a command: a server (from --url, found, or started for it), the settings alone, or nothing. */
export type Needs = 'server' | 'settings' | 'nothing';

interface CommandFacts {
  /** Noun, then verb: `['bill', 'import']`. */
  readonly path: readonly string[];
  /** One sentence without a full stop. */
  readonly summary: string;
  readonly example: string;
  readonly needs: Needs;
  /** Exit codes in addition to 0 and those of its errors. */
  readonly exits?: Readonly<Record<number, string>>;
}

export interface CommandDefinition<P extends Positionals, O extends Options> extends CommandFacts {
  readonly positionals?: P;
  readonly options?: O;
  /** Prints its answer through the context; returns the exit code, 0 when undefined. */
  run(context: Context, input: InputOf<P, O>): Promise<number | undefined>;
}

export interface Command extends CommandFacts {
  readonly positionals: Positionals;
  readonly options: Options;
  run(context: Context, input: Readonly<Record<string, unknown>>): Promise<number | undefined>;
}

/** Makes a command a value: parsing, help and docs/cli.md are derived from it. */
export function command<
  const P extends Positionals = Record<never, never>,
  const O extends Options = Record<never, never>,
>(definition: CommandDefinition<P, O>): Command {
  const { positionals = {}, options = {} } = definition;
  // `parseInput` fills exactly these names, with the types of their definitions.
  return {
    ...definition,
    positionals,
    options,
    run: (context, input) => definition.run(context, input as InputOf<P, O>),
  };
}

/** `allowRejected` -> `--allow-rejected`. */
export function toFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function toTitle(target: Pick<Command, 'path'>): string {
  return ['steelyard', ...target.path].join(' ');
}
