import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { normal } from '../../drift/calibration.testing.ts';
import { call, hour, openRoom, problemFrom, type Server } from '../../monitoring/room.testing.ts';
import type { Prediction } from '../../predictions/schema.ts';
import { listDriftWindows, showDriftColumn } from './schema.ts';

const readDrift = async ({ http }: Server, query: object = {}) =>
  (await call({ http }, listDriftWindows, { params: { monitor: 'watch' }, query })).windows;
const readColumn = ({ http }: Server, column: string, query: object = {}) =>
  call({ http }, showDriftColumn, { params: { monitor: 'watch', column }, query });

/** So many predictions of an hour, evenly over it. */
function buildHour(from: number, count: number, of: (at: number) => Partial<Prediction>): Partial<Prediction>[] {
  return Array.from({ length: count }, (_, at) => ({
    prediction: `h${from}-${at}`,
    predictedAt: new Date(Date.parse(hour(from)) + (at * HOUR_MS) / count).toISOString(),
    ...of(at),
  }));
}

const random = createRandom(4);
const usual = () => ({
  inputs: { age: normal(random), country: random() < 0.7 ? 'DE' : 'FR' },
  output: random() < 0.5 ? 'yes' : 'no',
});
const moved = () => ({ ...usual(), inputs: { age: normal(random) + 1, country: random() < 0.7 ? 'DE' : 'FR' } });

describe('windows by time', () => {
  it('are compared once each when they are complete, against a period, column by column', async () => {
    const server = await (await openRoom()).server();
    await server.apply({
      model: 'ranker',
      drift: { reference: { start: hour(0), end: hour(2) }, window: { hours: 1 } },
    });
    await server.predict([
      ...buildHour(0, 300, usual),
      ...buildHour(1, 300, usual),
      ...buildHour(2, 200, usual),
      ...buildHour(4, 200, moved),
      ...buildHour(6, 5, usual),
    ]);
    await server.look();
    await server.look();
    const windows = await readDrift(server);
    expect(windows.map(({ period, predictions, drifted }) => [period.start, predictions, drifted])).toEqual([
      [hour(2), 200, false],
      [hour(4), 200, true],
      [hour(6), 5, null],
    ]);
    expect(windows[0]).toMatchObject({
      modelVersion: null,
      referencePredictions: 600,
      threshold: 0.05 / 100,
      share: 0,
    });
    expect(windows[1]?.columns).toMatchObject([
      { column: 'inputs.age', type: 'numerical', drifted: true, nReference: 600, nCurrent: 200, threshold: 0.0005 },
      { column: 'inputs.country', type: 'categorical', drifted: false },
      { column: 'output', drifted: false },
    ]);
    expect(windows[2]?.reason).toBe('it has 5 predictions, and 50 are needed');
    const window = windows[1]?.window;
    const age = await readColumn(server, 'inputs.age', { window });
    expect(age).toMatchObject({ window, column: { drifted: true }, distribution: { kind: 'numbers' } });
    if (age.distribution?.kind !== 'numbers') throw new Error('no numbers');
    expect(age.distribution.edges).toHaveLength(age.distribution.current.length + 1);
    const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
    expect([sum(age.distribution.reference), sum(age.distribution.current)]).toEqual([600, 200]);
    const country = await readColumn(server, 'inputs.country', { window });
    expect(country.distribution).toMatchObject({ kind: 'categories', values: ['DE', 'FR'], otherCurrent: 0 });
    expect(await readDrift(server, { since: hour(3), until: hour(5) })).toHaveLength(1);
  });

  it('wait for what comes late, and a clock that is ahead makes none of the future', async () => {
    const room = await openRoom();
    const server = await room.server();
    await server.apply({
      model: 'ranker',
      drift: { reference: { start: hour(0), end: hour(1) }, window: { hours: 1 }, waitMinutes: 90 },
    });
    await server.predict([...buildHour(0, 100, usual), ...buildHour(11, 100, usual), ...buildHour(20, 100, usual)]);
    await server.look();
    expect(await readDrift(server)).toEqual([]);
    await server.look(90 * 60_000);
    expect((await readDrift(server)).map(({ period }) => period.start)).toEqual([hour(11)]);
  });
});

