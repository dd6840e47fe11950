import { AppError } from '../../../platform/errors/index.ts';
import { literal } from '../../../platform/lake/index.ts';
import type { RowTexts } from './row-texts.ts';
import type { AllocationRule, ChargeTime, Match } from './schema.ts';

const CHARGE_TIME = 'chargePeriod';

/** SQL condition of a rule over a bill row with its texts: its match and its effective period. */
export function ruleCondition(rule: AllocationRule, texts: RowTexts): string {
  const effective = { from: rule.effectiveFrom, to: rule.effectiveTo };
  return [...matchConditions(rule.match, texts, rule.name), ...chargeTimeConditions(effective)].join(' AND ');
}

/** SQL conditions of a match, all of which must hold. Errors: `dimension_unknown`, `manifest_invalid`. */
export function matchConditions(match: Match, texts: RowTexts, rule: string): string[] {
  return Object.entries(match).flatMap(([dimension, wanted]) => {
    if (dimension === CHARGE_TIME || isChargeTime(wanted)) return timeCondition(dimension, wanted, rule);
    const columns = texts.of(dimension, rule);
    if (wanted === null) return columns.map((column) => `${column} IS NULL`);
    const values = Array.isArray(wanted) ? wanted : [wanted];
    return [`(${columns.flatMap((column) => anyOf(column, values.map(texts.folded))).join(' OR ')})`];
  });
}

function isChargeTime(wanted: Match[string]): wanted is ChargeTime {
  return wanted !== null && typeof wanted === 'object' && !Array.isArray(wanted);
}

function timeCondition(dimension: string, wanted: Match[string], rule: string): string[] {
  if (dimension === CHARGE_TIME && isChargeTime(wanted)) return chargeTimeConditions(wanted);
  const detail = `Rule "${rule}": a time is matched as chargePeriod: {from: …, to: …}, and only chargePeriod is.`;
  throw new AppError('manifest_invalid', detail, { rule, dimension });
}

/** `ChargePeriodStart` within [from, to). */
function chargeTimeConditions({ from, to }: { from?: string | undefined; to?: string | undefined }): string[] {
  const instant = (text: string) => `TIMESTAMP ${literal(text.replace('T', ' ').replace('Z', ''))}`;
  return [
    ...(from === undefined ? [] : [`ChargePeriodStart >= ${instant(from)}`]),
    ...(to === undefined ? [] : [`ChargePeriodStart < ${instant(to)}`]),
  ];
}

function anyOf(column: string, folded: readonly string[]): string[] {
  const exact = folded.filter((value) => !value.includes('*')).map((value) => literal(value));
  const patterns = folded.filter((value) => value.includes('*'));
  return [
    ...(exact.length === 0 ? [] : [`${column} IN (${exact.join(', ')})`]),
    ...patterns.map((value) => `${column} LIKE ${literal(likePattern(value))} ESCAPE '\\'`),
  ];
}

function likePattern(value: string): string {
  return value.replaceAll(/[\\%_]/g, (special) => `\\${special}`).replaceAll('*', '%');
}
