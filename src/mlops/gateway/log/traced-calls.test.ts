import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCountedTokens, readTokenFingerprint } from '../../../finops/tokens/counted-tokens.ts';

import { listTokenUsage, tokenCostReport } from '../../../finops/tokens/schema.ts';
import type { Application } from '../../../main.ts';
import { call, testApplication } from '../../../testing/application.ts';
import { appliedEndpoint, registeredFiles, sent } from '../../testing/serving.ts';
import { sendSpans, type TestSpan } from '../../tracing/fixtures.testing.ts';
import { readTraceparent } from './traceparent.ts';

const program = join(import.meta.dirname, '../../serving/model-server.testing.ts');
const WAIT = { timeout: 30_000 };
const MODEL = 'gpt-4o';

let application: Application;
beforeAll(async () => {
  application = await testApplication();
  const version = await registeredFiles(application, 'chat', { MLmodel: 'flavors: {}' });
  const command = [process.execPath, program, '{port}', 'mlflow'];
  const main = { model: 'chat', version, backend: 'process', process: { protocol: 'mlflow', command } };
  await appliedEndpoint(application, 'chat', { variants: { main }, log: { answer: 'before' } });
});
afterAll(() => application[Symbol.asyncDispose]());

let traces = 0;
/** Ids of a trace that no other test has. */
function newTrace() {
  traces += 1;
  const traceId = String(traces).padStart(32, 'a');
  const span = (name: string, parent: string, inputTokens: number | null): TestSpan => ({
    ...{ traceId, spanId: name.repeat(16), parentSpanId: parent.repeat(16), name },
    attributes:
      inputTokens === null
        ? {}
        : {
            'gen_ai.provider.name': 'openai',
            'gen_ai.request.model': MODEL,
            'gen_ai.usage.input_tokens': inputTokens,
            'gen_ai.usage.output_tokens': 10,
          },
    start: '1760000000000000000',
    end: '1760000001000000000',
  });
  const trace = (...spans: TestSpan[]) => sendSpans(application, spans, { 'steelyard.endpoint': 'chat' });
  const serve = (parent: string, { stream = false, ofTrace = traceId } = {}) =>
    sent(
      application,
      'POST',
      '/serve/chat/invocations',
      { model: MODEL, messages: [], stream, user: traceId },
      'application/json',
      { traceparent: `00-${ofTrace}-${parent.repeat(16)}-01` },
    );
  /** Records of the trace: requests that count, and traced ones that are the same call as a served one. */
  const counted = async () => {
    const { records } = await call(application, listTokenUsage, { query: { endpoint: 'chat', pageSize: 1000 } });
    const own = records.filter(({ usage, user }) => user === traceId || usage.includes(traceId));
    const served = own.filter(({ usage }) => usage.startsWith('served:')).length;
    const traced = own.filter(({ usage, sameCallAs }) => !usage.startsWith('served:') && sameCallAs === null).length;
    return { served, traced, same: own.length - served - traced };
  };
  return { span, trace, serve, counted };
}

