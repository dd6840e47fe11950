import type { Command } from './command.ts';

/** First word of a command line, with the module of its commands. The module is loaded when the noun is used. */
export interface Noun {
  readonly name: string;
  /** Words after the noun, for suggestions without the module; empty where the noun is itself a command. */
  readonly verbs: readonly string[];
  load(): Promise<readonly Command[]>;
}

/** A line of `steelyard --help`: related nouns and their purpose. */
export interface NounLine {
  readonly summary: string;
  readonly nouns: readonly Noun[];
}

export interface NounGroup {
  readonly title: string;
  readonly lines: readonly NounLine[];
}

/** A noun whose commands are those of `load` that begin with its name: one module may have the commands of several nouns. */
export function noun(name: string, verbs: readonly string[], load: () => Promise<readonly Command[]>): Noun {
  return { name, verbs, load: async () => (await load()).filter(({ path }) => path[0] === name) };
}

export function listNouns(groups: readonly NounGroup[]): Noun[] {
  return groups.flatMap(({ lines }) => lines.flatMap(({ nouns }) => nouns));
}
