import { createUntranslatable } from './tokens.ts';

/** A call, its arguments already translated. */
export interface Call {
  readonly arguments: readonly string[];
  /** `ORDER BY ...` within the brackets of an aggregate; empty when there is none. */
  readonly order: string;
  readonly isDistinct: boolean;
}

type Build = (...parts: string[]) => string;

/** Functions that mean the same under the same name. */
const SAME = new Set(
  `count sum min max coalesce nullif abs ceil floor round sign sqrt exp ln power length lower upper replace substr substring split_part strpos chr
  bool_and bool_or any_value stddev_samp stddev_pop var_samp var_pop corr covar_samp covar_pop row_number rank dense_rank lag lead first_value last_value
  ntile year month day cardinality map_keys map_values element_at starts_with concat_ws date_trunc count_if if reverse mod trim`.split(
    /\s+/,
  ),
);

const AGGREGATES = new Set(
  `count sum min max avg arg_max arg_min any_value bool_and bool_or list array_agg string_agg quantile_cont median stddev_samp stddev_pop var_samp var_pop
  corr covar_samp covar_pop count_if`.split(/\s+/),
);

export function isAggregate(name: string): boolean {
  return AGGREGATES.has(name);
}

/** The same under another name. */
const RENAMED: Readonly<Record<string, string>> = {
  arg_max: 'max_by',
  arg_min: 'min_by',
  pow: 'power',
  ifnull: 'coalesce',
  list: 'array_agg',
  array_agg: 'array_agg',
  len: 'cardinality',
  list_contains: 'contains',
  list_distinct: 'array_distinct',
  list_filter: 'filter',
  list_sort: 'array_sort',
  list_transform: 'transform',
  array_to_string: 'array_join',
  isnan: 'is_nan',
  isfinite: 'is_finite',
  regexp_matches: 'regexp_like',
  last_day: 'last_day_of_month',
  unnest: 'unnest',
};

const FORMATS: Readonly<Record<string, string>> = { '%M': '%i', '%S': '%s' };
const EPOCH = `TIMESTAMP '1970-01-01 00:00:00.000000'`;

/** Written in another way. */
const BUILT: Readonly<Record<string, Build>> = {
  // Trino's average of a decimal is a decimal of the same scale.
  avg: (value) => `avg(CAST(${value} AS DOUBLE))`,
  // Both skip nulls here; Trino's own functions answer null.
  greatest: (...values) => `array_max(filter(ARRAY[${values.join(', ')}], v -> v IS NOT NULL))`,
  least: (...values) => `array_min(filter(ARRAY[${values.join(', ')}], v -> v IS NOT NULL))`,
  contains: (text, part) => `(strpos(${text}, ${part}) > 0)`,
  ltrim: (text, signs) => (signs === undefined ? `ltrim(${text})` : `trim(LEADING ${signs} FROM ${text})`),
  rtrim: (text, signs) => (signs === undefined ? `rtrim(${text})` : `trim(TRAILING ${signs} FROM ${text})`),
  regexp_full_match: (text, pattern) => `regexp_like(${text}, '^(?:' || ${pattern} || ')$')`,
  regexp_extract: (text, pattern, group = '0') =>
    `if(${text} IS NULL, NULL, coalesce(regexp_extract(${text}, ${pattern}, ${group}), ''))`,
  strftime: (time, format) => buildTimeText(time ?? '', format ?? ''),
  epoch_ms: (time) => `date_diff('millisecond', ${EPOCH}, ${time})`,
  quantile_cont: (value, share) => `approx_percentile(CAST(${value} AS DOUBLE), ${share})`,
  median: (value) => `approx_percentile(CAST(${value} AS DOUBLE), 0.5)`,
  md5: (text) => `lower(to_hex(md5(to_utf8(${text}))))`,
  list_sum: (list) => `reduce(${list}, CAST(0 AS DOUBLE), (s, v) -> s + v, s -> s)`,
};

/** Error: `lake_sql_untranslatable` for a function that is not known to mean the same in both engines. */
export function translateCall(name: string, call: Call): string {
  const { arguments: values, order, isDistinct } = call;
  if (name === 'string_agg') return buildListing(call);
  const built = BUILT[name];
  if (built !== undefined) {
    if (order !== '' || isDistinct) throw createUntranslatable(`DISTINCT or ORDER BY in ${name}`);
    return built(...values);
  }
  const known = RENAMED[name] ?? (SAME.has(name) ? name : undefined);
  if (known === undefined) throw createUntranslatable(`the function ${name}`);
  return `${known}(${isDistinct ? 'DISTINCT ' : ''}${values.join(', ')}${order === '' ? '' : ` ${order}`})`;
}

function buildListing({ arguments: [text, separator], order, isDistinct }: Call): string {
  if (order === '') throw createUntranslatable('string_agg without an order');
  return `listagg(${isDistinct ? 'DISTINCT ' : ''}${text}, ${separator}) WITHIN GROUP (${order})`;
}

/** Text of a time; its format is a literal of year, month, day, hour, minute and second, or of an ISO week. */
function buildTimeText(time: string, format: string): string {
  if (format === `'%G-W%V'`) return `format('%d-W%02d', year_of_week(${time}), week(${time}))`;
  const unknown = format.match(/%[^YmdHMS]/);
  if (!format.startsWith("'") || unknown !== null) throw createUntranslatable(`the time format ${format}`);
  return `date_format(${time}, ${format.replace(/%[MS]/g, (part) => FORMATS[part] ?? part)})`;
}
