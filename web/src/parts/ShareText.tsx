import { decimal } from '../../../src/platform/units/schema.ts';
import { formatShare } from '../format/number.ts';
import { Unknown } from './Unknown.tsx';

interface ShareTextProps {
  readonly part: string;
  readonly whole: string;
}

/** Share of a total in percent. Where credits make a part negative or larger than the total, the reason and no percentage. */
export function ShareText({ part, whole }: ShareTextProps) {
  return formatShare(part, whole) ?? <Unknown reason={explainMissingShare(part, whole)} />;
}

function explainMissingShare(part: string, whole: string): string {
  if (decimal(whole).isZero()) return 'The total is zero.';
  return decimal(part).isNegative()
    ? 'A credit has no share of the total.'
    : 'Credits make the total smaller than this part.';
}
