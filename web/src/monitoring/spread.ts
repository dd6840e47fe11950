import type { Distribution } from '../../../src/mlops/drift/schema.ts';
import type { Spread } from '../charts/spread-option.ts';
import { sum } from '../endpoints/sum.ts';
import { formatCount, formatMeasure, formatPercent } from '../format/number.ts';

const NAMED = 3;

/** A distribution as shares of each side, so that sides of different size are comparable. */
export function buildSpread(distribution: Distribution): Spread {
  const { labels, reference, current } = labelCounts(distribution);
  const [allReference, allCurrent] = [sum(reference, same), sum(current, same)];
  const bins = labels.map((label, index) => ({
    label,
    reference: computeShare(reference[index], allReference),
    current: computeShare(current[index], allCurrent),
    text: [formatSpread(reference[index], allReference), formatSpread(current[index], allCurrent)] as const,
  }));
  const moved = bins.toSorted((a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference));
  const text = moved
    .slice(0, NAMED)
    .map((bin) => `${bin.label} ${formatPercent(bin.reference)} then, ${formatPercent(bin.current)} now`)
    .join('; ');
  return { bins, text, isOrdered: distribution.kind === 'numbers' };
}

function labelCounts(distribution: Distribution) {
  const { reference, current } = distribution;
  if (distribution.kind === 'numbers') {
    const { edges } = distribution;
    const labels = reference.map(
      (_, index) => `${formatMeasure(edges[index] ?? 0)} to ${formatMeasure(edges[index + 1] ?? 0)}`,
    );
    return { labels, reference, current };
  }
  const { values, otherReference, otherCurrent } = distribution;
  if (otherReference + otherCurrent === 0) return { labels: values, reference, current };
  return {
    labels: [...values, 'any other'],
    reference: [...reference, otherReference],
    current: [...current, otherCurrent],
  };
}

const same = (count: number) => count;

function computeShare(count: number | undefined, all: number): number {
  return all === 0 ? 0 : ((count ?? 0) / all) * 100;
}

function formatSpread(count: number | undefined, all: number): string {
  return `${formatPercent(computeShare(count, all))} (${formatCount(count ?? 0)} of ${formatCount(all)})`;
}
