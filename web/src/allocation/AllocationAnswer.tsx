import { decimal } from '../../../src/platform/units/schema.ts';
import { formatShare } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import type { BillParts } from './bill-parts.ts';
import type { Allocation } from './use-allocation.ts';

interface AllocationAnswerProps {
  readonly allocation: Allocation;
  readonly parts: BillParts;
}

/** Allocated share of the bill, the way it was allocated, and the unallocated share. */
export function AllocationAnswer({ allocation, parts }: AllocationAnswerProps) {
  const { scope, rules } = allocation;
  const { currency, total } = parts;
  const when = scope.phrase;
  if (decimal(total).isZero()) return `No effective cost ${when}.`;
  const money = (amount: string) => <MoneyFigure money={{ amount, currency }} />;
  if (decimal(parts.unallocated).isNegative()) {
    return (
      <>
        <span data-testid="headline">{money(parts.answered)}</span> of effective cost {when} is allocated, and credits
        of <span data-testid="unallocated">{money(parts.unallocated)}</span> are unallocated: {money(total)} in total,
        by {renderVersion(rules.data?.version)}.
      </>
    );
  }
  return (
    <>
      <strong>{formatShare(parts.answered, total)}</strong> of {money(total)} of effective cost {when} is allocated:{' '}
      <span data-testid="headline">{money(parts.answered)}</span>, which is {money(parts.direct)} direct
      {decimal(parts.idle).isZero() ? ' and ' : ', '}
      {money(parts.shared)} split from shared pools
      {!decimal(parts.idle).isZero() && <> and {money(parts.idle)} idle</>};{' '}
      <strong>
        <span data-testid="unallocated">{money(parts.unallocated)}</span>
      </strong>{' '}
      ({formatShare(parts.unallocated, total)}) is unallocated, by {renderVersion(rules.data?.version)}.
    </>
  );
}

function renderVersion(version: number | undefined): string {
  return version === 0 ? 'no rules' : `version ${version} of the rules`;
}
