import { expect, it } from 'vitest';
import { createOpenedOnce } from './opened-once.ts';

it('opens once for concurrent calls, and again after a failure', async () => {
  let opened = 0;
  const outcomes = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const once = createOpenedOnce(() => outcomes[opened++]?.promise ?? expect.fail('opened a third time'));
  expect(await once.current()).toBeNull();
  const calls = [once.get(), once.get()];
  outcomes[0]?.reject(new Error('away'));
  for (const call of calls) await expect(call).rejects.toThrow('away');
  expect(await once.current()).toBeNull();
  const again = once.get();
  outcomes[1]?.resolve('open');
  expect([await again, await once.get(), await once.current()]).toEqual(['open', 'open', 'open']);
  expect(opened).toBe(2);
});
