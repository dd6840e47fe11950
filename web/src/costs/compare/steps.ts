import { type EffectName, type Effects, effectNames } from '../../../../src/finops/costs/explain/schema.ts';
import { decimal, sumDecimals } from '../../../../src/platform/units/schema.ts';

/** Steps of the chart: the five most informative ones, and the rest as one. */
export const STEPS = ['price', 'volume', 'mix', 'new', 'gone', 'other'] as const;
export type Step = (typeof STEPS)[number];

/** Label and explanation of each effect. */
export const EFFECT_TEXT: Readonly<Record<EffectName | 'other', { readonly label: string; readonly says: string }>> = {
  price: { label: 'Price', says: 'price change of the same items' },
  volume: { label: 'Volume', says: 'change in usage, at the old prices and the old mix' },
  mix: { label: 'Mix', says: 'shift to more or less expensive kinds of the same service' },
  new: { label: 'New', says: 'items without cost before' },
  gone: { label: 'Gone', says: 'items without cost now' },
  unmeasured: {
    label: 'Unmeasured',
    says: 'usage without a quantity in the bill, so price and volume are inseparable',
  },
  purchase: { label: 'Purchases', says: 'purchases, such as commitments' },
  credit: { label: 'Credits', says: 'credits' },
  tax: { label: 'Taxes', says: 'taxes' },
  adjustment: { label: 'Adjustments', says: 'adjustments' },
  other: { label: 'Other', says: 'unmeasured usage, purchases, credits, taxes and adjustments' },
};

const OWN: ReadonlySet<string> = new Set(STEPS);

/** Effects that the last step takes together. */
export const OTHER_EFFECTS: readonly EffectName[] = effectNames.filter((name) => !OWN.has(name));

export function findStep(effect: EffectName): Step {
  return OWN.has(effect) ? (effect as Step) : 'other';
}

/** Exact amount that a step adds to the cost. */
export function stepAmount(effects: Effects, step: Step): string {
  return step === 'other' ? sumDecimals(OTHER_EFFECTS.map((name) => effects[name])) : effects[step];
}

/** The effects that are not zero, the largest first, whatever their sign. */
export function largestEffects(effects: Effects): readonly { readonly name: EffectName; readonly amount: string }[] {
  return effectNames
    .map((name) => ({ name, amount: effects[name] }))
    .filter(({ amount }) => !decimal(amount).isZero())
    .sort((a, b) => decimal(b.amount).abs().cmp(decimal(a.amount).abs()));
}

export interface WaterfallBar {
  readonly id: Step | 'change';
  /** Exact amount of the step; the total change for the last bar. */
  readonly amount: string;
  /** Start and end of the bar, for drawing. */
  readonly start: number;
  readonly end: number;
}

/** The steps in order, from no change to the total change. */
export function waterfallBars(effects: Effects, change: string): WaterfallBar[] {
  let reached = decimal(0);
  const bars = STEPS.map((step): WaterfallBar => {
    const amount = stepAmount(effects, step);
    const start = reached;
    reached = reached.plus(amount);
    return { id: step, amount, start: start.toNumber(), end: reached.toNumber() };
  });
  return [...bars, { id: 'change', amount: change, start: 0, end: decimal(change).toNumber() }];
}
