import { literal } from '../../../platform/lake/index.ts';
import { caseOf, isOneOf } from './expressions.ts';

/** `Category|Subcategory` of FOCUS -> a provider's names of the services in it. */
export type ServiceTable = Readonly<Record<`${string}|${string}`, readonly string[]>>;

export interface ServiceColumns {
  readonly category: string;
  readonly subcategory: string;
}

/**
 * Category and subcategory of a service by its name; a service missing from the table is `Other`. The conditions in
 * `first` precede the table, for services that a different column identifies.
 */
export function serviceColumns(
  subject: string,
  table: ServiceTable,
  first: readonly { readonly when: string; readonly service: `${string}|${string}` }[] = [],
): ServiceColumns {
  const entries = Object.entries(table).map(([service, names]) => ({ ...parts(service), names }));
  const special = (part: 'category' | 'subcategory') =>
    first.map(({ when, service }) => ({ when, value: literal(parts(service)[part]) }));
  const branches = (part: 'category' | 'subcategory') =>
    [...Map.groupBy(entries, (entry) => entry[part])].map(([value, group]) => ({
      when: isOneOf(
        subject,
        group.flatMap(({ names }) => names),
      ),
      value: literal(value),
    }));
  return {
    category: caseOf([...special('category'), ...branches('category')], literal('Other')),
    subcategory: caseOf([...special('subcategory'), ...branches('subcategory')], literal('Other (Other)')),
  };
}

function parts(service: string): { category: string; subcategory: string } {
  const [category = '', subcategory = ''] = service.split('|');
  return { category, subcategory };
}
