import type { RunSearch, RunTab } from './runs-search.ts';

export const RUN_TABS: readonly { readonly value: RunTab; readonly label: string }[] = [
  { value: 'overview', label: 'Overview' },
  { value: 'charts', label: 'Charts' },
  { value: 'cost', label: 'Cost' },
  { value: 'artifacts', label: 'Artifacts' },
  { value: 'system', label: 'System and GPU' },
  { value: 'code', label: 'As code' },
];

/** The selected tab; an address without one that names files or a view of curves opens their tab. */
export function findRunTab({ tab, of, folder, file, axis, smooth, scale, start, charts, figures }: RunSearch): RunTab {
  if (tab !== undefined) return tab;
  if ([of, folder, file].some((value) => value !== undefined)) return 'artifacts';
  return [axis, smooth, scale, start, charts, figures].some((value) => value !== undefined) ? 'charts' : 'overview';
}