describe('a change that is certain and small', () => {
  /** Evenly over 0 to 1, and so much higher. */
  const even = (count: number, higher: number) => (at: number) => ({ inputs: { age: at / count + higher } });

  it('is no drift, and its figures say why; a monitor may ask for less', async () => {
    const server = await (await openRoom()).server();
    const drift = { reference: { start: hour(0), end: hour(2) }, window: { hours: 1 }, columns: ['inputs.age'] };
    await server.apply({ model: 'ranker', drift });
    await server.predict([
      ...[...buildHour(0, 2000, even(2000, 0)), ...buildHour(1, 2000, even(2000, 0))],
      ...[...buildHour(2, 2000, even(2000, 0.07)), ...buildHour(3, 2000, even(2000, 0.2))],
    ]);
    await server.look();
    const [small, large] = await readDrift(server);
    expect(small).toMatchObject({ drifted: false, share: 0 });
    expect(small?.columns).toMatchObject([{ drifted: false, significant: true, minEffect: 0.1, threshold: 0.0005 }]);
    expect(small?.columns[0]?.effect).toBeCloseTo(0.07, 2);
    expect(small?.pValue).toBeLessThan(0.0005);
    expect(large?.columns).toMatchObject([{ drifted: true, significant: true, minEffect: 0.1 }]);
    await server.apply({ model: 'ranker', drift: { ...drift, minEffect: { ks: 0.05 } } });
    await server.look();
    expect((await readDrift(server)).map(({ drifted }) => drifted)).toEqual([true, true]);
  });

  it('is no drift where the reference itself changes as much from period to period', async () => {
    const server = await (await openRoom()).server();
    const reference = { start: hour(0), end: hour(6) };
    await server.apply({
      model: 'ranker',
      drift: { reference, window: { hours: 1 }, columns: ['inputs.age', 'output', 'inputs.rooms'] },
    });
    // Every other hour lies 0.3 higher, and has other answers.
    const inputs = (at: number, more: number, rooms = 1 + (at % 3)) => ({ inputs: { age: at / 300 + more, rooms } });
    const season = (from: number, more = 0) =>
      buildHour(from, 300, (at) => ({
        ...inputs(at, (from % 2) * 0.3 + more),
        output: at % 10 < 3 + (from % 2) * 4 ? 'yes' : 'no',
      }));
    await server.predict([0, 1, 2, 3, 4, 5, 6, 7].flatMap((from) => season(from)));
    await server.predict(season(8, 0.9));
    await server.look();
    const windows = await readDrift(server);
    expect(windows.map(({ drifted }) => drifted)).toEqual([false, false, true]);
    const [age, output] = windows[0]?.columns ?? [];
    expect([age?.significant, output?.significant]).toEqual([true, true]);
    // Each period is compared with the other five, of which three lie on the other side.
    expect(age?.minEffect).toBeCloseTo(0.18, 2);
    expect(output?.minEffect).toBeGreaterThan(0.15);
    expect(windows[2]?.columns).toMatchObject([{ column: 'inputs.age', drifted: true }, { drifted: false }, {}]);
    // At least 30 % lower in its distribution function than the lower of the two kinds of periods.
    expect(windows[2]?.columns[0]?.beyondPeriods).toBeCloseTo(0.6, 2);
    expect([age?.beyondPeriods, output?.beyondPeriods]).toEqual([null, null]);

    await server.predict([
      ...season(9, 0.05),
      ...buildHour(10, 300, (at) => ({ ...inputs(at, 0, 4), output: 'maybe' })),
      ...buildHour(11, 300, (at) => ({
        ...inputs(at, 0.15, at % 4 === 0 ? 2.5 : 1 + (at % 3)),
        output: at % 10 < 9 ? 'yes' : 'no',
      })),
    ]);
    await server.look(2 * HOUR_MS);
    const [close, unseen, rarer] = (await readDrift(server)).slice(3);
    // 0.2 from the whole reference, and hardly further than every other period of it.
    expect(close?.columns).toMatchObject([{ drifted: true }, { drifted: false }, { drifted: false }]);
    expect(close?.columns[0]?.effect).toBeCloseTo(0.2, 2);
    expect(close?.columns[0]?.beyondPeriods).toBeCloseTo(0.05, 2);
    expect(unseen?.columns).toMatchObject([{}, { drifted: true }, { drifted: true }]);
    expect(unseen?.columns[1]?.beyondPeriods).toBeCloseTo(Math.sqrt(Math.LN2), 6);
    expect(unseen?.columns[2]?.beyondPeriods).toBeCloseTo(Math.sqrt(Math.LN2), 6);
    // 90 % against the 70 % of every other period.
    expect(rarer?.columns).toMatchObject([{ drifted: false }, { drifted: true }, { drifted: true }]);
    expect(rarer?.columns[1]?.beyondPeriods).toBeCloseTo(0.18, 2);
    // A quarter of the values lies between those of the reference, which has a third of each.
    expect(rarer?.columns[2]?.beyondPeriods).toBeCloseTo(0.309, 2);
  });

  it('is measured against the periods for texts with quotes and for very long ones, too', async () => {
    const server = await (await openRoom()).server();
    const drift = {
      reference: { start: hour(0), end: hour(4) },
      window: { hours: 1 },
      columns: ['inputs.a', 'inputs.b'],
    };
    await server.apply({ model: 'ranker', drift });
    const texts = (at: number, share: number) => {
      const isFirst = at % 10 < share;
      return { inputs: { a: isFirst ? "O'Neil" : '"]; --', b: `${'x'.repeat(300)}${isFirst}` } };
    };
    await server.predict([0, 1, 2, 3].flatMap((from) => buildHour(from, 300, (at) => texts(at, 5))));
    await server.predict(buildHour(4, 300, (at) => texts(at, 9)));
    await server.look();
    const [window] = await readDrift(server);
    expect(window?.columns).toMatchObject([{ drifted: true }, { drifted: true, beyondPeriods: null }]);
    expect(window?.columns[0]?.beyondPeriods).toBeCloseTo(window?.columns[0]?.effect ?? 0, 4);
  });

  it('has no distance from periods where the monitor sets the least effect', async () => {
    const server = await (await openRoom()).server();
    await server.apply({
      model: 'ranker',
      drift: {
        ...{ reference: { start: hour(0), end: hour(4) }, window: { hours: 1 } },
        ...{ columns: ['inputs.age'], minEffect: { ks: 0.1 } },
      },
    });
    await server.predict([0, 1, 2, 3].flatMap((from) => buildHour(from, 300, even(300, 0))));
    await server.predict(buildHour(4, 300, even(300, 0.5)));
    await server.look();
    const [window] = await readDrift(server);
    expect(window?.columns).toMatchObject([{ drifted: true, beyondPeriods: null }]);
  });
});

