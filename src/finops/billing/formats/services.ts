import { quoteLiteral } from '../../../platform/lake/index.ts';
import { buildCase, buildMembership } from './expressions.ts';

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
export function mapServiceColumns(
  subject: string,
  table: ServiceTable,
  first: readonly { readonly when: string; readonly service: `${string}|${string}` }[] = [],
): ServiceColumns {
  const entries = Object.entries(table).map(([service, names]) => ({ ...splitService(service), names }));
  const special = (part: 'category' | 'subcategory') =>
    first.map(({ when, service }) => ({ when, value: quoteLiteral(splitService(service)[part]) }));
  const branches = (part: 'category' | 'subcategory') =>
    [...Map.groupBy(entries, (entry) => entry[part])].map(([value, group]) => ({
      when: buildMembership(
        subject,
        group.flatMap(({ names }) => names),
      ),
      value: quoteLiteral(value),
    }));
  return {
    category: buildCase([...special('category'), ...branches('category')], quoteLiteral('Other')),
    subcategory: buildCase([...special('subcategory'), ...branches('subcategory')], quoteLiteral('Other (Other)')),
  };
}

function splitService(service: string): { category: string; subcategory: string } {
  const [category = '', subcategory = ''] = service.split('|');
  return { category, subcategory };
}
