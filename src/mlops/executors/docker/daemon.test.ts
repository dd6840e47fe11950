import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../platform/units/index.ts';
import { connectDaemon, negotiateVersion } from './daemon.ts';

describe('a Docker Engine', () => {
  it.each([
    ['1.41', '1.12', '1.41'],
    ['1.52', '1.44', '1.45'],
    ['1.60', '1.48', '1.48'],
    ['1.9', '1.9', '1.9'],
  ])('that knows the API up to %s and down to %s is spoken to in %s', (newest, oldest, spoken) => {
    expect(negotiateVersion(newest, oldest)).toBe(spoken);
  });

  it('that is not there does not answer, and nobody waits for it after the end', async () => {
    const daemon = connectDaemon({ address: 'unix:///no/such/docker.sock', certificates: null });
    await expect(daemon.ask((api) => api.ping())).rejects.toMatchObject({
      code: 'executor_unreachable',
      message: expect.stringContaining('/no/such/docker.sock'),
    });
    const closing = new AbortController();
    const from = systemClock.now();
    const asked = daemon.askPatiently((api) => api.ping(), closing.signal);
    closing.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(systemClock.now() - from).toBeLessThan(5_000);
  });
});
