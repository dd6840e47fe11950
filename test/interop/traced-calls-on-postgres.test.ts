import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCountedTokens, readTokenFingerprint } from '../../src/finops/tokens/counted-tokens.ts';
import { listTokenUsage, tokenCostReport } from '../../src/finops/tokens/schema.ts';
import { buildServedUsage } from '../../src/finops/tokens/served-usage.ts';
import { recordTokens } from '../../src/finops/tokens/usage.ts';
import type { Application } from '../../src/main.ts';
import { id, sendSpans } from '../../src/mlops/tracing/fixtures.testing.ts';
import { call, testApplication } from '../../src/testing/application.ts';
import { onEachStore } from '../support/stores.ts';

const WAIT = { timeout: 30_000 };
const WINDOW = { start: 0, end: Date.parse('2100-01-01T00:00:00Z') };

onEachStore(({ newDatabase }) => {
  let application: Application;
  beforeAll(async () => {
    application = await testApplication({}, { database: await newDatabase() });
  });
  afterAll(() => application[Symbol.asyncDispose]());

  const counts = { inputTokens: 12, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const serve = (prediction: string, spanId: string) => {
    const caller = { traceId: id('a', 32), spanId };
    const subject = { endpoint: 'chat' };
    const served = { prediction, subject, llm: 'm', user: null, at: 1_760_000_000_000, ...counts, caller };
    return application.store.transaction((sql) =>
      recordTokens({ now: () => Date.now() }, sql, [buildServedUsage(served)]),
    );
  };
  const span = (spanId: string, parentSpanId = '') => ({
    ...{ traceId: id('a', 32), spanId, parentSpanId, start: '1760000000000000000', end: '1760000001000000000' },
    attributes: { 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 12, 'gen_ai.usage.output_tokens': 10 },
  });

  describe('a call that is traced and served', () => {
    it('counts once in lists, totals and splits', async () => {
      await serve('one', id('1', 16));
      await sendSpans(application, [span(id('1', 16)), span(id('2', 16))], { 'steelyard.endpoint': 'chat' });
      const cost = () => call(application, tokenCostReport, { query: { endpoint: 'chat' } });
      await expect.poll(cost, WAIT).toMatchObject({ requests: '2', inputTokens: '24', sameCallRecords: 1 });
      const before = await readTokenFingerprint(application.store, WINDOW);
      await serve('two', id('2', 16));
      expect(await cost()).toMatchObject({ requests: '2', inputTokens: '24', sameCallRecords: 2 });
      const { records } = await call(application, listTokenUsage, { query: { endpoint: 'chat' } });
      expect(records.map(({ sameCallAs }) => sameCallAs).toSorted()).toEqual([
        null,
        null,
        'served:chat:one',
        'served:chat:two',
      ]);
      expect(await readCountedTokens(application.store, WINDOW)).toEqual([
        { subject: { endpoint: 'chat' }, tokens: '44' },
      ]);
      expect(await readTokenFingerprint(application.store, WINDOW)).not.toBe(before);
    });
  });
});
