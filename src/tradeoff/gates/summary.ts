import {
  decimal,
  formatDayText,
  formatMetricName,
  formatMoneyText,
  groupThousands,
} from '../../platform/units/index.ts';
import type { Check, Verdict } from './schema.ts';

/**
 * The verdict about a version, how many checks pass on each side, and why the others do not.
 * Example: `bc v2: promote. 2 of 2 quality checks and 1 of 1 cost checks pass.`
 */
export function summarise(model: string, version: string, verdict: Verdict, checks: readonly Check[]): string {
  const subject = /^\d+$/.test(version) ? `${model} v${version}` : `${model} (${version})`;
  const sentences = [countPasses(checks), explainMissing(checks), explainFailures(checks)].map(formatMetricName);
  return [`${subject}: ${verdict}.`, ...sentences].filter((sentence) => sentence !== '').join(' ');
}

function countPasses(checks: readonly Check[]): string {
  const counts = (['quality', 'cost', 'approval'] as const).flatMap((side) => {
    const own = checks.filter((check) => check.side === side);
    const passed = own.filter(({ holds }) => holds === true).length;
    return own.length === 0
      ? []
      : [`${passed} of ${own.length} ${side === 'approval' ? 'approvals' : `${side} checks`}`];
  });
  return counts.length === 0 ? '' : `${joinWords(counts)} pass.`;
}

function explainMissing(checks: readonly Check[]): string {
  const open = checks.filter(({ holds }) => holds === null);
  const [untested, tested] = [open.filter(({ test }) => test == null), open.filter(({ test }) => test != null)];
  const sentences = [
    untested.length === 0 ? '' : `Evidence is missing for ${joinWords(untested.map(describeCheck))}.`,
    tested.length === 0 ? '' : `Inconclusive: ${tested.map(describeOpenTest).join('; ')}.`,
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

/** Example: "accuracy non-inferior to @champion (4,200 further examples, expected 4 Dec 2026)". */
function describeOpenTest(check: Check): string {
  const { samplesNeeded, expectedAt } = check;
  if (samplesNeeded == null || samplesNeeded === 0) return describeCheck(check);
  const expected = expectedAt == null ? '' : `, expected ${formatDayText(expectedAt.slice(0, 10))}`;
  return `${describeCheck(check)} (${groupThousands(String(samplesNeeded))} further examples${expected})`;
}

function explainFailures(checks: readonly Check[]): string {
  const failed = checks.filter(({ holds }) => holds === false);
  const reasons = failed.map((check) => {
    const { measured, bound, unit } = formatFigures(check);
    // The figures may be for another number of predictions than the name states.
    const name = unit === PER_1M ? describeCheck(check).replace(PER_1000, ' of predictions') : describeCheck(check);
    return `${name} is ${measured}, required ${check.comparison} ${bound}${unit}`;
  });
  return reasons.length === 0 ? '' : `Failed: ${reasons.join('; ')}.`;
}

function joinWords(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

const BASIS = { benchmark: 'benchmark', served: 'served', atDemand: 'at demand' } as const;

/** Example: "cost per month (at demand)". */
export function describeCheck({ name, basis }: Check): string {
  return basis === undefined ? name : `${name} (${BASIS[basis]})`;
}

/** `USD`, `USD per month`, `USD per 1,000 predictions`. */
const MONEY = /^([A-Z]{3})( per .+)?$/;
const PER_1000 = ' per 1,000 predictions';
const PER_1M = ' per 1M predictions';
/** Unit costs below this are shown for a million predictions. */
const SMALL_UNIT_COST = '0.01';

/** Measured value and bound for reading, in one unit; the exact figures are in the check. */
function formatFigures({ measured, bound, unit }: Check) {
  const [, currency, per = ''] = MONEY.exec(unit) ?? [];
  if (currency === undefined) {
    return { measured: roundFigure(measured), bound: roundFigure(bound), unit: unit === '' ? '' : ` ${unit}` };
  }
  const isSmall = per === PER_1000 && [measured, bound].some((value) => value !== null && isSmallCost(value));
  const format = (value: string | null) =>
    value === null
      ? 'unknown'
      : formatMoneyText({
          amount: decimal(value)
            .times(isSmall ? 1000 : 1)
            .toFixed(),
          currency,
        });
  return { measured: format(measured), bound: format(bound), unit: isSmall ? PER_1M : per };
}

function isSmallCost(value: string): boolean {
  return !decimal(value).isZero() && decimal(value).abs().lessThan(SMALL_UNIT_COST);
}

/** Four significant digits within six decimals. */
function roundFigure(value: string | null): string {
  if (value === null) return 'unknown';
  const number = decimal(value);
  if (number.abs().greaterThanOrEqualTo(1000)) return groupThousands(number.toDecimalPlaces(2).toFixed());
  const digits = number.toSignificantDigits(4).toDecimalPlaces(6);
  return digits.isZero() && !number.isZero() ? 'under 0.000001' : digits.toFixed();
}
