import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing-deep.ts';
import { deletePredictions } from '../predictions/schema.ts';
import { call, hour, openRoom, type Room, type Server } from '../room.testing.ts';
import { showMonitor } from './schema.ts';

const FILES = ['all.json', 'day.json', 'hour.json', 'month.json', 'rows-.parquet', 'rows.json', 'week.json'];
const CUTS = ['day', 'week', 'month', 'all'] as const;
const SPEC = {
  model: 'ranker',
  quality: { kind: 'classification', output: 'answer', positive: 'yes', probability: 'p' },
};

const show = (server: Server, query: object) => call(server, showMonitor, { params: { monitor: 'watch' }, query });
const folderOf = (room: Room) => join(room.folder, 'objects', 'monitoring', 'windows', 'watch');

/** Names of the stored files, without the part of the name of the rows that is drawn. */
const filesOf = (room: Room) =>
  readdirSync(folderOf(room))
    .map((name) => name.replace(/^rows-.*\.parquet$/, 'rows-.parquet'))
    .toSorted();

/** Sums of many threads differ in their last digits from one time to the next. */
function rounded(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (_key, value) =>
    typeof value === 'number' ? Number(value.toFixed(9)) : value,
  );
}

/** A question whose answer is always computed: as it is known now. */
async function expectComputed(server: Server): Promise<void> {
  for (const by of CUTS) {
    const { knownAt, ...stored } = await show(server, { by });
    const { knownAt: _, ...computed } = await show(server, { by, knownAt });
    expect(rounded(stored)).toEqual(rounded(computed));
  }
  // Hours are stored of the last 60 days; computed from all rows, where an id that came twice counts as it came first.
  const start = hour(-24 * 59);
  const stored = await show(server, { by: 'hour', start });
  const computed = await show(server, { by: 'hour', knownAt: stored.knownAt });
  const late = computed.windows.filter(
    ({ period }) => period !== null && Date.parse(period.start) >= Date.parse(start),
  );
  expect(rounded(stored.windows)).toEqual(rounded(late));
}

it('answer as what they are made of does, whatever comes, in whatever order, and after a deletion', async () => {
  const room = await openRoom();
  const server = await room.server();
  await server.apply(SPEC);
  const random = createRandom(17);
  const sent: string[] = [];
  /** When each was predicted: what is sent again says the same. A request by time reads the rows of that time alone. */
  const times = new Map<string, string>();
  for (let round = 0; round < draws(12, 4); round += 1) {
    const rows = Array.from({ length: 40 }, (_, at) => {
      const p = Math.round(random() * 100) / 100;
      // Each id once a request: of the same millisecond either may count.
      const prediction = at < 4 && round > 0 ? `p${round - 1}-${10 + at}` : `p${round}-${at}`;
      sent.push(prediction);
      const predictedAt = times.get(prediction) ?? hour(-24 * Math.floor(random() * 80) + random() * 10);
      times.set(prediction, predictedAt);
      return {
        ...{ prediction, entity: `entity-${Math.floor(random() * 20)}`, latencyMs: Math.floor(random() * 500) },
        predictedAt,
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
    }
    // Stored when rows are settled; then rows come that the stored windows do not have.
    if (round % 3 !== 0) await room.settle();
    await server.look();
    await expectComputed(server);
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
  expect(filesOf(room)).toEqual(FILES);
  const day = '2026-11-02T00:00:00.000Z';
  for (const query of [{ start: day }, { end: day }, { start: '2026-11-02T01:30:00Z' }, { start: day, by: 'week' }]) {
    const knownAt = new Date(room.clock.now()).toISOString();
    const [stored, computed] = [await show(server, query), await show(server, { ...query, knownAt })];
    expect(rounded(stored.windows)).toEqual(rounded(computed.windows));
  }
  rmSync(join(folderOf(room), 'day.json'));
  writeFileSync(join(folderOf(room), 'all.json'), '{"spec": "cut');
  const again = await room.server();
  await expectComputed(again);
  await again.look();
  expect(filesOf(room)).toEqual(FILES);
  await expectComputed(await room.server());
  // Another kind of quality is another question.
  await server.apply({ model: 'ranker', quality: { kind: 'classification', output: 'answer' } });
  expect((await show(server, { by: 'all' })).windows[0]?.quality.map(({ metric }) => metric)).toEqual(['accuracy']);
});
