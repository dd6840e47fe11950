import { describe, expect, it } from 'vitest';
import { hold } from './hold.ts';

describe('a hold', () => {
  it('on what cannot be told of more time ends it by what it was told last, and waits for an end that it cannot ask for', async () => {
    const end = Promise.withResolvers<string>();
    const from = Date.now();
    const until = from + 900;
    let asked = 0;
    const held = hold({
      running: {
        ended: end.promise,
        extend: () => Promise.reject(new Error('nobody there')),
        async stop() {
          asked = Date.now();
          end.resolve('by its watchdog');
          throw new Error('nobody there');
        },
      },
      until,
      graceMs: 0,
      now: Date.now,
      renew: async () => from + 3_600_000,
      runsOut: async () => undefined,
    });
    expect(await held).toEqual({ ended: 'by its watchdog', ranOut: true });
    expect(asked).toBeGreaterThanOrEqual(from + 600);
  });
});
