import type { TipLine } from './chart-tip.ts';

export interface WaterfallStep {
  readonly id: string;
  readonly label: string;
  /** Exact amount of the step. */
  readonly amount: string;
  /** Start and end of its bar, for drawing. */
  readonly start: number;
  readonly end: number;
  /** Lines of the tooltip below the exact amount. */
  readonly lines: readonly TipLine[];
  /** The sum of the other steps. */
  readonly isSum: boolean;
}

export interface WaterfallData {
  readonly steps: readonly WaterfallStep[];
  readonly currency: string;
  /** Id of the selected step; the others are paler. */
  readonly chosen: string | null;
  /** Steps from top to bottom, where the page is too narrow for them side by side. */
  readonly isUpright: boolean;
  /** Colours by meaning: increase, decrease and sum. */
  readonly rise: string;
  readonly fall: string;
  readonly sum: string;
}
