import { expect, it } from 'vitest';
import { call, hour, openRoom } from '../monitoring/room.testing.ts';
import { showMonitor } from '../monitors/schema.ts';

it('counts an id that was sent twice with two times once, at the time that came first, in all time and in each part of it', async () => {
  const room = await openRoom();
  const server = await room.server();
  await server.apply({ model: 'ranker', quality: { kind: 'classification' } });
  await server.predict([{ prediction: 'twice', predictedAt: hour(-24 * 9), output: 'no' }]);
  room.clock.forward(5);
  await server.predict([
    { prediction: 'twice', predictedAt: hour(-24 * 2), output: 'yes' },
    // Within one request, recorded in the same millisecond: the earlier time counts.
    { prediction: 'same instant', predictedAt: hour(-24 * 2), output: 'yes' },
    { prediction: 'same instant', predictedAt: hour(-24 * 5), output: 'no' },
  ]);
  await server.label(['twice', 'same instant'].map((prediction) => ({ prediction, value: 'no' })));
  const knownAt = new Date(room.clock.now()).toISOString();
  const asked = async (query: object) => {
    const { windows } = await call(server, showMonitor, { params: { monitor: 'watch' }, query });
    return windows.map(({ predictions, quality }) => [predictions, quality[0]?.value]);
  };
  for (const isStored of [false, true]) {
    if (isStored) {
      await room.settle();
      await server.look();
    }
    for (const when of isStored ? [{}, { knownAt }] : [{ knownAt }]) {
      expect(await asked({ by: 'all', ...when })).toEqual([[2, 1]]);
      expect(await asked({ by: 'all', start: hour(-24 * 3 + 1), ...when })).toEqual([]);
      expect(await asked({ by: 'all', start: hour(-24 * 6), end: hour(-24 * 4 + 1), ...when })).toEqual([[1, 1]]);
      expect(await asked({ by: 'all', end: hour(-24 * 6), ...when })).toEqual([[1, 1]]);
    }
  }
});
