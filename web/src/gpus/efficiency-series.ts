import type { GpuEfficiency } from '../../../src/finops/gpu-usage/schema.ts';
import type { ShareSeries } from '../charts/share-lines-option.ts';
import { categoryColour, OTHER_COLOUR, teamColours } from '../theme/category-colours.ts';
import { ownerName } from './words.ts';

/** Starts of all points, in order. */
export function listEfficiencySlots({ all }: GpuEfficiency): string[] {
  return all.map(({ start }) => start);
}

/** One line for each owner; teams have the same colour on every page. Unallocated GPU time has no efficiency. */
export function efficiencySeries(efficiency: GpuEfficiency, teams: readonly string[]): ShareSeries[] {
  const slots = listEfficiencySlots(efficiency);
  const colours = teamColours(teams);
  return efficiency.series
    .filter(({ kind }) => kind !== 'nobody')
    .map(({ key, kind, points }, index) => {
      const shares = new Map(points.map(({ start, usedShare }) => [start, usedShare]));
      const own = efficiency.by === 'team' ? colours.get(key ?? '') : undefined;
      return {
        id: `${kind} ${key ?? ''}`,
        label: ownerName({ key, kind }),
        variable: kind === 'unknown' ? OTHER_COLOUR : (own ?? categoryColour(index)),
        shares: slots.map((slot) => shares.get(slot) ?? null),
      };
    });
}