describe('windows by count', () => {
  it('hold so many predictions each, across predictions of one instant, also after a restart', async () => {
    const room = await openRoom();
    const server = await room.server();
    await server.apply({
      model: 'ranker',
      drift: { reference: { first: 200 }, window: { predictions: 100 }, columns: ['inputs.age'] },
    });
    const all = Array.from({ length: 730 }, (_, at) => ({
      ...usual(),
      prediction: `p${String(at).padStart(4, '0')}`,
      modelVersion: '1',
      predictedAt: hour(at < 400 ? 1 : 2),
    }));
    await server.predict(all.slice(0, 450));
    await server.look();
    const again = await room.server();
    await again.predict(all.slice(450));
    await again.look();
    expect((await readDrift(again)).map(({ predictions, drifted, reason }) => [predictions, drifted, reason])).toEqual([
      [0, null, 'all of its predictions are in the reference'],
      [0, null, 'all of its predictions are in the reference'],
      [100, false, null],
      [100, false, null],
      [100, false, null],
      [100, false, null],
      [100, false, null],
    ]);
  });

  it('hold each version against its own first predictions', async () => {
    const server = await (await openRoom()).server();
    await server.apply({
      model: 'ranker',
      drift: { reference: { first: 100 }, window: { predictions: 100 }, columns: ['inputs.age'] },
    });
    const version = (from: number, name: string, of: () => object) =>
      buildHour(from, 100, () => ({ ...of(), modelVersion: name }));
    await server.predict([
      ...[...version(0, '1', usual), ...version(1, '1', usual)],
      ...[...version(2, '2', moved), ...version(3, '2', moved), ...version(4, '2', usual)],
    ]);
    await server.look();
    expect((await readDrift(server)).map(({ modelVersion, drifted }) => [modelVersion, drifted])).toEqual([
      ['1', null],
      ['1', false],
      ['2', null],
      ['2', false],
      ['2', true],
    ]);
  });
});

