import type { ContainerServer } from '../../endpoint-spec/schema.ts';

/** Mount path of the version's artifacts in a container. */
export const MODEL_FOLDER = '/steelyard/model';

type Words = readonly [program: string, ...words: string[]];

/** The words of a server with `{port}` and `{model}` in them filled; null where the image's own count. */
export function fillWords({ command, args, port }: Pick<ContainerServer, 'command' | 'args' | 'port'>): {
  readonly command: Words | null;
  readonly args: readonly string[] | null;
} {
  const filled = (word: string) => word.replaceAll('{port}', String(port)).replaceAll('{model}', MODEL_FOLDER);
  const [program, ...words] = (command ?? []).map(filled);
  return { command: program === undefined ? null : [program, ...words], args: args?.map(filled) ?? null };
}
