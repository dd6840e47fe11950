import { AppError } from '../../../platform/errors/index.ts';
import { quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import { findNearest } from '../../../platform/manifests/index.ts';
import { findBillDimension, focusColumnNames, listOtherColumns, toCamelCase } from '../../billing/index.ts';
import type { Normalise } from './schema.ts';

/** Short names for dimensions; a match on any of the columns is a match. */
const shorthands: Readonly<Record<string, readonly string[]>> = {
  account: ['subAccountId', 'subAccountName'],
  service: ['serviceName'],
  resource: ['resourceId', 'resourceName'],
};

/**
 * Texts of a bill row that rules match, each computed once per row and named `m0`, `m1`…: trimmed, in lower case,
 * spelling variants unified, null for an empty value.
 */
export interface RowTexts {
  /** Columns of a dimension; several for a shorthand such as `account`. Errors: `dimension_unknown`. */
  of(dimension: string, rule: string): readonly string[];
  /** Normalizes a value like the texts. */
  folded(value: string): string;
  /** Columns outside FOCUS used by the texts requested so far. */
  others(): string[];
  /** SELECT items of all texts requested so far. */
  columns(): string[];
}

export function createRowTexts(normalise: Normalise | undefined): RowTexts {
  const names = new Map<string, string>();
  const expressions: string[] = [];
  const fold = buildFolding(normalise);
  const column = (dimension: string, rule: string): string => {
    const canonical = toCanonicalDimension(dimension, normalise);
    const known = names.get(canonical);
    if (known !== undefined) return known;
    const folded = fold.sql(buildDimensionSql(canonical, rule, normalise));
    const name = `m${names.size}`;
    expressions.push(`${buildAliasSql(folded, canonical, normalise, fold.text)} AS ${name}`);
    names.set(canonical, name);
    return name;
  };
  return {
    of: (dimension, rule) => (shorthands[dimension] ?? [dimension]).map((each) => column(each, rule)),
    folded: fold.text,
    others: () => listOtherColumns(names.keys()),
    columns: () => [...expressions],
  };
}

interface Folding {
  sql(expression: string): string;
  text(value: string): string;
}

function buildFolding(normalise: Normalise | undefined): Folding {
  if (normalise?.separators !== true) {
    return {
      sql: (expression) => `nullif(lower(trim(${expression})), '')`,
      text: (value) => value.trim().toLowerCase(),
    };
  }
  return {
    sql: (expression) => `nullif(regexp_replace(lower(trim(${expression})), '[ _.-]+', '-', 'g'), '')`,
    text: (value) =>
      value
        .trim()
        .toLowerCase()
        .replaceAll(/[ _.-]+/g, '-'),
  };
}

/** `tag:Owner_Team` becomes `tag:team` where the rules declare both keys equal. */
function toCanonicalDimension(dimension: string, normalise: Normalise | undefined): string {
  if (!dimension.startsWith('tag:')) return dimension;
  const key = dimension.slice('tag:'.length).trim().toLowerCase();
  for (const [canonical, others] of Object.entries(normalise?.tagKeys ?? {})) {
    if ([canonical, ...others].some((each) => each.trim().toLowerCase() === key)) return `tag:${canonical}`;
  }
  return `tag:${key}`;
}

function buildDimensionSql(dimension: string, rule: string, normalise: Normalise | undefined): string {
  const key = dimension.startsWith('tag:') ? dimension.slice('tag:'.length) : null;
  const others = key === null ? [] : (normalise?.tagKeys?.[key] ?? []);
  const expressions = [dimension, ...others.map((other) => `tag:${other}`)].map((each) => requireDimension(each, rule));
  return expressions.length === 1
    ? (expressions[0] ?? 'NULL')
    : `coalesce(${expressions.map(buildNonEmptySql).join(', ')})`;
}

const buildNonEmptySql = (expression: string): string => `nullif(trim(${expression}), '')`;

function buildAliasSql(
  folded: string,
  dimension: string,
  normalise: Normalise | undefined,
  fold: (value: string) => string,
): string {
  const groups = Object.entries(normalise?.values ?? {}).filter(
    ([each]) => toCanonicalDimension(each, normalise) === dimension,
  );
  const branches = groups.flatMap(([, values]) =>
    Object.entries(values).flatMap(([canonical, variants]) =>
      variants.map((variant) => `WHEN ${quoteLiteral(fold(variant))} THEN ${quoteLiteral(fold(canonical))}`),
    ),
  );
  return branches.length === 0 ? folded : `CASE ${folded} ${branches.join(' ')} ELSE ${folded} END`;
}

function requireDimension(name: string, rule: string): string {
  const expression = findBillDimension(name);
  if (expression !== null) return expression;
  const known = [...focusColumnNames.map(toCamelCase), ...Object.keys(shorthands), 'chargePeriod'];
  const meant = findNearest(name, known);
  const hint = meant === null ? '' : ` Did you mean ${quoteIdentifier(meant)}?`;
  throw new AppError(
    'dimension_unknown',
    `Rule "${rule}" names "${name}", which bill rows do not have.${hint} Use a FOCUS column in camelCase, tag:KEY, x_COLUMN, account, service, resource or chargePeriod.`,
    { dimension: name },
  );
}
