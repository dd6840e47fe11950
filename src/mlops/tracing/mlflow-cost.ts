import type { Store } from '../../platform/store/index.ts';
import { type Decimal, decimal } from '../../platform/units/index.ts';
import { tryJson } from '../otlp/index.ts';
import { findTokenTrees, type StoredContent } from './span-store.ts';
import { type CountedSpan, selectCountedSpans } from './token-counts.ts';
import type { TokenPricing } from './token-pricing.ts';
import type { SpanCost } from './trace-cost.ts';
import type { TraceInfo } from './types.ts';

/** Keys that MLflow's clients read as `span.llm_cost` and `trace.info.cost`, in USD. */
const SPAN_COST = 'mlflow.llm.cost';
const TRACE_COST = 'mlflow.trace.cost';
const CURRENCY = 'USD';

interface CostParts {
  readonly input: Decimal;
  readonly total: Decimal;
}

/** Cost of a trace and its spans by the prices of now; a trace with a span that has no price in USD has none. */
export interface MlflowCost {
  readonly trace: CostParts | null;
  readonly spans: ReadonlyMap<string, CostParts>;
}

/** Costs by trace id; traces without tokens are left out. */
export async function computeMlflowCosts(
  { store, pricing }: { readonly store: Store; readonly pricing: TokenPricing },
  traceIds: readonly string[],
): Promise<ReadonlyMap<string, MlflowCost>> {
  const found = new Map<string, MlflowCost>();
  for (const [traceId, tree] of await findTokenTrees(store, traceIds)) {
    const paying = selectCountedSpans(tree).filter(({ tokens }) => tokens.inputTokens + tokens.outputTokens > 0);
    if (paying.length === 0) continue;
    const totals = await pricing.price(store, paying);
    const inputs = await pricing.price(store, paying.map(omitOutput));
    const parts = paying.flatMap(({ spanId }, at) => {
      const cost = toCostParts(totals[at], inputs[at]);
      return cost === null ? [] : [[spanId, cost] as const];
    });
    const trace = parts.length < paying.length ? null : sumParts(parts.map(([, cost]) => cost));
    found.set(traceId, { trace, spans: new Map(parts) });
  }
  return found;
}

function omitOutput(span: CountedSpan): CountedSpan {
  return { ...span, tokens: { ...span.tokens, outputTokens: 0 } };
}

function toCostParts(total: SpanCost | undefined, input: SpanCost | undefined): CostParts | null {
  const amount = total?.cost;
  if (amount?.currency !== CURRENCY) return null;
  return { total: decimal(amount.amount), input: decimal(input?.cost?.amount ?? '0') };
}

function sumParts(parts: readonly CostParts[]): CostParts {
  return parts.reduce((sum, one) => ({ input: sum.input.plus(one.input), total: sum.total.plus(one.total) }));
}

/** MLflow's clients take numbers. */
function toCostFields({ input, total }: CostParts): Readonly<Record<string, number>> {
  return {
    input_cost: input.toNumber(),
    output_cost: total.minus(input).toNumber(),
    total_cost: total.toNumber(),
  };
}

/** A trace with its cost among its metadata; one that its client stated stays. */
export function addCost(trace: TraceInfo, cost: MlflowCost | undefined): TraceInfo {
  if (cost === undefined || cost.trace === null || trace.metadata[TRACE_COST] !== undefined) return trace;
  return { ...trace, metadata: { ...trace.metadata, [TRACE_COST]: JSON.stringify(toCostFields(cost.trace)) } };
}

/** The JSON of a span with its cost among its attributes; one that its client stated stays. */
export function addContentCost({ spanId, content }: StoredContent, cost: MlflowCost | undefined): string {
  const own = cost?.spans.get(spanId);
  if (own === undefined || content.includes(`"${SPAN_COST}"`)) return content;
  const span = tryJson(content);
  if (typeof span !== 'object' || span === null || !('attributes' in span) || !Array.isArray(span.attributes)) {
    return content;
  }
  const values = Object.entries(toCostFields(own)).map(([key, double_value]) => ({ key, value: { double_value } }));
  const attribute = { key: SPAN_COST, value: { kvlist_value: { values } } };
  return JSON.stringify({ ...span, attributes: [...span.attributes, attribute] });
}