describe('a call that is traced and served', () => {
  it.each<[string, boolean]>([
    ['whole', false],
    ['streamed', true],
  ])('counts once, whichever arrives first: %s', async (_how, stream) => {
    for (const isServedFirst of [true, false]) {
      const { span, trace, serve, counted } = newTrace();
      if (isServedFirst) await serve('1', { stream });
      await trace(span('1', '', 12));
      if (!isServedFirst) {
        await expect.poll(counted, WAIT).toEqual({ served: 0, traced: 1, same: 0 });
        await serve('1', { stream });
      }
      await expect.poll(counted, WAIT).toEqual({ served: 1, traced: 0, same: 1 });
    }
  });

  it('counts as often as it was served', async () => {
    const { span, trace, serve, counted } = newTrace();
    await serve('1');
    await trace(span('1', '', 12));
    await serve('1');
    await expect.poll(counted, WAIT).toEqual({ served: 2, traced: 0, same: 1 });
  });

  it('is found by the span of its HTTP client, sent before or after it', async () => {
    for (const isClientFirst of [true, false]) {
      const { span, trace, serve, counted } = newTrace();
      const parts = [span('2', '1', null), span('1', '', 12)];
      await serve('2');
      for (const part of isClientFirst ? parts : parts.toReversed()) await trace(part);
      await expect.poll(counted, WAIT).toEqual({ served: 1, traced: 0, same: 1 });
    }
  });

  it('is found below the span that sent it, each call by a request of its own', async () => {
    const { span, trace, serve, counted } = newTrace();
    await serve('1');
    await trace(span('1', '', null), span('2', '1', 12), span('3', '1', 12), span('4', '1', 99));
    await expect.poll(counted, WAIT).toEqual({ served: 1, traced: 2, same: 1 });
    await serve('1');
    await expect.poll(counted, WAIT).toEqual({ served: 2, traced: 1, same: 2 });
  });

  it('is not one with a call of another trace, of another span, or with an agent above it', async () => {
    const { span, trace, serve, counted } = newTrace();
    await serve('1', { ofTrace: 'f'.repeat(32) });
    await serve('3');
    await trace(span('1', '', 12));
    await expect.poll(counted, WAIT).toEqual({ served: 2, traced: 1, same: 0 });
    const agent = newTrace();
    await agent.serve('1');
    await agent.trace(agent.span('1', '', 500), agent.span('2', '1', 99));
    await expect.poll(agent.counted, WAIT).toEqual({ served: 1, traced: 2, same: 0 });
  });

  it('is once in totals, in their groups and in the tokens that split shared cost', async () => {
    const window = { start: 0, end: Date.parse('2100-01-01T00:00:00Z') };
    const totals = async () => {
      const report = await call(application, tokenCostReport, { query: { endpoint: 'chat', by: 'provider' } });
      const split = (await readCountedTokens(application.store, window)).reduce(
        (sum, { tokens }) => sum + Number(tokens),
        0,
      );
      return { report, split };
    };
    const before = await totals();
    const { span, trace, serve, counted } = newTrace();
    await trace(span('1', '', 12));
    await expect.poll(counted, WAIT).toMatchObject({ traced: 1 });
    const fingerprint = await readTokenFingerprint(application.store, { ...window, end: 1_760_000_002_000 });
    await serve('1');
    const { report, split } = await totals();
    expect(split - before.split).toBe(22);
    expect(Number(report.requests) - Number(before.report.requests)).toBe(1);
    expect(report.sameCallRecords - before.report.sameCallRecords).toBe(1);
    const sum = report.groups.reduce((total, { inputTokens }) => total + Number(inputTokens), 0);
    expect(sum).toBe(Number(report.inputTokens));
    // The served record is of another month; shared cost of the traced one has to be split again.
    expect(await readTokenFingerprint(application.store, { ...window, end: 1_760_000_002_000 })).not.toBe(fingerprint);
  });
});

describe('a traceparent', () => {
  const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const known = { traceId: trace, spanId: span };
  it.each<[string, string | string[] | undefined, typeof known | null]>([
    ['of version 00 is read', `00-${trace}-${span}-01`, known],
    ['of a later version is read with what follows', `cc-${trace}-${span}-01-what`, known],
    ['of version 00 with more is none', `00-${trace}-${span}-01-what`, null],
    ['of version ff is none', `ff-${trace}-${span}-01`, null],
    ['in upper case is none', `00-${trace.toUpperCase()}-${span}-01`, null],
    ['of zeros is none', `00-${'0'.repeat(32)}-${span}-01`, null],
    ['of a span of zeros is none', `00-${trace}-${'0'.repeat(16)}-01`, null],
    ['that is huge is none', `00-${trace}-${span}-01`.repeat(10_000), null],
    ['that comes twice is none', [`00-${trace}-${span}-01`, `00-${trace}-${span}-01`], null],
    ['that is empty is none', '', null],
    ['that is missing is none', undefined, null],
  ])('%s', (_what, traceparent, expected) => {
    expect(readTraceparent({ traceparent })).toEqual(expected);
  });
});
