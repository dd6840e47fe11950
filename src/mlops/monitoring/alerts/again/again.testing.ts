import { expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../../platform/units/durations.ts';
import { call, hour, type Room, type Server } from '../../room.testing.ts';
import { getAlert, listAlerts } from '../schema.ts';

const COUNT = 200;
/** A slow machine rests for some minutes before it judges again. */
const LATER_MS = 10 * MINUTE_MS;

function predict(server: Server): Promise<void> {
  const rows = Array.from({ length: COUNT }, (_, at) => ({
    prediction: `p${at}`,
    predictedAt: hour(12),
    output: 'yes',
  }));
  return server.predict(rows);
}

/** Labels for all, of which so many are as predicted. */
const label = (server: Server, right: number) =>
  server.label(Array.from({ length: COUNT }, (_, at) => ({ prediction: `p${at}`, value: at < right ? 'yes' : 'no' })));
const alerts = async (server: Server) => (await call(server, listAlerts)).alerts;

/** Episodes that labels which come later change. */
export function judgedAgainTests(open: () => Promise<Room>): void {
  it('close as revised when later labels say that there is none, and open by later labels, also on another server', async () => {
    const room = await open();
    const server = await room.server();
    const rule = { name: 'low', on: 'quality', metric: 'accuracy', worseThan: 0.8, windowHours: 1, close: 1 };
    await server.apply({ model: 'ranker', quality: { kind: 'classification' }, alerts: [rule] });
    await predict(server);
    await label(server, 100);
    await server.look(HOUR_MS);
    const [opened] = await alerts(server);
    expect(opened).toMatchObject({ state: 'alert', closedAt: null });
    await label(server, 190);
    await server.look(LATER_MS);
    expect(await alerts(server)).toMatchObject([{ episode: opened?.episode, state: 'ok', closedAs: 'revised' }]);
    expect(server.heard.map(({ type }) => type)).toEqual(['alert.opened', 'alert.closed']);
    const two = await room.server();
    await label(two, 80);
    await two.look(LATER_MS);
    const [again, revised] = await alerts(two);
    expect(again).toMatchObject({ state: 'alert', loss: { current: 0.4 } });
    expect(revised?.episode).toBe(opened?.episode);
    const { steps } = await call(two, getAlert, { params: { episode: opened?.episode ?? '' } });
    expect(steps.at(-1)?.reason).toBe('By the labels that arrived later, there is no such episode.');
    // Without new labels no look is judged again, and no notice is sent.
    await two.look(LATER_MS);
    expect(await alerts(two)).toHaveLength(2);
  });
}
