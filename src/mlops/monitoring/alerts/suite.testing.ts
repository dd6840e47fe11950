import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { signDelivery } from '../../../platform/outbound/index.ts';
import { type Receiver, startReceiver } from '../../../platform/outbound/receiver.testing.ts';
import { HOUR_MS, MINUTE_MS } from '../../../platform/units/durations.ts';
import { normal } from '../../drift/calibration.testing.ts';
import { call, hour, openRoom, problemFrom, type Room, type RoomOptions, type Server } from '../room.testing.ts';
import { judgedAgainTests } from './again/again.testing.ts';
import { retrainedAlertTests } from './retrained.testing.ts';
import { evaluateMonitor, getAlert, listAlerts, listMonitorAlerts, muteAlert, unmuteAlert } from './schema.ts';

const DRIFT = { reference: { start: hour(0), end: hour(1) }, window: { hours: 1 }, waitMinutes: 0 };

/** Runs on each store; `newDatabase` is asked once a test. */
export function alertsSuite(engine: string, newDatabase: () => Promise<string>): void {
  describe(`alerts of monitors on ${engine}`, () => {
    let receiver: Receiver;
    beforeEach(async () => {
      receiver = await startReceiver();
      onTestFinished(() => receiver[Symbol.asyncDispose]());
    });
    const open = async (options: RoomOptions = {}) =>
      openRoom({ database: await newDatabase(), receiverPort: receiver.port, ...options });
    driftTests(open, () => receiver);
    requestedTests(open, () => receiver);
    lossTests(open, () => receiver);
    routeTests(open, () => receiver);
    otherTests(open);
    retrainedAlertTests(open);
    judgedAgainTests(open);
  });
}

type Open = (options?: RoomOptions) => Promise<Room>;

/** Sends the predictions of an hour; those that moved have another age and are half as often right. */
async function anHour(server: Server, from: number, moved: boolean, seed = from): Promise<void> {
  const random = createRandom(seed + 100);
  const rows = Array.from({ length: 200 }, (_, at) => ({
    prediction: `h${from}-${at}`,
    predictedAt: new Date(Date.parse(hour(from)) + at * 17_000).toISOString(),
    inputs: { age: normal(random) + (moved ? 1.5 : 0) },
    output: 'yes',
    modelVersion: '3',
    latencyMs: moved ? 500 : 20,
  }));
  await server.predict(rows);
}

const label = (server: Server, from: number, right: number) =>
  server.label(
    Array.from({ length: 200 }, (_, at) => ({ prediction: `h${from}-${at}`, value: at < right ? 'yes' : 'no' })),
  );
const alerts = async (server: Server, query: object = {}) => (await call(server, listAlerts, { query })).alerts;
const types = (receiver: Receiver) => receiver.received.map(({ body }) => JSON.parse(body).type);
const watching = (receiver: Receiver, more: object = {}) => ({
  model: 'ranker',
  drift: DRIFT,
  alerts: [{ name: 'inputs', on: 'drift', close: 2 }],
  notify: [{ webhook: { url: receiver.url } }],
  ...more,
});

/** Runs a look after each full hour. The clock of the test environment starts at noon. */
async function hours(servers: readonly Server[], room: Room, plan: string, from = 12): Promise<void> {
  for (const [at, kind] of [...plan].entries()) {
    const [first] = servers;
    if (first === undefined) return;
    // A minute after the hour, and an hour later each time.
    room.clock.forward(HOUR_MS + (room.clock.now() % HOUR_MS === 0 ? MINUTE_MS : 0));
    await anHour(first, from + at, kind === 'x');
    await Promise.all(servers.map((server) => server.drain()));
  }
}

