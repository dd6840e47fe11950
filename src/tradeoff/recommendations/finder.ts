import type { z } from 'zod';
import type { Subject } from '../../org/schema.ts';
import type { Evidence, RecommendationKind, RecommendationSummary, RecommendedAction } from './schema.ts';

/** Window of a scan. Unix milliseconds, end exclusive, on whole hours. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** A recommendation as it is found: everything but its life. */
export interface Finding
  extends Pick<RecommendationSummary, 'title' | 'what' | 'before' | 'after' | 'confidence' | 'risk' | 'guard'> {
  /** Object of the recommendation, stable across scans: together with the kind it is the key. */
  readonly about: string;
  readonly subject: Subject;
  readonly action: RecommendedAction;
  readonly evidence: z.input<typeof Evidence>;
  /** End of the measurements behind it, Unix milliseconds: once a person has marked it as done, older measurements do not open it again. */
  readonly readUntilMs?: number;
  /** Months whose bill its prices were learned from: deliveries of them become part of the evidence. */
  readonly billedMonths?: ReadonlySet<string>;
}

/** Finder of one kind of recommendation. The wiring adds finders of other modules. */
export interface Finder {
  readonly kind: RecommendationKind;
  /**
   * All current findings: an open recommendation that is no longer found lapses. If `find` throws, the error is recorded and no recommendation
   * lapses. `lacks`: missing input that would allow more findings, as text.
   */
  find(window: Window): Promise<Finding[] | { readonly found: Finding[]; readonly lacks: string | null }>;
}
