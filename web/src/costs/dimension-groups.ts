import type { costDimensions } from '../../../src/finops/costs/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';

export interface DimensionGroup {
  readonly label: string;
  readonly dimensions: readonly string[];
}

/** Columns that number or date a row are left out, because grouping by them would return single rows. */
const USUAL_FIRST = ['serviceProviderName', 'serviceName', 'serviceCategory', 'subAccountName', 'regionName'];

const ALLOCATION = ['kind', 'rule'];
const TIME = ['day', 'week', 'month'];
const ORIGIN = ['source', 'delivery', 'file'];

/** The dimensions of the bills, in groups; a selected but unknown one stays in the list. */
export function dimensionGroups(
  known: ResponseOf<typeof costDimensions> | undefined,
  chosen: string | null,
): readonly DimensionGroup[] {
  const focus = known?.focusColumns ?? [];
  const first = USUAL_FIRST.filter((column) => focus.includes(column));
  const groups: DimensionGroup[] = [
    { label: 'Owner and purpose', dimensions: known === undefined ? [] : [...known.subjectFields, ...ALLOCATION] },
    { label: 'The bill', dimensions: [...first, ...focus.filter((column) => !first.includes(column))] },
    { label: 'Tags', dimensions: (known?.tagKeys ?? []).map((key) => `tag:${key}`) },
    { label: 'Custom columns', dimensions: known?.customColumns ?? [] },
    { label: 'Time', dimensions: known === undefined ? [] : TIME },
    { label: 'Origin', dimensions: known === undefined ? [] : ORIGIN },
  ];
  const listed = new Set(groups.flatMap((group) => group.dimensions));
  if (chosen !== null && !listed.has(chosen)) groups.unshift({ label: 'Chosen', dimensions: [chosen] });
  return groups.filter((group) => group.dimensions.length > 0);
}
