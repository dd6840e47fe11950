import { AppError } from '../../../platform/errors/index.ts';
import { quoteLiteral } from '../../../platform/lake/index.ts';
import type { RowTexts } from './row-texts.ts';
import type { AllocationRule, ChargeTime, Match } from './schema.ts';

const CHARGE_TIME = 'chargePeriod';

/** SQL condition of a rule over a bill row with its texts: its match and its effective period. */
export function buildRuleCondition(rule: AllocationRule, texts: RowTexts): string {
  const effective = { from: rule.effectiveFrom, to: rule.effectiveTo };
  return [...buildMatchConditions(rule.match, texts, rule.name), ...buildChargeTimeConditions(effective)].join(' AND ');
}

/** SQL conditions of a match, all of which must hold. Errors: `dimension_unknown`, `manifest_invalid`. */
export function buildMatchConditions(match: Match, texts: RowTexts, rule: string): string[] {
  return Object.entries(match).flatMap(([dimension, wanted]) => {
    if (dimension === CHARGE_TIME || isChargeTime(wanted)) return buildTimeCondition(dimension, wanted, rule);
    const columns = texts.of(dimension, rule);
    if (wanted === null) return columns.map((column) => `${column} IS NULL`);
    const values = Array.isArray(wanted) ? wanted : [wanted];
    return [`(${columns.flatMap((column) => buildAnyCondition(column, values.map(texts.folded))).join(' OR ')})`];
  });
}

function isChargeTime(wanted: Match[string]): wanted is ChargeTime {
  return wanted !== null && typeof wanted === 'object' && !Array.isArray(wanted);
}

function buildTimeCondition(dimension: string, wanted: Match[string], rule: string): string[] {
  if (dimension === CHARGE_TIME && isChargeTime(wanted)) return buildChargeTimeConditions(wanted);
  const detail = `Rule "${rule}": a time is matched as chargePeriod: {from: …, to: …}, and only chargePeriod is.`;
  throw new AppError('manifest_invalid', detail, { rule, dimension });
}

/** `ChargePeriodStart` within [from, to). */
function buildChargeTimeConditions({ from, to }: { from?: string | undefined; to?: string | undefined }): string[] {
  const instant = (text: string) => `TIMESTAMP ${quoteLiteral(text.replace('T', ' ').replace('Z', ''))}`;
  return [
    ...(from === undefined ? [] : [`ChargePeriodStart >= ${instant(from)}`]),
    ...(to === undefined ? [] : [`ChargePeriodStart < ${instant(to)}`]),
  ];
}

function buildAnyCondition(column: string, folded: readonly string[]): string[] {
  const exact = folded.filter((value) => !value.includes('*')).map((value) => quoteLiteral(value));
  const patterns = folded.filter((value) => value.includes('*'));
  return [
    ...(exact.length === 0 ? [] : [`${column} IN (${exact.join(', ')})`]),
    ...patterns.map((value) => `${column} LIKE ${quoteLiteral(buildLikePattern(value))} ESCAPE '\\'`),
  ];
}

function buildLikePattern(value: string): string {
  return value.replaceAll(/[\\%_]/g, (special) => `\\${special}`).replaceAll('*', '%');
}