function driftTests(open: Open, inUse: () => Receiver): void {
  it('are one episode from the first bad window to the second good one, told once each, by two servers at once', async () => {
    const receiver = inUse();
    const room = await open();
    const [one, two] = [await room.server(), await room.server()];
    await one.apply(watching(receiver));
    await anHour(one, 0, false);
    await hours([one, two], room, 'oxxxoo');
    expect(types(receiver)).toEqual(['steelyard.alert.opened', 'steelyard.alert.closed']);
    const events = [...one.episodes(), ...two.episodes()];
    expect(new Set(events.map(({ type, episode }) => `${type} ${episode}`)).size).toBe(2);
    expect(events.find(({ type }) => type === 'alert.opened')).toMatchObject({
      ...{ monitor: 'watch', model: 'ranker', version: null, alert: 'inputs', cause: 'drift', state: 'alert' },
      ...{ window: { start: hour(13), end: hour(14) }, columns: ['inputs.age'], loss: null, moneyPerDay: null },
    });
    expect([...one.heard, ...two.heard].every(({ subject }) => subject === 'monitor:watch')).toBe(true);
    const [alert, ...rest] = await alerts(one);
    expect(rest).toEqual([]);
    expect(alert).toMatchObject({ state: 'ok', closedAt: expect.any(String), window: { start: hour(15) } });
    const { steps } = await call(one, getAlert, { params: { episode: alert?.episode ?? '' } });
    expect(steps.map(({ state }) => state)).toEqual(['alert', 'ok']);
    expect(steps[0]?.reason).toBe('1 of 1 columns drifted (100 %): inputs.age.');
  });

  it('survive a restart in the middle, and a receiver that is away', async () => {
    const receiver = inUse();
    const room = await open();
    const one = await room.server();
    await one.apply(watching(receiver));
    await anHour(one, 0, false);
    receiver.answerWith(503);
    await hours([one], room, 'x');
    const two = await room.server();
    await hours([two], room, 'x', 13);
    expect(types(receiver)).toEqual(['steelyard.alert.opened', 'steelyard.alert.opened']);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    expect(await alerts(two, { open: 'true' })).toMatchObject([{ state: 'alert', window: { start: hour(13) } }]);
  });
}

function requestedTests(open: Open, inUse: () => Receiver): void {
  it('open when their monitor is evaluated on request, once where the job of the minute evaluates it at the same time', async () => {
    const receiver = inUse();
    const room = await open();
    const [one, two] = [await room.server(), await room.server()];
    await one.apply(watching(receiver));
    await anHour(one, 0, false);
    await anHour(one, 12, true);
    room.clock.forward(HOUR_MS + MINUTE_MS);
    const evaluate = (server: Server) => call(server, evaluateMonitor, { params: { monitor: 'watch' } });
    const [first, second] = await Promise.all([evaluate(one), evaluate(one), one.drain()]);
    for (const { monitor, alerts: standings } of [first, second]) {
      expect(monitor).toBe('watch');
      expect(standings).toMatchObject([{ alert: 'inputs', state: 'alert', episode: expect.any(String) }]);
    }
    // Another server finds nothing left to evaluate.
    expect((await evaluate(two)).alerts).toEqual(first.alerts);
    await Promise.all([one.drain(), two.drain()]);
    expect(types(receiver)).toEqual(['steelyard.alert.opened']);
    expect(await alerts(one)).toHaveLength(1);
    const unknown = call(one, evaluateMonitor, { params: { monitor: 'other' } });
    expect(await problemFrom(unknown)).toMatchObject({ code: 'monitor_not_found' });
  });
}

