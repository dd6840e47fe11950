import type { Sql } from '../../platform/store/index.ts';
import type { CountedSpan } from './token-counts.ts';
import type { SpanCost } from './trace-cost.ts';

/** Prices tokens; finops supplies it. The answers are in the order of the spans. */
export interface TokenPricing {
  price(sql: Sql, spans: readonly CountedSpan[]): Promise<SpanCost[]>;
}
