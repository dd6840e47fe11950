import type { AllocationRule } from '../../../src/finops/allocation/schema.ts';
import { dimensionLabel } from '../format/dimension.ts';
import { formatDate } from '../format/time.ts';

type Condition = AllocationRule['match'][string];
type Subject = Readonly<Partial<Record<string, string | undefined>>>;

/** Conditions of a rule as text: "Sub account name is search-prod or sub-search; Tag “team” has a value". */
export function matchText(rule: AllocationRule): string {
  return Object.entries(rule.match)
    .map(([dimension, condition]) => `${dimensionLabel(dimension)} ${conditionText(condition)}`)
    .join('; ');
}

function conditionText(condition: Condition): string {
  if (condition === null) return 'has no value';
  if (typeof condition === 'string') return valueText(condition);
  if (Array.isArray(condition))
    return condition
      .map(valueText)
      .join(' or ')
      .replace(/ or is /g, ' or ');
  const { from, to } = condition;
  return [from !== undefined && `from ${formatDate(from)}`, to !== undefined && `before ${formatDate(to)}`]
    .filter((part) => part !== false)
    .join(' ');
}

function valueText(value: string): string {
  if (value === '*') return 'has a value';
  if (value.endsWith('*')) return `begins with ${value.slice(0, -1)}`;
  return `is ${value}`;
}

/** Receivers of the cost that a rule matches, as text. */
export function givesText(rule: AllocationRule): string {
  if (rule.subject !== undefined) return subjectText(rule.subject);
  if (rule.kubernetes !== undefined) return nodesText(rule.kubernetes);
  const split = rule.split;
  if (split === undefined) return 'unallocated';
  if (split.method === 'even') return `split evenly over ${receiversText(split.to)}`;
  if (split.method === 'weights') {
    return `split by weight: ${split.to.map(({ subject, weight }) => `${subjectText(subject)} ${weight}`).join(', ')}`;
  }
  if (split.method === 'fixed') {
    const amounts = split.amounts.map(({ subject, amount }) => `${subjectText(subject)} ${amount} ${split.currency}`);
    return `fixed: ${amounts.join(', ')}; the rest ${split.remainder === undefined ? 'stays unallocated' : 'by weight'}`;
  }
  return `split in proportion to ${basisText(split.by)} over ${receiversText(split.to)}`;
}

function nodesText({ basis, gpuNodes }: NonNullable<AllocationRule['kubernetes']>): string {
  const by = { max: 'the larger of request and use', request: 'request', usage: 'use' }[basis];
  const gpu = gpuNodes === 'gpu-share' ? 'GPU nodes by their share of the GPUs' : 'GPU nodes by price';
  return `split over workloads by ${by}; ${gpu}`;
}

function basisText(by: string): string {
  return by.startsWith('usage:') ? `metered ${by.slice('usage:'.length)}` : by;
}

function receiversText(to: readonly Subject[] | undefined): string {
  return to === undefined ? 'all with their own cost' : to.map(subjectText).join(', ');
}

/** `team search, environment dev`; a subject without fields is `unallocated`. */
export function subjectText(subject: Subject): string {
  const fields = Object.entries(subject).filter(([, value]) => value !== undefined);
  if (fields.length === 0) return 'unallocated';
  return fields.map(([field, value]) => `${dimensionLabel(field).toLowerCase()} ${value}`).join(', ');
}

/** Effective period of a rule; null when it always applies. */
export function timesText({ effectiveFrom, effectiveTo }: AllocationRule): string | null {
  if (effectiveFrom === undefined && effectiveTo === undefined) return null;
  if (effectiveFrom === undefined) return `charges before ${formatDate(effectiveTo ?? '')}`;
  const from = `charges from ${formatDate(effectiveFrom)}`;
  return effectiveTo === undefined ? from : `${from} to before ${formatDate(effectiveTo)}`;
}
