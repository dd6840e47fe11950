import { expect, it, onTestFinished } from 'vitest';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { listContainerUse } from './schema.ts';

it('reads containers up to the present hour, and refuses a period without an hour', async () => {
  const application = await testApplication({ clock: { now: () => Date.parse('2026-11-16T00:20:00Z') } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  const ask = (query: { from?: string; to?: string }) => call(application, listContainerUse, { query });
  const ahead = await ask({ to: '9999-12-31T23:59:59Z' });
  expect(ahead.period).toEqual({ start: '2026-11-02T01:00:00.000Z', end: '2026-11-16T01:00:00.000Z' });
  for (const query of [
    { from: '2022-11-12T03:39:51.061Z', to: '1970-01-01T00:00:00.035Z' },
    { from: '2026-11-16T01:00:00Z' },
  ]) {
    expect((await catchProblem(ask(query))).code).toBe('invalid_request');
  }
});
