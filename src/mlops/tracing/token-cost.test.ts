import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { eventsAbout, mlflow, newRun, post } from '../wire/testing.ts';
import { id, sendSpans, type TestSpan, traceMessage } from './fixtures.testing.ts';
import { getTrace, listTraces } from './schema.ts';

let application: Awaited<ReturnType<typeof testApplication>>;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

const llm = (spanId: string, parentSpanId: string, more: Partial<TestSpan> = {}, model = 'gpt-4o'): TestSpan => ({
  traceId: id('a', 32),
  spanId: id(spanId, 16),
  parentSpanId: parentSpanId === '' ? '' : id(parentSpanId, 16),
  name: 'chat',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': model,
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 100,
  },
  // In the past of every clock that a test has.
  start: '1760000000000000000',
  end: '1760000001000000000',
  ...more,
});

const agent = (traceId: string, input: number): TestSpan => ({
  ...llm('1', '', { traceId, name: 'agent' }),
  attributes: { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': 200 },
});

/** FinOps' present token cost of a team. */
async function tokenCost(query: string): Promise<{ inputTokens: string; cost: unknown; unpricedRecords: number }> {
  const answer = await application.http.inject({ url: `/api/v1/token-cost?${query}`, headers: { host: 'localhost' } });
  return answer.json();
}

describe('tokens of traces', () => {
  it('are read as cost of the trace and its spans by MLflow clients', async () => {
    const traceId = id('7', 32);
    await sendSpans(application, [llm('7', '', { traceId }), llm('8', '7', { traceId }, 'no-such-model')]);
    const other = id('8', 32);
    await sendSpans(application, [llm('9', '', { traceId: other })]);
    const get = async (trace: string) => {
      const url = `/api/3.0/mlflow/traces/get?trace_id=tr-${trace}`;
      return (await application.http.inject({ url, headers: { host: 'localhost' } })).json().trace;
    };
    const whole = await get(other);
    const cost = { input_cost: 0.0025, output_cost: 0.001, total_cost: 0.0035 };
    expect(JSON.parse(whole.trace_info.trace_metadata['mlflow.trace.cost'])).toEqual(cost);
    const attribute = whole.spans[0].attributes.find(({ key }: { key: string }) => key === 'mlflow.llm.cost');
    const values = Object.entries(cost).map(([key, double_value]) => ({ key, value: { double_value } }));
    expect(attribute.value).toEqual({ kvlist_value: { values } });
    expect((await get(traceId)).trace_info.trace_metadata?.['mlflow.trace.cost']).toBeUndefined();
  });

  it('are priced once, however often and in whatever order their spans come', async () => {
    const spans = [llm('2', '1'), llm('3', '1'), agent(id('a', 32), 2000)];
    await sendSpans(application, spans.slice(2), { 'steelyard.team': 'search' });
    await sendSpans(application, spans.slice(0, 1), { 'steelyard.team': 'search' });
    await sendSpans(application, spans, { 'steelyard.team': 'search' });
    await sendSpans(application, spans, { 'steelyard.team': 'search' });
    const trace = await call(application, getTrace, { params: { traceId: `tr-${id('a', 32)}` } });
    expect(trace).toMatchObject({
      name: 'agent',
      tokens: { inputTokens: 2000, outputTokens: 200 },
      // gpt-4o: 2.50 and 10 a million.
      cost: { amount: '0.007', currency: 'USD' },
      costReason: null,
    });
    expect(trace.spans.map(({ name, cost }) => [name, cost?.amount])).toEqual([
      ['agent', undefined],
      ['chat', '0.0035'],
      ['chat', '0.0035'],
    ]);
    await expect
      .poll(() => tokenCost('team=search'))
      .toMatchObject({
        inputTokens: '2000',
        cost: { amount: '0.007', currency: 'USD' },
        unpricedRecords: 0,
      });
  });

  it('are said once of a span that comes again unchanged', () => {
    const said = eventsAbout(application, `trace:tr-${id('a', 32)}`);
    // The agent alone; the first call, which takes from the agent; the second call, which takes the rest.
    expect(said).toMatchObject([
      { type: 'trace.tokens_counted', spans: [{ spanId: id('1', 16), tokens: { inputTokens: 2000 } }] },
      { spans: [{ tokens: { inputTokens: 1000 } }, { tokens: { inputTokens: 1000 } }] },
      { spans: [{ tokens: { inputTokens: 0 } }, { tokens: { inputTokens: 1000 } }] },
    ]);
  });

  it('follow the subject that the trace, its run or a later tag names', async () => {
    const runId = await newRun(application, {
      experiment_id: '0',
      tags: [
        { key: 'steelyard.team', value: 'ads' },
        { key: 'steelyard.project', value: 'ranking' },
      ],
    });
    const traceId = id('b', 32);
    await sendSpans(application, [llm('1', '', { traceId })]);
    const metadata = { 'mlflow.sourceRun': runId };
    await post(application, 'traces', traceMessage(`tr-${traceId}`, { trace_metadata: metadata }));
    await expect.poll(() => tokenCost(`team=ads&project=ranking&run=${runId}`)).toMatchObject({ inputTokens: '1000' });
    await mlflow(application, 'PATCH', `traces/tr-${traceId}/tags`, { key: 'steelyard.team', value: 'shop' });
    await expect.poll(() => tokenCost(`team=shop&run=${runId}`)).toMatchObject({ inputTokens: '1000' });
    expect(await tokenCost('team=ads')).toMatchObject({ inputTokens: '0', cost: null });
  });

  it('without a price are named with the reason, and never zero', async () => {
    const traceId = id('c', 32);
    const attributes = { 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.output_tokens': 1 };
    await sendSpans(
      application,
      [
        llm('1', '', { traceId }),
        llm('2', '', { traceId }, 'our-own-model'),
        { ...llm('3', '', { traceId }), attributes },
      ],
      { 'steelyard.team': 'own' },
    );
    const { traces } = await call(application, listTraces, { query: { experimentId: '0', pageSize: 1000 } });
    const trace = traces.find((candidate) => candidate.traceId === `tr-${traceId}`);
    expect(trace).toMatchObject({ tokens: { inputTokens: 2005 }, cost: { amount: '0.0035', currency: 'USD' } });
    expect(trace?.costReason).toMatch(
      /^2 of 3 spans have no price: .*our-own-model.*; the span does not name its model$/,
    );
    await expect.poll(() => tokenCost('team=own')).toMatchObject({ inputTokens: '2005', unpricedRecords: 2 });
  });

  it('are unknown where no span reports any', async () => {
    const traceId = id('d', 32);
    await sendSpans(application, [{ traceId, spanId: id('1', 16) }]);
    const trace = await call(application, getTrace, { params: { traceId: `tr-${traceId}` } });
    expect(trace).toMatchObject({ tokens: null, cost: null, costReason: 'no span reported tokens' });
    const problem = await catchProblem(call(application, getTrace, { params: { traceId: 'tr-none' } }));
    expect(problem).toMatchObject({ code: 'trace_not_found', status: 404 });
  });
});
