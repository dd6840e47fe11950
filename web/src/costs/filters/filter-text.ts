/** One value of a filter; null takes rows that have none. */
export interface FilterValue {
  readonly text: string | null;
  /** True for a prefix: matches all values that begin with the text. */
  readonly isPrefix: boolean;
}

/** Filters of one dimension in one direction: any of the values, or none of them. */
export interface FilterGroup {
  readonly dimension: string;
  readonly isNot: boolean;
  readonly values: readonly FilterValue[];
}

/** `serviceName!=Amazon*` -> dimension, not, a value that is a prefix. An empty value means "no value". */
export function parseFilter(filter: string): { dimension: string; isNot: boolean; value: FilterValue } {
  const at = filter.indexOf('=');
  const isNot = filter[at - 1] === '!';
  return { dimension: filter.slice(0, isNot ? at - 1 : at), isNot, value: parseValue(filter.slice(at + 1)) };
}

function parseValue(text: string): FilterValue {
  if (text === '') return { text: null, isPrefix: false };
  if (text.endsWith('\\*')) return { text: `${text.slice(0, -2)}*`, isPrefix: false };
  if (text.endsWith('*')) return { text: text.slice(0, -1), isPrefix: true };
  return { text, isPrefix: false };
}

/** The reverse: a filter in the form of the server and the URL. */
export function filterText(dimension: string, value: FilterValue, isNot = false): string {
  const text = value.text ?? '';
  const written = value.isPrefix ? `${text}*` : text.endsWith('*') ? `${text.slice(0, -1)}\\*` : text;
  return `${dimension}${isNot ? '!' : ''}=${written}`;
}

/** A filter that matches exactly this value, including special characters. */
export function exactFilter(dimension: string, value: string | null): string {
  return filterText(dimension, { text: value === '' ? null : value, isPrefix: false });
}

/** Filters grouped by dimension and direction, in their original order. */
export function filterGroups(filters: readonly string[]): FilterGroup[] {
  const groups = new Map<string, { dimension: string; isNot: boolean; values: FilterValue[] }>();
  for (const filter of filters) {
    const { dimension, isNot, value } = parseFilter(filter);
    const key = `${dimension}${isNot ? '!' : ''}`;
    const group = groups.get(key) ?? { dimension, isNot, values: [] };
    group.values.push(value);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export function filtersOfGroup({ dimension, isNot, values }: FilterGroup): string[] {
  return values.map((value) => filterText(dimension, value, isNot));
}

/** Filters without those of a dimension: the base of its list of values, so that other values can be selected. */
export function filtersBeside(filters: string | readonly string[] | undefined, dimension: string): string[] {
  return [filters ?? []].flat().filter((filter) => parseFilter(filter).dimension !== dimension);
}

/** Filters with one group put in the place of another; with null it is taken away. */
export function withGroup(
  filters: readonly string[],
  replaced: FilterGroup | null,
  group: FilterGroup | null,
): string[] {
  const old = new Set(replaced === null ? [] : filtersOfGroup(replaced));
  const kept = filters.filter((filter) => !old.has(filter));
  return [...new Set([...kept, ...(group === null ? [] : filtersOfGroup(group))])];
}
