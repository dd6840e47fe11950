import { Verdict } from '../../../src/tradeoff/gates/schema.ts';

/** The verdict of a gate's step; null when the value is not a known verdict. */
export function verdictFrom(value: string): Verdict | null {
  return Verdict.safeParse(value).data ?? null;
}
