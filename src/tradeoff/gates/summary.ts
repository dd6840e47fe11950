import { decimalString, groupThousands } from '../../platform/units/index.ts';
import type { Check, Verdict } from './schema.ts';

/** The verdict in one sentence that a person can repeat in a meeting. */
export function summarise(model: string, version: string, verdict: Verdict, checks: readonly Check[]): string {
  const subject = `${model} ${version}`;
  if (verdict === 'promote') {
    const quality = checks.filter(({ side }) => side === 'quality').length;
    return `${subject} passes: ${counted(quality, 'quality check')} and ${counted(checks.length - quality, 'cost check')} hold.`;
  }
  if (verdict === 'hold') {
    const missing = checks.filter(({ holds }) => holds === null).map(({ name }) => name);
    return `${subject} is held: evidence is missing for ${listed(missing)}.`;
  }
  const failed = checks.filter(({ holds }) => holds === false);
  const sides = new Set(failed.map(({ side }) => side));
  const [side] = sides;
  const where = sides.size === 2 ? 'on both sides' : `on ${side}`;
  const reasons = failed.map(
    (check) =>
      `${check.name} is ${short(check.measured)} where ${check.comparison} ${short(check.bound)} ${check.unit} is asked`,
  );
  return `${subject} is refused ${where}: ${listed(reasons)}.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? 'nothing') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Four significant digits for reading; the exact figure stands in the check. */
function short(value: string | null): string {
  if (value === null) return 'unknown';
  const number = Number(value);
  return Math.abs(number) >= 1000 ? groupThousands(number.toFixed(2)) : decimalString(number.toPrecision(4));
}
