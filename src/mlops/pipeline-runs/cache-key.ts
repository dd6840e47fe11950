import { createHash } from 'node:crypto';
import { z } from 'zod';

const Texts = z.record(z.string(), z.string());

/** All inputs of a step's outputs. */
export const KeyParts = z.strictObject({
  /** Program and arguments, with every expression evaluated. */
  command: z.array(z.string()),
  /** Digests by path, of the code that the step depends on. */
  code: Texts,
  /** Values of the params that the step names. */
  params: Texts,
  matrix: Texts,
  /** Declared environment variables, filled in; of secrets, where they are. */
  env: Texts,
  secrets: Texts,
  /** Digests by where they lie in the working folder, and of datasets by their name. */
  inputs: Texts,
  /** Digest of the image; null where there is none. */
  image: z.string().nullable(),
  /** Paths of its outputs. */
  outputs: z.array(z.string()),
});
export type KeyParts = z.infer<typeof KeyParts>;

/** SHA-256 in hex, independent of the order of the parts. */
export function computeCacheKey(parts: KeyParts): string {
  const sorted = Object.entries(parts).map(([name, part]) => [
    name,
    isTexts(part) ? Object.entries(part).toSorted() : part,
  ]);
  return createHash('sha256').update(JSON.stringify(sorted.toSorted())).digest('hex');
}

function isTexts(part: KeyParts[keyof KeyParts]): part is Record<string, string> {
  return part !== null && typeof part === 'object' && !Array.isArray(part);
}

/** An earlier execution of a step, which explains why the step runs again. */
export interface MadeBefore {
  readonly parts: KeyParts;
  /** `recommender #12`. */
  readonly run: string;
}

const SHOWN = 4;

/**
 * Reason why a step runs, in one line. Example: ``not cached: `train.py` changed; params.lr 0.01 -> 0.02``. `before`: the
 * last execution of the step; null when there is none.
 */
export function explainMiss(parts: KeyParts, before: MadeBefore | null): string {
  if (before === null) return 'not cached: the step has no earlier execution';
  const changes = listChanges(before.parts, parts);
  if (changes.length === 0) return `not cached: the result of ${before.run} is no longer stored`;
  const more = changes.length > SHOWN ? `; and ${changes.length - SHOWN} more` : '';
  return `not cached: ${changes.slice(0, SHOWN).join('; ')}${more}`;
}

/** Example: ``cached: nothing changed since recommender #12``. */
export function explainHit(run: string): string {
  return `cached: nothing changed since ${run}`;
}

function listChanges(before: KeyParts, now: KeyParts): string[] {
  return [
    ...listDifferences(before.code, now.code).map(({ name, was, is }) => describeFileChange(name, was, is)),
    ...listDifferences(before.inputs, now.inputs).map(({ name, was, is }) => describeFileChange(name, was, is)),
    ...listDifferences(before.params, now.params).map((change) => `params.${describeValueChange(change)}`),
    ...listDifferences(before.matrix, now.matrix).map((change) => `matrix.${describeValueChange(change)}`),
    ...listDifferences(before.env, now.env).map((change) => `env.${describeValueChange(change)}`),
    ...listDifferences(before.secrets, now.secrets).map(({ name }) => `secrets.${name} changed`),
    ...(before.image === now.image ? [] : ['the image changed']),
    ...(isEqual(before.outputs, now.outputs) ? [] : ['the list of outputs changed']),
    ...describeCommandChange(before, now),
  ];
}

/** The words of a command change with the params in them; such a change is reported once. */
function describeCommandChange(before: KeyParts, now: KeyParts): string[] {
  if (isEqual(before.command, now.command)) return [];
  const explained =
    listDifferences(before.params, now.params).length + listDifferences(before.matrix, now.matrix).length > 0;
  return explained ? [] : ['the command changed'];
}

interface Difference {
  readonly name: string;
  readonly was: string | undefined;
  readonly is: string | undefined;
}

function listDifferences(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted();
  return names.map((name) => ({ name, was: before[name], is: now[name] })).filter(({ was, is }) => was !== is);
}

function describeFileChange(name: string, was: string | undefined, is: string | undefined): string {
  if (was === undefined) return `\`${name}\` is new`;
  return is === undefined ? `\`${name}\` is gone` : `\`${name}\` changed`;
}

function describeValueChange({ name, was, is }: Difference): string {
  if (was === undefined) return `${name} is new: ${is}`;
  return is === undefined ? `${name} is gone` : `${name} ${was} -> ${is}`;
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}
