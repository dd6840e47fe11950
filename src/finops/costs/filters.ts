import { quoteLiteral } from '../../platform/lake/index.ts';

/** One parsed filter. */
export interface ParsedFilter {
  readonly dimension: string;
  readonly isNot: boolean;
  readonly value: string;
}

/** `serviceName!=S3` -> dimension `serviceName`, not, `S3`. */
export function parseFilter(text: string): ParsedFilter {
  const at = text.indexOf('=');
  const isNot = text[at - 1] === '!';
  return { dimension: text.slice(0, isNot ? at - 1 : at), isNot, value: text.slice(at + 1) };
}

/**
 * SQL conditions of filters, one per dimension: any of its included values, and none of its excluded ones. A row
 * without a value differs from every named value, so it satisfies `!=`.
 */
export function buildFilterConditions(
  filters: readonly ParsedFilter[],
  expressionOf: (dimension: string) => string,
): string[] {
  const byDimension = Map.groupBy(filters, ({ dimension }) => dimension);
  return [...byDimension].flatMap(([dimension, group]) => {
    const expression = expressionOf(dimension);
    const wanted = group.filter(({ isNot }) => !isNot).map(({ value }) => buildMatchSql(expression, value));
    const unwanted = group.filter(({ isNot }) => isNot).map(({ value }) => buildMatchSql(expression, value));
    return [
      ...(wanted.length === 0 ? [] : [`(${wanted.join(' OR ')})`]),
      ...unwanted.map((condition) => `NOT coalesce(${condition}, false)`),
    ];
  });
}

function buildMatchSql(expression: string, value: string): string {
  if (value === '') return `${expression} IS NULL`;
  if (value.endsWith('\\*')) return `${expression} = ${quoteLiteral(`${value.slice(0, -2)}*`)}`;
  if (value.endsWith('*')) return `starts_with(${expression}, ${quoteLiteral(value.slice(0, -1))})`;
  return `${expression} = ${quoteLiteral(value)}`;
}

/** A filter that matches exactly this value, including a trailing `*`; null matches rows without a value. */
export function buildExactFilter(dimension: string, value: string | null): string {
  const text = value ?? '';
  return `${dimension}=${text.endsWith('*') ? `${text.slice(0, -1)}\\*` : text}`;
}
