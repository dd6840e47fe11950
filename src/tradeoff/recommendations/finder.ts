import type { z } from 'zod';
import type { Subject } from '../../org/schema.ts';
import type { Evidence, RecommendationKind, RecommendationSummary, RecommendedAction } from './schema.ts';

/** Time that is looked at. Unix milliseconds, end exclusive, on whole hours. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** A recommendation as it is found: everything but its life. */
export interface Found
  extends Pick<RecommendationSummary, 'title' | 'what' | 'before' | 'after' | 'confidence' | 'risk' | 'guard'> {
  /** What it is about, the same at every look: with the kind it is the key. */
  readonly about: string;
  readonly subject: Subject;
  readonly action: RecommendedAction;
  readonly evidence: z.input<typeof Evidence>;
  /** Months whose bill its prices were learned from: deliveries of them become part of the evidence. */
  readonly billedMonths?: ReadonlySet<string>;
}

/** What one kind of recommendation is found by. Whoever has another kind adds one where they are wired. */
export interface Finder {
  readonly kind: RecommendationKind;
  /**
   * All there are now: what was found before and is no more has lapsed. What it throws is told, and nothing lapses then.
   * `lacks`: what it would need to find more, in words.
   */
  find(window: Window): Promise<Found[] | { readonly found: Found[]; readonly lacks: string | null }>;
}
