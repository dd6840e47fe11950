import { resolveSecret } from '../../platform/secrets/index.ts';
import type { CommandStep } from '../pipeline-definition/schema.ts';
import { createMasker, type Masker } from './masking/index.ts';

/** Texts that the log of an attempt must not contain: its secrets, and its access token. */
export interface WorkSecrets {
  /** Registers the secrets of an attempt that is about to start, or was found again. */
  keep(work: string, secrets: readonly string[]): void;
  /** Masks the output of an attempt. Null: the attempt does not run on this server, so its secrets are not here. */
  maskerOf(work: string): Masker | null;
  /** The attempt has ended and its log is stored. */
  forget(work: string): void;
}

export const NO_MASK = createMasker([]);

export function createWorkSecrets(): WorkSecrets {
  const maskers = new Map<string, Masker>();
  return {
    keep: (work, secrets) => void maskers.set(work, createMasker(secrets)),
    maskerOf: (work) => maskers.get(work) ?? null,
    forget: (work) => void maskers.delete(work),
  };
}

/** Values of the secrets of a step, by variable. Error: `secret_unresolved`. */
export async function resolveSecrets({ secrets }: Pick<CommandStep, 'secrets'>): Promise<Record<string, string>> {
  const read = Object.entries(secrets).map(
    async ([name, reference]) => [name, (await resolveSecret(reference)).reveal()] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}
