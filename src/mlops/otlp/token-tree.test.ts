import { array, assert, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanTokens } from './genai.ts';
import { callSpans, selectOwnTokens, sumTokens, type TokenNode } from './token-tree.ts';

const tokens = (inputTokens: number, outputTokens = 0): SpanTokens => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
});

const span = (spanId: string, parentSpanId: string | null, input: number | null): TokenNode => ({
  spanId,
  parentSpanId,
  tokens: input === null ? null : tokens(input),
});

describe('the own tokens of spans', () => {
  it.each<[string, TokenNode[], Record<string, number>]>([
    ['a single call keeps its report', [span('a', null, 7)], { a: 7 }],
    ['a span without usage has none', [span('a', null, null), span('b', 'a', 7)], { b: 7 }],
    [
      'an agent that sums its calls keeps nothing',
      [span('a', null, 9), span('b', 'a', 5), span('c', 'a', 4)],
      { a: 0, b: 5, c: 4 },
    ],
    [
      'an agent keeps what it reports beyond its calls',
      [span('a', null, 100), span('b', 'a', 60), span('c', 'a', 30)],
      { a: 10, b: 60, c: 30 },
    ],
    [
      'a sum is seen through spans without usage',
      [span('a', null, 5), span('b', 'a', null), span('c', 'b', 5)],
      { a: 0, c: 5 },
    ],
    ['a sum of sums is counted once', [span('a', null, 9), span('b', 'a', 9), span('c', 'b', 9)], { a: 0, b: 0, c: 9 }],
    ['calls below a span that reports less keep theirs', [span('a', null, 3), span('b', 'a', 5)], { a: 0, b: 5 }],
    ['a span whose parent is not here is a root', [span('b', 'gone', 5), span('c', 'b', 2)], { b: 3, c: 2 }],
  ])('%s, in whatever order they come', (_what, spans, expected) => {
    for (const order of [spans, spans.toReversed()]) {
      const own = Object.fromEntries([...selectOwnTokens(order)].map(([id, { inputTokens }]) => [id, inputTokens]));
      expect(own).toEqual(expected);
    }
  });

  it('of a circle, which no tracer makes, are counted once', () => {
    expect(sumTokens(selectOwnTokens([span('a', 'b', 5), span('b', 'a', 5)]))?.inputTokens).toBe(5);
  });

  it('keep cached tokens within the input that is left', () => {
    const cached = { ...tokens(10), cacheReadTokens: 8 };
    const own = selectOwnTokens([
      { spanId: 'a', parentSpanId: null, tokens: cached },
      { spanId: 'b', parentSpanId: 'a', tokens: tokens(7) },
    ]);
    expect(own.get('a')).toEqual({ ...tokens(3), cacheReadTokens: 3 });
  });

  it('add up to no more than was reported, and to no less than any one span reported', () => {
    const spans = array(record({ parent: integer({ min: -1, max: 12 }), input: integer({ min: -5, max: 1000 }) }), {
      maxLength: 14,
    }).map((rows) =>
      // A parent comes before its children, as in every tree.
      rows.map(({ parent, input }, index) =>
        span(String(index), parent < 0 || index === 0 ? null : String(parent % index), input < 0 ? null : input),
      ),
    );
    assert(
      property(spans, (tree) => {
        const reported = tree.flatMap((node) => (node.tokens === null ? [] : [node.tokens.inputTokens]));
        const total = sumTokens(selectOwnTokens(tree))?.inputTokens ?? 0;
        expect(total).toBeLessThanOrEqual(reported.reduce((sum, count) => sum + count, 0));
        expect(total).toBeGreaterThanOrEqual(Math.max(0, ...reported));
      }),
    );
  });

  it('are found in a trace that is deeper than a call stack', () => {
    const spans = Array.from({ length: 50_000 }, (_, index) =>
      span(String(index), index === 0 ? null : String(index - 1), 5),
    );
    expect(sumTokens(selectOwnTokens(spans))?.inputTokens).toBe(5);
  });
});

describe('the spans of a call', () => {
  it.each<[string, TokenNode[], Record<string, readonly string[]>]>([
    ['are its own', [span('a', null, 7)], { a: ['a'] }],
    [
      'and those of its requests',
      [span('a', null, 7), span('b', 'a', null), span('c', 'b', null)],
      { a: ['a', 'b', 'c'] },
    ],
    [
      'are none of a span above calls',
      [span('a', null, 9), span('b', 'a', null), span('c', 'b', 5), span('d', 'c', null)],
      { a: [], c: ['c', 'd'] },
    ],
    ['are none of a span that reports nothing', [span('a', null, null), span('b', 'a', 5)], { b: ['b'] }],
  ])('%s', (_what, spans, expected) => {
    expect(Object.fromEntries(callSpans(spans))).toEqual(expected);
    expect(Object.fromEntries(callSpans(spans.toReversed()))).toEqual(expected);
  });
});