function lossTests(open: Open, inUse: () => Receiver): void {
  it('say what a drift costs: by labels where there are enough, in exact money a day', async () => {
    const room = await open();
    const server = await room.server();
    const value = { amount: '0.05', currency: 'USD' };
    await server.apply(watching(inUse(), { quality: { kind: 'classification' }, valuePerPrediction: value }));
    await anHour(server, 0, false);
    await label(server, 0, 180);
    await anHour(server, 12, true);
    await label(server, 12, 100);
    room.clock.forward(HOUR_MS);
    await server.look();
    expect(await alerts(server)).toMatchObject([
      {
        loss: { metric: 'accuracy', reference: 0.9, current: 0.5, estimated: false },
        // 0.4 worse x 400 predictions in the day before the end of the window x 0.05
        moneyPerDay: { amount: '8', currency: 'USD' },
      },
    ]);
  });

  it('say what a drift is estimated to cost while there are no labels, and what it did when they come', async () => {
    const figures = { metric: 'accuracy', reference: 0.9, current: 0.7, lower: 0.65, upper: 0.75, predictions: 200 };
    const room = await open({ estimates: { estimate: async ({ periods }) => periods.map(() => figures) } });
    const server = await room.server();
    const value = { amount: '1', currency: 'EUR' };
    await server.apply(watching(inUse(), { quality: { kind: 'classification' }, valuePerPrediction: value }));
    await anHour(server, 0, false);
    await label(server, 0, 180);
    await hours([server], room, 'x');
    expect(await alerts(server)).toMatchObject([
      { loss: { current: 0.7, estimated: true }, moneyPerDay: { amount: '80', currency: 'EUR' } },
    ]);
    await anHour(server, 13, true);
    await label(server, 13, 100);
    room.clock.forward(HOUR_MS);
    await server.look();
    expect(server.episodes().map(({ type, loss }) => [type, loss?.estimated])).toEqual([
      ['alert.opened', true],
      ['alert.changed', false],
    ]);
  });

  it('open when quality is estimated to be low by what the monitor learned from labels', async () => {
    const room = await open();
    const server = await room.server();
    const quality = { kind: 'classification', output: 'answer', positive: 'yes', probability: 'p' };
    const estimate = { reference: { start: hour(0), end: hour(1) } };
    const alert = { name: 'guess', on: 'estimated_quality', metric: 'accuracy', worseThan: 0.8, windowHours: 1 };
    await server.apply({ model: 'ranker', quality, estimate, alerts: [alert] });
    const answered = (of: number, count: number, p: number) =>
      Array.from({ length: count }, (_, at) => ({
        prediction: `of-${of}-${at}`,
        predictedAt: new Date(Date.parse(hour(of)) + at).toISOString(),
        // As sure of the one as of the other.
        output: at % 2 === 0 ? { answer: 'yes', p } : { answer: 'no', p: 1 - p },
      }));
    // In the reference 0.9 is right nine times in ten, and 0.6 six times.
    const [sure, unsure] = [answered(0, 400, 0.9), answered(0, 400, 0.6)];
    const reference = [...sure, ...unsure].map((each, at) => ({ ...each, prediction: `reference-${at}` }));
    await server.predict(reference);
    const rightly = (at: number) => Math.floor(at / 2) % 10 < (at < 400 ? 9 : 6);
    await server.label(
      reference.map(({ prediction, output }, at) => ({
        prediction,
        value: rightly(at) === (output.answer === 'yes') ? 'yes' : 'no',
      })),
    );
    await server.predict(answered(14, 300, 0.6));
    room.clock.forward(3 * HOUR_MS);
    await server.look();
    const [episode] = await alerts(server);
    expect(episode).toMatchObject({ cause: 'estimated_quality', loss: { metric: 'accuracy', estimated: true } });
    expect(episode?.loss?.reference).toBe(0.8);
    expect(episode?.loss?.current).toBeGreaterThan(0.55);
    expect(episode?.loss?.current).toBeLessThan(0.65);
  });

  it('end when the monitor has them no longer', async () => {
    const room = await open();
    const server = await room.server();
    await server.apply(watching(inUse()));
    await anHour(server, 0, false);
    await hours([server], room, 'x');
    await server.apply(watching(inUse(), { alerts: [] }));
    await server.look();
    expect(await alerts(server)).toMatchObject([{ state: 'ok', reason: 'The alert was removed from the monitor.' }]);
  });
}

function routeTests(open: Open, inUse: () => Receiver): void {
  it('go to webhooks signed, and to Slack as a text', async () => {
    const receiver = inUse();
    const room = await open();
    const server = await room.server();
    const notify = [
      { webhook: { url: receiver.url, secret: room.secret('hook', 'hush') } },
      { slack: { url: room.secret('slack', `${receiver.url}/slack`) } },
    ];
    await server.apply(watching(receiver, { notify }));
    await anHour(server, 0, false);
    await hours([server], room, 'x');
    // They are sent at the same time, so that either may arrive first.
    const signed = receiver.received.find(({ path }) => path === '/hook');
    const {
      'webhook-id': id = '',
      'webhook-timestamp': at = '',
      'webhook-signature': signature,
    } = signed?.headers ?? {};
    expect(signature).toBe(signDelivery('hush', id, at, signed?.body ?? ''));
    expect(JSON.parse(signed?.body ?? '')).toMatchObject({
      specversion: '1.0',
      type: 'steelyard.alert.opened',
      subject: 'watch',
      data: { cause: 'drift', columns: ['inputs.age'] },
    });
    const slack = receiver.received.find(({ body }) => JSON.parse(body).blocks !== undefined);
    expect(JSON.parse(slack?.body ?? '').text).toContain('Alert: monitor watch of ranker: predictions drift (inputs).');
  });

  it('tell nobody while they are muted, and say who muted them and why', async () => {
    const receiver = inUse();
    const room = await open();
    const server = await room.server();
    await server.apply(watching(receiver));
    await anHour(server, 0, false);
    await hours([server], room, 'x');
    const [{ episode = '' } = {}] = await alerts(server);
    const params = { episode };
    const mute = { until: hour(40), why: 'we know' };
    expect(await call(server, muteAlert, { params, body: mute })).toMatchObject({
      mute: { by: 'local', why: 'we know' },
    });
    await hours([server], room, 'oo', 13);
    expect(types(receiver)).toEqual(['steelyard.alert.opened']);
    expect(server.heard.map(({ type }) => type)).toEqual(['alert.opened', 'alert.closed']);
    expect(await problemFrom(call(server, unmuteAlert, { params }))).toMatchObject({ code: 'alert_closed' });
    expect(await problemFrom(call(server, getAlert, { params: { episode: 'x' } }))).toMatchObject({
      code: 'alert_not_found',
    });
  });

  it('are refused where they could never speak', async () => {
    const server = await (await open()).server();
    const refused = async (spec: object) => problemFrom(server.apply({ model: 'ranker', ...spec }));
    const lacking = [
      { alerts: [{ name: 'a', on: 'drift' }] },
      { alerts: [{ name: 'a', on: 'quality', metric: 'accuracy', worseThan: 1 }] },
      { quality: { kind: 'regression' }, alerts: [{ name: 'a', on: 'quality', metric: 'mae' }] },
      {
        alerts: [
          { name: 'a', on: 'no_data' },
          { name: 'a', on: 'no_data' },
        ],
      },
      { notify: [{ email: { to: 'a@example.org' } }] },
    ];
    for (const spec of lacking) expect(await refused(spec)).toMatchObject({ code: 'manifest_invalid' });
  });
}

