import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import { call, hour, openRoom, type Room, type Server } from '../../monitoring/room.testing.ts';
import { showMonitor } from '../../monitors/schema.ts';
import { deletePredictions } from '../../predictions/schema.ts';

const FILES = ['all.json', 'day.json', 'hour.json', 'month.json', 'rows-.parquet', 'rows.json', 'week.json'];
const CUTS = ['day', 'week', 'month', 'all'] as const;
const SPEC = {
  model: 'ranker',
  quality: { kind: 'classification', output: 'answer', positive: 'yes', probability: 'p' },
};

const show = (server: Server, query: object) => call(server, showMonitor, { params: { monitor: 'watch' }, query });
const windowsFolder = (room: Room) => join(room.folder, 'objects', 'monitoring', 'windows', 'watch');

/** Names of the stored files, without the part of the name of the rows that is drawn. */
const listWindowFiles = (room: Room) =>
  readdirSync(windowsFolder(room))
    .map((name) => name.replace(/^rows-.*\.parquet$/, 'rows-.parquet'))
    .toSorted();

/** Sums of many threads differ in their last digits from one time to the next. */
function rounded(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (_key, value) =>
    typeof value === 'number' ? Number(value.toFixed(9)) : value,
  );
}

/** A question whose answer is always computed: as it is known now. */
async function expectComputed(server: Server, round = 0): Promise<void> {
  for (const by of CUTS) {
    const { knownAt, isStale: _stale, ...stored } = await show(server, { by });
    const { knownAt: _, isStale: _current, ...computed } = await show(server, { by, knownAt });
    expect(rounded(stored)).toEqual(rounded(computed));
  }
  // Hours are stored of the last 60 days.
  const others = [
    { by: 'hour', start: hour(-24 * 59) },
    { by: 'hour', start: hour(-24 * 75), end: hour(-24 * 70) },
    { by: 'all', slice: 'input 1' },
    { by: 'day', slice: 'input 2', start: hour(-24 * 40 + 0.7), end: hour(-24 * 3) },
    { by: 'all', slice: 'input 0', modelVersion: '2' },
    { by: 'week', endpoint: 'shop' },
  ];
  for (const query of others.filter((_, at) => at % 3 === round % 3)) {
    const { knownAt, isStale: _stale, ...stored } = await show(server, query);
    const { knownAt: _, isStale: _current, ...computed } = await show(server, { ...query, knownAt });
    expect(rounded(stored), JSON.stringify(query)).toEqual(rounded(computed));
  }
}

it('answer as what they are made of does, whatever comes, in whatever order, and after a deletion', async () => {
  const room = await openRoom();
  const server = await room.server();
  await server.apply(SPEC);
  const random = createRandom(17);
  const sent: string[] = [];
  for (let round = 0; round < draws(12, 4); round += 1) {
    const rows = Array.from({ length: 40 }, (_, at) => {
      const p = Math.round(random() * 100) / 100;
      // Some are sent again, with another time: in a later request, and within one.
      const again = round > 0 && at < 4 ? `p${round - 1}-${10 + at}` : `p${round}-${at - 1}`;
      const prediction = at > 0 && at < 6 ? again : `p${round}-${at}`;
      sent.push(prediction);
      return {
        ...{ prediction, entity: `entity-${Math.floor(random() * 20)}`, latencyMs: Math.floor(random() * 500) },
        predictedAt: hour(-24 * Math.floor(random() * 80) + random() * 10),
        ...(random() < 0.5 ? { modelVersion: `${at % 3}` } : {}),
        ...(random() < 0.5 ? { endpoint: 'shop' } : {}),
        inputs: { [`input ${at % 3}`]: at },
        output: { answer: p > 0.5 ? 'yes' : 'no', p },
      };
    });
    await server.predict(rows);
    const labels = Array.from({ length: 25 }, () => ({
      ...(random() < 0.7
        ? { prediction: sent[Math.floor(random() * sent.length)] ?? 'x' }
        : { entity: `entity-${Math.floor(random() * 20)}`, observedAt: hour(-24 * random() * 80) }),
      value: random() < 0.5 ? 'yes' : 'no',
    }));
    await server.label([
      ...new Map(
        labels.map((label) => ['prediction' in label ? label.prediction : JSON.stringify(label), label]),
      ).values(),
    ] as never);
    if (round % 4 === 3) {
      const entity = `entity-${round}`;
      await call(server, deletePredictions, { body: { entity, dryRun: false } });
      expect(existsSync(windowsFolder(room))).toBe(false);
    }
    // Stored when rows are settled; then rows come that the stored windows do not have.
    if (round % 3 !== 0) await room.settle();
    await server.look();
    await expectComputed(server, round);
  }
});

it('are stored by hour, day, week, month and together, answer aligned times, and are made again when they are missing or damaged', async () => {
  const room = await openRoom();
  const server = await room.server();
  await server.apply(SPEC);
  const at = (days: number) => hour(-24 * days + 1);
  await server.predict(
    [70, 40, 9, 8, 1].map((days) => ({
      prediction: `d${days}`,
      predictedAt: at(days),
      output: { answer: 'yes', p: 0.8 },
    })),
  );
  await server.look();
  expect(listWindowFiles(room)).toEqual(FILES);
  const day = '2026-11-02T00:00:00.000Z';
  for (const query of [{ start: day }, { end: day }, { start: '2026-11-02T01:30:00Z' }, { start: day, by: 'week' }]) {
    const knownAt = new Date(room.clock.now()).toISOString();
    const [stored, computed] = [await show(server, query), await show(server, { ...query, knownAt })];
    expect(rounded(stored.windows)).toEqual(rounded(computed.windows));
  }
  rmSync(join(windowsFolder(room), 'day.json'));
  writeFileSync(join(windowsFolder(room), 'all.json'), '{"spec": "cut');
  const again = await room.server();
  await expectComputed(again);
  await again.look();
  expect(listWindowFiles(room)).toEqual(FILES);
  await expectComputed(await room.server());
  // Another kind of quality is another question.
  await server.apply({ model: 'ranker', quality: { kind: 'classification', output: 'answer' } });
  expect((await show(server, { by: 'all' })).windows[0]?.quality.map(({ metric }) => metric)).toEqual(['accuracy']);
});

it('say that new rows are not counted yet, while they are shown because a computation takes long', async () => {
  const room = await openRoom();
  const server = await room.server();
  await server.apply(SPEC);
  const predict = (prediction: string) =>
    server.predict([{ prediction, predictedAt: hour(-2), output: { answer: 'yes', p: 0.8 } }]);
  const count = async (of: Server) => {
    const { isStale, windows } = await show(of, { by: 'all' });
    return [isStale, windows[0]?.predictions];
  };
  await predict('first');
  await server.look();
  expect(await count(server)).toEqual([false, 1]);
  for (const name of ['all.json', 'rows.json']) {
    const file = join(windowsFolder(room), name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"buildMs":[\d.]+/, '"buildMs":1000'));
  }
  const again = await room.server();
  await predict('second');
  expect(await count(again)).toEqual([true, 1]);
  room.clock.forward(60_000);
  await again.look();
  expect(await count(again)).toEqual([false, 2]);
});
