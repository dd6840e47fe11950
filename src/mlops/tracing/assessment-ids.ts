import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/units/index.ts';

export type NewAssessmentId = () => string;

/** Ids that sort in the order of creation, so that assessments of the same millisecond keep their order. */
export function createAssessmentIds(clock: Clock): NewAssessmentId {
  let last = 0n;
  return () => {
    const earliest = BigInt(clock.now()) << 16n;
    last = earliest > last ? earliest : last + 1n;
    return `a-${last.toString(16).padStart(16, '0')}${randomBytes(8).toString('hex')}`;
  };
}
