import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokens, StreamTokens } from './token-usage.ts';

const chunk = (body: object) => `data: ${JSON.stringify({ model: 'gpt-4o', ...body })}\n\n`;
const OPENAI = [
  chunk({ choices: [{ delta: { content: 'hé "usage" ho' } }], usage: null }),
  chunk({
    choices: [],
    usage: { prompt_tokens: 12, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 4 } },
  }),
  'data: [DONE]\n\n',
].join('');
const ANTHROPIC = [
  'event: message_start\n',
  `data: ${JSON.stringify({ message: { model: 'claude', usage: { input_tokens: 3, cache_read_input_tokens: 7, output_tokens: 1 } } })}\n\n`,
  'event: message_delta\n',
  `data: ${JSON.stringify({ type: 'message_delta', usage: { output_tokens: 9 } })}\n\n`,
].join('');

function readStream(parts: readonly Uint8Array[]) {
  const tokens = new StreamTokens();
  for (const part of parts) tokens.write(part);
  return tokens.read();
}

function split(text: string, places: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, at) => bytes.subarray(cuts[at] ?? 0, end));
}

describe('the tokens of a streamed answer', () => {
  const places = fc.array(fc.nat(2_000), { maxLength: 30 });

  it.each([
    ['OpenAI', OPENAI, { inputTokens: 12, outputTokens: 10, cacheReadTokens: 4, model: 'gpt-4o' }],
    ['Anthropic', ANTHROPIC, { inputTokens: 10, outputTokens: 9, cacheReadTokens: 7, model: 'claude' }],
  ])('of %s are read wherever its chunks are split, with every line end', (_vendor, text, expected) => {
    fc.assert(
      fc.property(places, fc.constantFrom('\n', '\r\n', '\r'), (cuts, end) => {
        expect(readStream(split(text.replaceAll('\n', end), cuts))).toMatchObject(expected);
      }),
    );
  });

  it('are those of the last chunk that states them, also where the stream breaks off', () => {
    const partial = chunk({ usage: { prompt_tokens: 12, completion_tokens: 3 } });
    expect(readStream([Buffer.from(`${partial}${OPENAI}`.trimEnd())])).toMatchObject({ outputTokens: 10 });
    expect(readStream([Buffer.from(`${partial}data: {"usage": {"completion_tok`)])).toMatchObject({ outputTokens: 3 });
  });

  it('are unknown where no chunk states them, and for what is no stream of events', () => {
    for (const text of [
      '',
      'data: [DONE]\n\n',
      'usage',
      'data: {"usage": 3}\n\n',
      `data: {"usage": {"prompt_tokens": -1}}\n\n`,
    ]) {
      expect(readStream([Buffer.from(text)])).toMatchObject({ inputTokens: null, outputTokens: null });
    }
  });

  it('are read behind an event without end, in bounded memory', () => {
    const tokens = new StreamTokens();
    tokens.write(Buffer.from('data: "usage"'));
    const before = process.memoryUsage().heapUsed + process.memoryUsage().external;
    const block = Buffer.alloc(1024 * 1024, 'x');
    for (let count = 0; count < 200; count += 1) tokens.write(block);
    const after = process.memoryUsage().heapUsed + process.memoryUsage().external;
    expect(after - before).toBeLessThan(50 * 1024 * 1024);
    tokens.write(Buffer.from(`\n\n${OPENAI}`));
    expect(tokens.read()).toMatchObject({ inputTokens: 12, outputTokens: 10 });
  });
});

it('tokens of a whole answer are read in the words of each vendor', () => {
  expect(readTokens({ model: 'm', usage: { prompt_tokens: 5, total_tokens: 5 } })).toMatchObject({
    inputTokens: 5,
    outputTokens: null,
    model: 'm',
  });
  expect(readTokens([1])).toMatchObject({ inputTokens: null, model: null });
});
