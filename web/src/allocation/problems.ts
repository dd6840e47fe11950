import { z } from 'zod';
import { CallError } from '../client.ts';

const Place = z.looseObject({
  line: z.number().optional(),
  column: z.number().optional(),
  message: z.string().optional(),
});
const Places = z.looseObject({ problems: z.array(Place).optional() });

export interface PlacedProblem {
  /** Line in the text, from 1; null where the problem has no place. */
  readonly line: number | null;
  readonly message: string;
}

/** Every problem of a rejected document, with its line where the server states it. */
export function placedProblems(error: unknown): readonly PlacedProblem[] {
  if (!(error instanceof CallError)) return [{ line: null, message: String(error) }];
  const { detail } = error.problem;
  const listed = Places.safeParse(error.problem).data?.problems ?? [];
  if (listed.length > 0) return listed.map((one) => ({ line: one.line ?? null, message: one.message ?? detail }));
  return [{ line: Place.safeParse(error.problem).data?.line ?? null, message: detail }];
}
