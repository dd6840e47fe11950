import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/units/index.ts';

export type NewAssessmentId = () => string;

/** Ids that sort as they were given out, so that judgements of one millisecond are listed in the order they came. */
export function createAssessmentIds(clock: Clock): NewAssessmentId {
  let last = 0n;
  return () => {
    const earliest = BigInt(clock.now()) << 16n;
    last = earliest > last ? earliest : last + 1n;
    return `a-${last.toString(16).padStart(16, '0')}${randomBytes(8).toString('hex')}`;
  };
}
