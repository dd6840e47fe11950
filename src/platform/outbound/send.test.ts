import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Receiver, startReceiver } from './receiver.testing.ts';
import { createSend } from './send.ts';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver[Symbol.asyncDispose]());

const message = { url: 'https://hooks.example/hook', body: '{}', headers: {} };
const silent = { allowedHosts: new Set(['hooks.example']), resolve: () => new Promise<never>(() => undefined) };

it('a name server that does not answer ends a try after the time of the whole try', async () => {
  const result = await createSend(silent, 50)(message, new AbortController().signal);
  expect(result).toEqual({
    delivered: false,
    status: null,
    error: 'The receiver did not answer in 0.05 s.',
    mayRetry: true,
    retryAfterMs: null,
  });
});

it('a try that waits for a name server ends with its server', async () => {
  const stopping = new AbortController();
  const sending = createSend(silent)(message, stopping.signal);
  stopping.abort(new Error('the server stops'));
  await expect(sending).rejects.toThrow('the server stops');
});

it('a receiver that does not answer ends a try after the same time', async () => {
  receiver.answerWith(() => undefined);
  const rules = { allowedHosts: new Set(['127.0.0.1']), resolve: async () => [{ address: '127.0.0.1', family: 4 }] };
  const result = await createSend(rules, 50)({ ...message, url: receiver.url }, new AbortController().signal);
  expect(result).toMatchObject({ delivered: false, error: 'The receiver did not answer in 0.05 s.', mayRetry: true });
});
