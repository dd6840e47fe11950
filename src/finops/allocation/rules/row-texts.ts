import { AppError } from '../../../platform/errors/index.ts';
import { identifier, literal } from '../../../platform/lake/index.ts';
import { nearest } from '../../../platform/manifests/index.ts';
import { billDimension, camelCaseOf, focusColumnNames, otherColumns } from '../../billing/index.ts';
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
  const fold = foldingOf(normalise);
  const column = (dimension: string, rule: string): string => {
    const canonical = canonicalDimension(dimension, normalise);
    const known = names.get(canonical);
    if (known !== undefined) return known;
    const folded = fold.sql(dimensionSql(canonical, rule, normalise));
    const name = `m${names.size}`;
    expressions.push(`${aliased(folded, canonical, normalise, fold.text)} AS ${name}`);
    names.set(canonical, name);
    return name;
  };
  return {
    of: (dimension, rule) => (shorthands[dimension] ?? [dimension]).map((each) => column(each, rule)),
    folded: fold.text,
    others: () => otherColumns(names.keys()),
    columns: () => [...expressions],
  };
}

interface Folding {
  sql(expression: string): string;
  text(value: string): string;
}

function foldingOf(normalise: Normalise | undefined): Folding {
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
function canonicalDimension(dimension: string, normalise: Normalise | undefined): string {
  if (!dimension.startsWith('tag:')) return dimension;
  const key = dimension.slice('tag:'.length).trim().toLowerCase();
  for (const [canonical, others] of Object.entries(normalise?.tagKeys ?? {})) {
    if ([canonical, ...others].some((each) => each.trim().toLowerCase() === key)) return `tag:${canonical}`;
  }
  return `tag:${key}`;
}

function dimensionSql(dimension: string, rule: string, normalise: Normalise | undefined): string {
  const key = dimension.startsWith('tag:') ? dimension.slice('tag:'.length) : null;
  const others = key === null ? [] : (normalise?.tagKeys?.[key] ?? []);
  const expressions = [dimension, ...others.map((other) => `tag:${other}`)].map((each) => knownDimension(each, rule));
  return expressions.length === 1 ? (expressions[0] ?? 'NULL') : `coalesce(${expressions.map(nonEmpty).join(', ')})`;
}

const nonEmpty = (expression: string): string => `nullif(trim(${expression}), '')`;

function aliased(
  folded: string,
  dimension: string,
  normalise: Normalise | undefined,
  fold: (value: string) => string,
): string {
  const groups = Object.entries(normalise?.values ?? {}).filter(
    ([each]) => canonicalDimension(each, normalise) === dimension,
  );
  const branches = groups.flatMap(([, values]) =>
    Object.entries(values).flatMap(([canonical, variants]) =>
      variants.map((variant) => `WHEN ${literal(fold(variant))} THEN ${literal(fold(canonical))}`),
    ),
  );
  return branches.length === 0 ? folded : `CASE ${folded} ${branches.join(' ')} ELSE ${folded} END`;
}

function knownDimension(name: string, rule: string): string {
  const expression = billDimension(name);
  if (expression !== null) return expression;
  const known = [...focusColumnNames.map(camelCaseOf), ...Object.keys(shorthands), 'chargePeriod'];
  const meant = nearest(name, known);
  const hint = meant === null ? '' : ` Did you mean ${identifier(meant)}?`;
  throw new AppError(
    'dimension_unknown',
    `Rule "${rule}" names "${name}", which bill rows do not have.${hint} Use a FOCUS column in camelCase, tag:KEY, x_COLUMN, account, service, resource or chargePeriod.`,
    { dimension: name },
  );
}
