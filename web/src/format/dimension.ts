const SPECIAL: Readonly<Record<string, string>> = {
  serviceProviderName: 'Provider',
  serviceName: 'Service',
  modelVersion: 'Model version',
  pipelineRun: 'Pipeline run',
  kind: 'Allocation',
  month: 'Billing month',
};

/** A dimension as text: `subAccountId` -> `Sub account ID`, `tag:cost center` -> `Tag “cost center”`. */
export function dimensionLabel(dimension: string): string {
  const special = SPECIAL[dimension];
  if (special !== undefined) return special;
  if (dimension.startsWith('tag:')) return `Tag “${dimension.slice(4)}”`;
  if (dimension.startsWith('x_')) return dimension;
  const words = dimension
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\b(?:id|sku)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const WITHOUT: Readonly<Record<string, string>> = { team: 'unallocated', kind: 'unallocated', rule: 'no rule' };

/** A value of a dimension; text for a missing one. Cost without a value of `team` is unallocated. */
export function dimensionValue(dimension: string, value: string | null): string {
  if (value !== null && value !== '') return value;
  return WITHOUT[dimension] ?? 'no value';
}
