import type { Period } from '../../../../platform/units/schema.ts';
import type { QualityLoss } from '../episode/schema.ts';
import type { LookLevel } from '../state.ts';

/** What one look at an alert found. */
export interface Look {
  readonly level: LookLevel;
  /** One sentence. */
  readonly reason: string;
  readonly window: Period;
  readonly version: string | null;
  /** The worst first. */
  readonly columns: readonly string[];
  readonly loss: QualityLoss | null;
}

/** `0.9123`, `12.3`: a figure for a sentence. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A share as per cent. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
