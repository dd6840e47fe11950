import type { SpanTokens } from './genai.ts';

export interface TokenNode {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly tokens: SpanTokens | null;
}

const NOTHING: SpanTokens = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
};

/**
 * Tokens charged to each span. If a span reports usage and spans below it do too, its report is taken as their sum, as
 * agents and chains report it: the span is charged only the excess over theirs. No token is counted twice, and the own
 * tokens of a trace add up to its topmost reports, or to the sum of the reports below where that is more.
 * Example: an agent reports 100, two calls below it 60 and 30 -> 10, 60, 30.
 */
export function selectOwnTokens(spans: readonly TokenNode[]): Map<string, SpanTokens> {
  const children = groupByParent(spans);
  const own = new Map<string, SpanTokens>();
  // Per span, the usage that it and all spans below it report, without double counting.
  const covered = new Map<string, SpanTokens>();
  for (const { spanId, tokens } of sortLeavesFirst(spans, children)) {
    const below = (children.get(spanId) ?? []).reduce(
      (sum, child) => addTokens(sum, covered.get(child.spanId)),
      NOTHING,
    );
    if (tokens === null) {
      covered.set(spanId, below);
    } else {
      const rest = subtractTokens(tokens, below);
      own.set(spanId, rest);
      covered.set(spanId, addTokens(below, rest));
    }
  }
  return own;
}

/** The sum of tokens, as MLflow gives it for a whole trace; null when nothing was reported. */
export function sumTokens(own: ReadonlyMap<string, SpanTokens>): SpanTokens | null {
  return own.size === 0 ? null : [...own.values()].reduce((sum, tokens) => addTokens(sum, tokens), NOTHING);
}

/** Spans of one call that are looked up in the ledger of tokens: its own, the client's and those of retries. */
const MOST_CALL_SPANS = 8;

/**
 * For each span that reports usage: its id, and those of the spans below it, which are its requests. Empty for a span
 * above others that report usage, since it is not a call itself.
 * Example: chat (reports) > POST (no usage) -> chat: [chat, POST]; agent > chat -> agent: [].
 */
export function callSpans(spans: readonly TokenNode[]): Map<string, readonly string[]> {
  const children = groupByParent(spans);
  const below = new Map<string, readonly string[] | null>();
  const calls = new Map<string, readonly string[]>();
  for (const { spanId, tokens } of sortLeavesFirst(spans, children)) {
    const parts = (children.get(spanId) ?? []).map((child) => below.get(child.spanId) ?? null);
    const isAboveOthers = parts.includes(null);
    const ids = isAboveOthers ? [] : [spanId, ...parts.flatMap((part) => part ?? [])].slice(0, MOST_CALL_SPANS);
    below.set(spanId, tokens !== null || isAboveOthers ? null : ids);
    if (tokens !== null) calls.set(spanId, ids);
  }
  return calls;
}

function groupByParent(spans: readonly TokenNode[]): Map<string, TokenNode[]> {
  const children = new Map<string, TokenNode[]>();
  for (const span of spans) {
    if (span.parentSpanId === null) continue;
    const siblings = children.get(span.parentSpanId);
    if (siblings === undefined) children.set(span.parentSpanId, [span]);
    else siblings.push(span);
  }
  return children;
}

/** Children before their parents. Spans of a cycle, which no tracer creates, start where the cycle is entered. */
function sortLeavesFirst(
  spans: readonly TokenNode[],
  children: ReadonlyMap<string, readonly TokenNode[]>,
): TokenNode[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const seen = new Set<string>();
  const order: TokenNode[] = [];
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === null || !ids.has(parentSpanId));
  for (const start of [...roots, ...spans]) {
    // An explicit stack: traces nest deeper than the call stack allows.
    const waiting = [start];
    for (let span = waiting.pop(); span !== undefined; span = waiting.pop()) {
      if (seen.has(span.spanId)) continue;
      seen.add(span.spanId);
      order.push(span);
      waiting.push(...(children.get(span.spanId) ?? []));
    }
  }
  return order.reverse();
}

function addTokens(a: SpanTokens, b: SpanTokens = NOTHING): SpanTokens {
  return map((kind) => a[kind] + b[kind]);
}

/** Never below zero; the cached tokens stay within the input that they are part of. */
function subtractTokens(a: SpanTokens, b: SpanTokens): SpanTokens {
  const rest = map((kind) => Math.max(0, a[kind] - b[kind]));
  const cacheReadTokens = Math.min(rest.cacheReadTokens, rest.inputTokens);
  const cacheWriteTokens = Math.min(rest.cacheWriteTokens, rest.inputTokens - cacheReadTokens);
  const cacheWrite1hTokens = Math.min(rest.cacheWrite1hTokens, rest.inputTokens - cacheReadTokens - cacheWriteTokens);
  return { ...rest, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens };
}

function map(value: (kind: keyof SpanTokens) => number): SpanTokens {
  return {
    inputTokens: value('inputTokens'),
    outputTokens: value('outputTokens'),
    cacheReadTokens: value('cacheReadTokens'),
    cacheWriteTokens: value('cacheWriteTokens'),
    cacheWrite1hTokens: value('cacheWrite1hTokens'),
  };
}
