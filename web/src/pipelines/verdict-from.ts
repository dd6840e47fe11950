import { Verdict } from '../../../src/tradeoff/gates/schema.ts';

/** The verdict that a gate's step says; null when it is none of ours. */
export function verdictFrom(value: string): Verdict | null {
  return Verdict.safeParse(value).data ?? null;
}
