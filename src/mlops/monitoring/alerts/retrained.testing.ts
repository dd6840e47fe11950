import { expect, it } from 'vitest';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { call, hour, type Room, type Server } from '../room.testing.ts';
import { listAlerts } from './schema.ts';

const alerts = async (server: Server) => (await call(server, listAlerts)).alerts;

/** An hour of a version, so many of 200 right, all of which are labelled. */
async function recordAnswers(server: Server, from: number, modelVersion: string, right: number): Promise<void> {
  const id = (at: number) => `h${from}-v${modelVersion}-${at}`;
  const at = (second: number) => new Date(Date.parse(hour(from)) + second * 1000).toISOString();
  const rows = Array.from({ length: 200 }, (_, n) => ({
    prediction: id(n),
    predictedAt: at(n),
    modelVersion,
    output: 'yes',
  }));
  await server.predict(rows);
  await server.label(rows.map(({ prediction }, n) => ({ prediction, value: n < right ? 'yes' : 'no' })));
}

/** Episodes that a retraining answered. */
export function retrainedAlertTests(open: () => Promise<Room>): void {
  const rule = { name: 'low', on: 'quality', metric: 'accuracy', worseThan: 0.8, windowHours: 1 };
  const begun = async (of: object = {}) => {
    const room = await open();
    const server = await room.server();
    await server.apply({ model: 'ranker', quality: { kind: 'classification' }, alerts: [{ ...rule, ...of }] });
    await server.look();
    await recordAnswers(server, 12, '1', 100);
    await server.look(HOUR_MS);
    return { room, server };
  };
  const told = (server: Server) => server.episodes().map(({ type, version }) => [type, version]);

  it('of quality end when a retraining did not cure it, and begin anew on what the new version answered', async () => {
    const { room, server } = await begun();
    await server.retrained('2');
    // The old one still answers: that is no evidence against the new one.
    await recordAnswers(server, 13, '1', 100);
    await recordAnswers(server, 13, '2', 200);
    await server.look(HOUR_MS);
    expect(told(server)).toEqual([['alert.opened', null]]);
    // Another server continues from the stored state of the first one.
    const two = await room.server();
    await recordAnswers(two, 14, '2', 110);
    await two.look(HOUR_MS);
    const all = await alerts(two);
    expect(all).toMatchObject([
      { closedAs: null, version: '2', state: 'alert', loss: { current: 0.55 } },
      { closedAs: 'retrained', version: null, state: 'ok', closedAt: all[0]?.openedAt },
    ]);
    expect(all[0]?.reason).toMatch(/^Version 2 alone: accuracy is 0\.55/);
    expect(all[1]?.reason).toBe('Retrained: version 2 replaced it, and is judged separately.');
    expect(told(two)).toEqual([
      ['alert.closed', null],
      ['alert.opened', '2'],
    ]);
    // The new episode behaves as the first: it stays one episode until the next retraining.
    await recordAnswers(two, 15, '2', 110);
    await two.look(HOUR_MS);
    expect(await alerts(two)).toHaveLength(2);
  });

  it('stay one when the retraining cured it, and close as recovered', async () => {
    const { server } = await begun();
    await server.retrained('2');
    for (const from of [13, 14]) {
      await recordAnswers(server, from, '2', 190);
      await server.look(HOUR_MS);
    }
    expect(await alerts(server)).toMatchObject([{ closedAs: 'recovered', state: 'ok' }]);
  });

  it('stay one while too few labels of the new version are there, or too few looks in a row are bad', async () => {
    const { server } = await begun({ open: 2, minPredictions: 201 });
    await server.apply({
      model: 'ranker',
      quality: { kind: 'classification' },
      alerts: [{ ...rule, open: 2, minPredictions: 30 }],
    });
    for (const from of [13, 14]) {
      await recordAnswers(server, from, '1', 100);
      await server.look(HOUR_MS);
    }
    await server.retrained('2');
    await recordAnswers(server, 15, '1', 100);
    await server.look(HOUR_MS);
    await recordAnswers(server, 16, '2', 100);
    await server.look(HOUR_MS);
    expect(await alerts(server)).toHaveLength(1);
    await recordAnswers(server, 17, '2', 100);
    await server.look(HOUR_MS);
    expect((await alerts(server)).map(({ closedAs }) => closedAs)).toEqual([null, 'retrained']);
  });
}
