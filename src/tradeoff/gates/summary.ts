import { decimalString, groupThousands } from '../../platform/units/index.ts';
import type { Check, Verdict } from './schema.ts';

/**
 * The verdict about a version, how many checks pass on each side, and why the others do not.
 * Example: `bc v2: promote. 2 of 2 quality checks and 1 of 1 cost checks pass.`
 */
export function summarise(model: string, version: string, verdict: Verdict, checks: readonly Check[]): string {
  const subject = /^\d+$/.test(version) ? `${model} v${version}` : `${model} (${version})`;
  const sentences = [`${subject}: ${verdict}.`, countPasses(checks), explainMissing(checks), explainFailures(checks)];
  return sentences.filter((sentence) => sentence !== '').join(' ');
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

/** Example: "accuracy non-inferior to @champion (4,200 further examples, expected 2026-12-04)". */
function describeOpenTest(check: Check): string {
  const { samplesNeeded, expectedAt } = check;
  if (samplesNeeded == null || samplesNeeded === 0) return describeCheck(check);
  const expected = expectedAt == null ? '' : `, expected ${expectedAt.slice(0, 10)}`;
  return `${describeCheck(check)} (${groupThousands(String(samplesNeeded))} further examples${expected})`;
}

function explainFailures(checks: readonly Check[]): string {
  const failed = checks.filter(({ holds }) => holds === false);
  const reasons = failed.map(
    (check) =>
      `${describeCheck(check)} is ${roundFigure(check.measured)}, required ${check.comparison} ${roundFigure(check.bound)} ${check.unit}`,
  );
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

/** Four significant digits for reading; the exact figure is in the check. */
function roundFigure(value: string | null): string {
  if (value === null) return 'unknown';
  const number = Number(value);
  return Math.abs(number) >= 1000 ? groupThousands(number.toFixed(2)) : decimalString(number.toPrecision(4));
}
