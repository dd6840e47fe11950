import type { Period } from '../../../../platform/units/schema.ts';
import type { DriftWindow } from '../../../quality/schema.ts';
import type { QualityLoss } from '../episode/schema.ts';
import type { LookLevel } from '../state.ts';

/** Result of one look at an alert. */
export interface AlertLook {
  readonly level: LookLevel;
  /** One sentence for people. */
  readonly reason: string;
  readonly window: Period;
  readonly version: string | null;
  /** The worst first. */
  readonly columns: readonly string[];
  readonly loss: QualityLoss | null;
}

/** A look, and the rows that it is of. */
export interface CountedLook {
  readonly look: AlertLook;
  /** Predictions of its window, and those of them that have a label. */
  readonly predictions: number;
  readonly labels: number;
}

/** Whether any column changed. Without a change, a drift look does not depend on the loss of quality. */
export function hasChange({ columns }: Pick<DriftWindow, 'columns'>): boolean {
  return columns.some(({ drifted, significant }) => drifted === true || significant === true);
}

/** `0.9123`, `12.3`: a figure for a sentence. */
export function formatFigure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A share as per cent. */
export function formatPercent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
