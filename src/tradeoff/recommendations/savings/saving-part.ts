import type { z } from 'zod';
import type { Commitment, Effect, HeldItem } from './schema.ts';

/** A recommendation as the ledger of hours sees it. */
export interface SavingPart {
  /** Tells it apart from the others of one sum. */
  readonly key: string;
  readonly items: readonly z.input<typeof HeldItem>[];
  readonly effects: readonly z.input<typeof Effect>[];
  readonly commitments?: readonly Commitment[] | undefined;
  /** Items that its plan moves work to: they have to be kept as they are, or the plan falls. */
  readonly pins: readonly string[];
}