describe('a window says clearly why nothing can be said', () => {
  const columns = async (of: (at: number) => object, reference: (at: number) => object = of, referenceRows = 200) => {
    const server = await (await openRoom()).server();
    await server.apply({
      model: 'ranker',
      drift: {
        reference: { start: hour(0), end: hour(1) },
        window: { hours: 1 },
        columns: ['inputs.x', 'inputs.gone', 'label'],
      },
    });
    await server.predict([
      ...buildHour(0, referenceRows, (at) => ({ inputs: reference(at) as never })),
      ...buildHour(2, 200, (at) => ({ inputs: of(at) as never })),
    ]);
    await server.look();
    const [window] = await readDrift(server);
    return { server, window, x: window?.columns.find(({ column }) => column === 'inputs.x') };
  };

  it.each([
    ['a constant column', () => ({ x: 7 }), () => ({ x: 7 }), 'there is only one value'],
    ['all null on both sides', () => ({ x: null }), () => ({ x: null }), 'the reference has no known value'],
    [
      'texts against numbers',
      () => ({ x: 'a' }),
      (at: number) => ({ x: at * 1.5 }),
      'the types differ: numbers in the reference, texts in the current data',
    ],
    ['lists', () => ({ x: [1] }), () => ({ x: [1] }), 'values of the type lists or structures are not compared'],
  ])('%s', async (_, of, reference, reason) => {
    const { x, window } = await columns(of, reference);
    expect(x).toMatchObject({ drifted: null, reason });
    expect(window?.columns.find(({ column }) => column === 'inputs.gone')).toMatchObject({
      drifted: null,
      reason: 'the reference has no known value',
    });
  });

  it.each([
    ['is null', () => ({ x: null })],
    ['is left out', () => ({ y: 1 })],
  ])('and that a column which %s throughout has drifted', async (_, of) => {
    const { x, window } = await columns(of, (at) => ({ x: at * 1.5 }));
    expect(x).toMatchObject({
      ...{ drifted: true, decidedBy: 'missing', threshold: 0.0005, missingReference: 0, missingCurrent: 200 },
      reason: 'the current data has no known value: missing in 0 % of the reference and in 100 % of the current data',
    });
    expect(window).toMatchObject({ drifted: true });
  });

  it('or that lists are no longer there, which are not compared', async () => {
    const lists = (at: number) => ({ x: at % 40 === 0 ? null : [at] });
    const { x } = await columns((at) => ({ x: at % 4 === 0 ? [at] : null }), lists);
    expect(x).toMatchObject({ drifted: true, missingReference: 5, missingCurrent: 150 });
  });

  it('a reference of one row', async () => {
    const { x } = await columns((at) => ({ x: at * 1.5 }), undefined, 1);
    expect(x).toMatchObject({
      drifted: null,
      reason: 'the reference has only one known value',
    });
  });

  it('a reference without any row', async () => {
    const { window } = await columns((at) => ({ x: at * 1.5 }), undefined, 0);
    expect(window).toMatchObject({
      drifted: null,
      threshold: null,
      columns: [],
      reason: 'the period of the reference has no prediction',
    });
  });

  it('and finds a new category', async () => {
    const { x, server } = await columns(
      (at) => ({ x: at % 4 === 0 ? 'new' : 'a' }),
      (at) => ({ x: at % 2 === 0 ? 'a' : 'b' }),
    );
    expect(x).toMatchObject({ drifted: true, nCurrent: 200 });
    expect((await readColumn(server, 'inputs.x')).distribution).toEqual({
      kind: 'categories',
      values: ['a', 'b', 'new'],
      reference: [100, 100, 0],
      current: [150, 0, 50],
      otherReference: 0,
      otherCurrent: 0,
    });
  });

  it('compares labels once they are known, of those predictions alone', async () => {
    const room = await openRoom();
    const server = await room.server();
    await server.apply({
      model: 'ranker',
      drift: { reference: { start: hour(0), end: hour(1) }, window: { hours: 1 }, columns: ['label'], waitMinutes: 60 },
    });
    await server.predict([...buildHour(0, 200, usual), ...buildHour(11, 200, usual)]);
    const labels = (from: number, of: (at: number) => string) =>
      Array.from({ length: 150 }, (_, at) => ({ prediction: `h${from}-${at}`, value: of(at) }));
    await server.label([...labels(0, (at) => (at % 2 === 0 ? 'a' : 'b')), { prediction: 'nobody', value: 'c' }]);
    await server.label(labels(11, (at) => (at % 8 === 0 ? 'a' : 'b')));
    await server.look(HOUR_MS);
    const [window] = await readDrift(server);
    expect(window?.columns).toMatchObject([
      // A label that has not come is no missing value.
      { column: 'label', drifted: true, nReference: 150, nCurrent: 150, missingCurrent: 50, missingPValue: null },
    ]);
  });
});

describe('the routes of drift', () => {
  it('say what is not there', async () => {
    const server = await (await openRoom()).server();
    await server.apply({ model: 'ranker' });
    const problem = (asked: Promise<unknown>) => problemFrom(asked).then(({ code }) => code);
    expect(await problem(readDrift(server))).toBe('monitor_without_drift');
    expect(await problem(call(server, listDriftWindows, { params: { monitor: 'nobody' } }))).toBe('monitor_not_found');
    await server.apply({ model: 'ranker', drift: { reference: { profile: 'october' }, window: { hours: 1 } } });
    expect(await problem(readColumn(server, 'inputs.age'))).toBe('drift_window_not_found');
    await server.predict(buildHour(2, 60, usual));
    await server.look();
    expect(await readDrift(server)).toMatchObject([
      { drifted: null, reason: 'there is no profile "october" on this server' },
    ]);
    expect(await problem(readColumn(server, 'inputs.gone'))).toBe('drift_column_missing');
  });
});
