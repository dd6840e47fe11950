import type { GateFacts } from '../evidence/schema.ts';
import type { Looks as StatisticLooks } from '../statistics/index.ts';
import type { PolicySpec } from './schema.ts';

/**
 * Looks of a metric as the statistics take them, or the reason why this look cannot be tested. With planned looks the
 * information is the number of examples: `examples` at the last look, else those of the first look times the planned looks.
 */
export function planLook(
  { looks = 1 }: Pick<PolicySpec, 'looks'>,
  look: NonNullable<GateFacts['look']>,
  { metric, n }: { readonly metric: string; readonly n: number },
): StatisticLooks | { readonly reason: string } {
  if (look.number === null) return { reason: describeSpentLooks(looks) };
  if (looks === 1) return { kind: 'once' };
  if (looks === 'anytime') return { kind: 'anytime' };
  const earlier = look.previous.flatMap((examples) => examples[metric] ?? []);
  const last = earlier.at(-1) ?? 0;
  if (n <= last) {
    return { reason: `this look has ${n} examples and the one before had ${last}; a further planned look needs more` };
  }
  const whole = looks.examples ?? (earlier[0] ?? n) * looks.planned;
  const fractions = [...earlier, n].map((examples) => Math.min(1, examples / whole));
  const fraction = fractions.at(-1) ?? 1;
  const previousFractions = fractions.slice(0, -1);
  if (fraction <= (previousFractions.at(-1) ?? 0)) {
    return { reason: `the ${whole} planned examples were tested before; the error rate of the policy is spent` };
  }
  return { kind: 'planned', count: looks.planned, look: earlier.length + 1, fraction, previousFractions };
}

/**
 * One-sided error of a check that is no comparison of outcomes, such as an SLO: alpha shared over the looks, alpha / N for N
 * planned looks and alpha / (k (k + 1)) for look k of any number, so that all looks together err with at most alpha.
 */
export function computeTailOfLook({ alpha = 0.05, looks = 1 }: PolicySpec, number: number): number {
  if (looks === 1) return alpha;
  return looks === 'anytime' ? alpha / (number * (number + 1)) : alpha / looks.planned;
}

function describeSpentLooks(looks: NonNullable<PolicySpec['looks']>): string {
  const count = looks === 1 ? 'the one look' : `the ${typeof looks === 'object' ? looks.planned : ''} looks`;
  return `${count} of the policy at this version and champion ${looks === 1 ? 'was' : 'were'} spent on other outcomes; state more looks before the first test, or evaluate a new version`;
}

/** How the checks of a policy compare, in one sentence. */
export function describeMethod({ alpha, looks = 1 }: PolicySpec, look: GateFacts['look']): string {
  if (alpha === undefined) {
    return 'Point values are compared, without an error rate: the policy states no alpha.';
  }
  const tests = `Tests at a one-sided alpha of ${alpha}`;
  if (look === null) return `${tests}; no look is spent, because evidence is missing.`;
  if (look.number === null) return `${tests}; the looks of the policy are spent.`;
  const of = looks === 'anytime' ? 'of any number' : `of ${looks === 1 ? 1 : looks.planned}`;
  return `${tests}; look ${look.number} ${of}.`;
}