function otherTests(open: Open): void {
  it('of quality, latency and no data each come to their state and back', async () => {
    const room = await open();
    const server = await room.server();
    await server.apply({
      model: 'ranker',
      quality: { kind: 'classification' },
      alerts: [
        { name: 'low', on: 'quality', metric: 'accuracy', worseThan: 0.8, windowHours: 1, close: 1 },
        { name: 'slow', on: 'latency', objective: 0.95, withinMs: 100, close: 1 },
        { name: 'silent', on: 'no_data', minutes: 90 },
        { name: 'failing', on: 'errors', objective: 0.99 },
      ],
    });
    const states = async () => {
      const { alerts: found } = await call(server, listMonitorAlerts, { params: { monitor: 'watch' } });
      return found.map(({ state }) => state);
    };
    expect(await states()).toEqual(['ok', 'ok', 'ok', 'ok']);
    await anHour(server, 11, false);
    await label(server, 11, 190);
    await server.look();
    expect(await states()).toEqual(['ok', 'ok', 'ok', 'no_data']);
    await anHour(server, 12, true);
    await label(server, 12, 100);
    await server.look(HOUR_MS - 1 * MINUTE_MS);
    expect(await states()).toEqual(['alert', 'alert', 'ok', 'no_data']);
    await server.look(3 * HOUR_MS);
    expect((await states())[2]).toBe('no_data');
    await anHour(server, 16, false);
    await label(server, 16, 200);
    await server.look(2 * HOUR_MS);
    const opened = server.episodes().filter(({ type }) => type === 'alert.opened');
    expect(opened.map(({ cause, state }) => [cause, state]).toSorted()).toEqual([
      ['latency', 'alert'],
      ['no_data', 'no_data'],
      ['quality', 'alert'],
    ]);
    expect(opened.find(({ cause }) => cause === 'quality')?.loss).toMatchObject({ reference: 0.8, current: 0.5 });
    expect(server.episodes().filter(({ type, cause }) => type === 'alert.closed' && cause === 'quality')).toHaveLength(
      1,
    );
  });

  it('of errors follow whoever counts requests', async () => {
    let failing = 0;
    const served = {
      served: async ({ lengthsMs }: { lengthsMs: readonly number[] }) =>
        lengthsMs.map((length) => ({ requests: length / 1000, bad: (length / 1000) * failing })),
    };
    const room = await open({ served });
    const server = await room.server();
    await server.apply({ model: 'ranker', alerts: [{ name: 'failing', on: 'errors', objective: 0.99, close: 2 }] });
    await server.look();
    failing = 0.2;
    await server.look();
    failing = 0;
    await server.look();
    await server.look();
    expect(server.episodes().map(({ type, state }) => [type, state])).toEqual([
      ['alert.opened', 'alert'],
      ['alert.closed', 'ok'],
    ]);
  });

  it('are paged, open ones first', async () => {
    const room = await open();
    const server = await room.server();
    const names = ['a', 'b', 'c'];
    const rules = names.map((name) => ({ name, on: 'no_data', minutes: 10 }));
    await server.apply({ model: 'ranker', alerts: rules });
    await server.look();
    await server.apply({ model: 'ranker', alerts: rules.slice(1) });
    await server.look();
    const seen: (string | null)[][] = [];
    let pageToken: string | undefined;
    do {
      const page = await call(server, listAlerts, { query: { pageSize: 1, pageToken } });
      seen.push(...page.alerts.map(({ alert, closedAt }) => [alert, closedAt === null ? 'open' : 'closed']));
      pageToken = page.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    expect(seen.map(([, open]) => open)).toEqual(['open', 'open', 'closed']);
    expect(seen.map(([name]) => name).toSorted()).toEqual(names);
  });
}
