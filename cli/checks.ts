import { decimal, decimalString, formatMetricName } from '../src/platform/units/schema.ts';
import { type Check, Verdict } from '../src/tradeoff/gates/schema.ts';
import { describeAtDemand } from '../src/tradeoff/unit-cost/schema.ts';
import { counted, formatCount, formatInstant } from './output/amounts.ts';
import type { Paint } from './output/paint.ts';
import { table } from './output/table.ts';

const verdicts: Readonly<Record<Verdict, { sign: string; style: 'good' | 'waiting' | 'bad' }>> = {
  promote: { sign: '✓', style: 'good' },
  hold: { sign: '‖', style: 'waiting' },
  reject: { sign: '✗', style: 'bad' },
};

export const verdictNames = Verdict.options.join('|');

/** `✓ promote`: the sign shows the verdict without colours too. */
export function verdictText(verdict: Verdict): string {
  return `${verdicts[verdict].sign} ${verdict}`;
}

export function verdictStyle(verdict: Verdict, paint: Paint): (text: string) => string {
  return paint[verdicts[verdict].style];
}

/** One table for each side: measured value, bound, result, and source of the figure. */
export function checksText(checks: readonly Check[], paint: Paint): string {
  const sides = [
    { side: 'quality', title: 'Quality' },
    { side: 'cost', title: 'Cost' },
    ...(checks.some(({ side }) => side === 'approval') ? [{ side: 'approval', title: 'Approvals' } as const] : []),
  ] as const;
  return sides
    .map(({ side, title }) => {
      const own = checks.filter((check) => check.side === side);
      const lines = [
        own.length === 0 ? 'no check' : sideTable(own, paint),
        ...atDemandLines(own),
        ...partLines(own),
        ...testLines(own),
      ];
      return `${paint.heading(title)}\n${lines.join('\n')}`;
    })
    .join('\n\n');
}

/** The capacity at demand in full, once for all checks that share it, because the table cuts long sources. */
function atDemandLines(checks: readonly Check[]): string[] {
  const described = checks.flatMap(({ name, atDemand }) =>
    atDemand === undefined ? [] : [{ name, text: describeAtDemand(atDemand) }],
  );
  return [...Map.groupBy(described, ({ text }) => text)].map(
    ([text, of]) => `${of.map(({ name }) => name).join(', ')} at demand: ${text}`,
  );
}

/** The parts of a return, one line each, because the table cuts long sources. */
function partLines(checks: readonly Check[]): string[] {
  return checks.flatMap((check) =>
    (check.parts ?? []).map(({ name, amount, unit, source }) =>
      amount === null
        ? `${check.name}, ${name}: ${source}`
        : `${check.name}, ${name}: ${shorten(amount)} ${unit}; ${source}`,
    ),
  );
}

/** Test, error and examples of each test, because the table would be too wide with them. */
function testLines(checks: readonly Check[]): string[] {
  return checks.flatMap(({ name, test, alpha, n, samplesNeeded, expectedAt }) => {
    if (test == null || alpha == null) return [];
    const examples = n == null ? [] : [counted(n, 'example')];
    const needed = samplesNeeded == null || samplesNeeded === 0 ? [] : [`${formatCount(samplesNeeded)} more needed`];
    const expected = expectedAt == null ? [] : [`expected ${formatInstant(expectedAt)}`];
    return [`${name}: ${[test, `one-sided alpha ${alpha}`, ...examples, ...needed, ...expected].join(', ')}`];
  });
}

function sideTable(checks: readonly Check[], paint: Paint): string {
  return table(
    checks,
    [
      { title: '', cell: ({ holds }) => formatSign(holds), style: ({ holds }) => chooseStyle(holds, paint) },
      { title: 'CHECK', cell: ({ name }) => formatMetricName(name) },
      { title: 'MEASURED', align: 'decimal', cell: ({ measured }) => (measured === null ? null : shorten(measured)) },
      { title: '', cell: ({ comparison }) => comparison },
      { title: 'BOUND', align: 'decimal', cell: ({ bound }) => (bound === null ? null : shorten(bound)) },
      { title: 'UNIT', cell: ({ unit }) => unit },
      {
        // The interval of a test has level 1 - 2 alpha.
        title: checks.some(({ alpha }) => alpha != null) ? 'INTERVAL' : '95 % INTERVAL',
        cell: ({ interval }) => (interval === null ? null : `${shorten(interval.lower)} to ${shorten(interval.upper)}`),
      },
      { title: 'SOURCE', cell: ({ source }) => source, least: 16 },
    ],
    paint,
  );
}

const MOST_CHARACTERS = 12;

/** Six significant digits of a long decimal; `--json` has all of them. */
function shorten(decimalText: string): string {
  if (decimalText.length <= MOST_CHARACTERS) return decimalText;
  return decimalString(decimal(decimalText).toSignificantDigits(6));
}

function formatSign(holds: boolean | null): string {
  if (holds === null) return verdicts.hold.sign;
  return holds ? verdicts.promote.sign : verdicts.reject.sign;
}

function chooseStyle(holds: boolean | null, paint: Paint): (text: string) => string {
  if (holds === null) return paint.waiting;
  return holds ? paint.good : paint.bad;
}
