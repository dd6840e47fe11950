import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../../main.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { createRandom } from '../../../platform/numbers/index.ts';
import { call, testApplication } from '../../../testing/application.ts';
import { showMonitor } from '../../monitors/schema.ts';
import { recordLabels, recordPredictions } from '../../predictions/schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
let application: Application;

beforeEach(async () => {
  application = await testApplication({ clock: { now: () => NOW } });
  onTestFinished(() => application[Symbol.asyncDispose]());
});

const reference = { start: '2026-11-01T00:00:00Z', end: '2026-11-02T00:00:00Z' };

async function watch(spec: object): Promise<void> {
  const text = JSON.stringify({
    apiVersion: 'steelyard/v1',
    kind: 'Monitor',
    metadata: { name: 'watch' },
    spec: { model: 'churn', ...spec },
  });
  await call(application, postApply, { body: { documents: [{ file: 'monitor.yaml', text }] } });
}

interface Row {
  readonly day: number;
  readonly output: unknown;
  readonly inputs?: object;
  readonly outcome: unknown;
}

/** Sends predictions of a day each, and the outcomes of those days that are named. */
async function send(rows: readonly Row[], { labelled }: { readonly labelled: readonly number[] }): Promise<void> {
  const named = rows.map((row, at) => ({ ...row, prediction: `${row.day}-${at}` }));
  const predictions = named.map(({ day, prediction, output, inputs }) => ({
    prediction,
    model: 'churn',
    predictedAt: `2026-11-0${day}T10:00:00Z`,
    output: output as never,
    ...(inputs === undefined ? {} : { inputs: inputs as never }),
  }));
  await call(application, recordPredictions, { body: { predictions } });
  await tell(named.filter(({ day }) => labelled.includes(day)));
}

const tell = (rows: readonly { prediction: string; outcome: unknown }[]) =>
  call(application, recordLabels, {
    body: {
      model: 'churn',
      labels: rows.map(({ prediction, outcome }) => ({ prediction, value: outcome as never })),
    },
  });

const show = (query: object = {}) =>
  call(application, showMonitor, { params: { monitor: 'watch' }, query: { by: 'day', ...query } });

/** Surer on day 1 than on day 2, and right about its doubt. */
function churned(rowsOfDay: number): Row[] {
  const random = createRandom(3);
  return [1, 2].flatMap((day) =>
    Array.from({ length: rowsOfDay }, () => {
      const p = day === 1 ? Math.round(random() * 20) / 20 : 0.4 + Math.round(random() * 4) / 20;
      const outcome = random() < p ? 'yes' : 'no';
      return { day, output: { answer: p >= 0.5 ? 'yes' : 'no', p }, outcome, inputs: { p } };
    }),
  );
}

describe('quality of classes without labels', () => {
  const quality = { kind: 'classification', output: 'answer', positive: 'yes', probability: 'p' };

  it('is estimated until labels come, and both are kept when they have', async () => {
    await watch({ quality, estimate: { reference } });
    const rows = churned(2_000);
    await send(rows, { labelled: [1] });
    const before = await show();
    expect(before.estimation).toMatchObject({ method: 'cbpe', referenceSize: 2_000, reason: null });
    expect(before.windows.map(({ inReference }) => inReference)).toEqual([true, false]);
    const [first, second] = before.windows;
    expect(first?.shown.every(({ estimated }) => !estimated)).toBe(true);
    expect(second?.shown.every(({ estimated }) => estimated)).toBe(true);
    expect(second?.quality.map(({ value }) => value)).toEqual([null, null, null, null, null]);
    expect(second?.estimates.map(({ metric }) => metric)).toEqual(['accuracy', 'precision', 'recall', 'f1', 'roc_auc']);
    await tell(rows.map((row, at) => ({ ...row, prediction: `${row.day}-${at}` })).filter(({ day }) => day === 2));
    const after = (await show()).windows[1];
    expect(after?.estimates).toEqual(second?.estimates);
    expect(after?.shown).toEqual(after?.quality.map((measured) => ({ ...measured, estimated: false })));
    for (const [at, { metric, value }] of (after?.estimates ?? []).entries()) {
      const measured = after?.quality[at]?.value ?? 0;
      expect(Math.abs((value ?? 0) - measured), metric).toBeLessThan(0.06);
    }
    expect((first?.quality[0]?.value ?? 0) - (after?.quality[0]?.value ?? 0)).toBeGreaterThan(0.1);
  });

  it('stays estimated while too few are labelled, and is as it was known then', async () => {
    await watch({ quality, estimate: { reference, until: 0.9 } });
    const rows = churned(300);
    await send(rows, { labelled: [1] });
    await tell([{ prediction: '2-300', outcome: 'no' }]);
    const second = (await show()).windows[1];
    expect([second?.labelled, second?.shown[0]?.estimated, second?.quality[0]?.sampleSize]).toEqual([1, true, 1]);
    const early = await show({ knownAt: '2026-11-10T11:00:00Z' });
    expect(early.windows).toEqual([]);
    expect(early.estimation?.reason).toContain('the reference has 0 usable labelled predictions');
  });

  it('measures the area under the ROC curve with ties by half, and F1', async () => {
    await watch({ quality });
    const answers = [
      ['yes', 0.9, 'yes'],
      ['yes', 0.6, 'no'],
      ['no', 0.4, 'yes'],
      ['no', 0.4, 'no'],
      ['no', 0.1, 'no'],
    ] as const;
    const rows = answers.map(([answer, p, outcome]) => ({ day: 1, output: { answer, p }, outcome }));
    await send(rows, { labelled: [1] });
    const [window] = (await show()).windows;
    const found = Object.fromEntries((window?.quality ?? []).map(({ metric, value }) => [metric, value]));
    expect(found.roc_auc).toBeCloseTo((3 + 1.5) / 6, 12);
    expect(found.f1).toBeCloseTo(0.5, 12);
    expect(window?.estimates).toEqual([]);
  });

  it.each([
    [{ quality: { kind: 'classification', output: 'answer' } }, 'the monitor has no probability'],
    [{ quality }, 'the reference has 60 usable labelled predictions, and 300 are required'],
    [{ quality: { kind: 'ranking' } }, 'rankings are not estimated'],
  ])('is unknown with a reason: %j', async (spec, reason) => {
    await watch({ ...spec, estimate: { reference } });
    await send(churned(60), { labelled: [1] });
    const { estimation, windows } = await show();
    expect(estimation?.reason).toContain(reason);
    expect(windows[1]?.estimates[0]).toMatchObject({ value: null, reason: estimation?.reason });
    expect(windows[1]?.shown[0]).toMatchObject({ value: null, estimated: false });
  });

  it('is estimated slice by slice, with the probability that the answer is right where no class is positive', async () => {
    await watch({
      quality: { kind: 'classification', output: 'answer', probability: 'sure' },
      estimate: { reference },
    });
    const rows = churned(400).map((row, at) => {
      const { answer, p } = row.output as { answer: string; p: number };
      return { ...row, output: { answer, sure: Math.max(p, 1 - p) }, inputs: { half: at % 2 } };
    });
    await send(rows, { labelled: [1] });
    const { windows } = await show({ slice: 'half' });
    expect(windows.map(({ slice, estimates }) => [slice, estimates[0]?.sampleSize])).toEqual([
      ['0', 200],
      ['1', 200],
      ['0', 200],
      ['1', 200],
    ]);
    for (const { estimates } of windows.slice(2)) {
      expect(estimates[0]?.value).toBeGreaterThan(0.45);
      expect(estimates[0]?.value).toBeLessThan(0.7);
    }
  });
});

describe('error of numbers without labels', () => {
  it('is learned from numbers and texts among the inputs', async () => {
    await watch({ quality: { kind: 'regression', output: 'price' }, estimate: { reference } });
    const random = createRandom(5);
    const rows = [1, 2].flatMap((day) =>
      Array.from({ length: 1_000 }, () => {
        const city = random() < (day === 1 ? 0.2 : 0.8) ? 'Rome' : 'Bonn';
        const price = Math.round(random() * 100);
        const outcome = price + (random() - 0.5) * (city === 'Rome' ? 40 : 4);
        return { day, output: { price }, outcome, inputs: { city, age: Math.round(random() * 50), tags: ['x'] } };
      }),
    );
    await send(rows, { labelled: [1] });
    const { estimation, windows } = await show();
    expect(estimation).toMatchObject({ method: 'dle', calibrated: null, features: ['age', 'city'], reason: null });
    const [mae, rmse] = windows[1]?.shown ?? [];
    expect(mae).toMatchObject({ metric: 'mae', estimated: true, sampleSize: 1_000 });
    // Four fifths in Rome: 0.8 x 10 + 0.2 x 1; the root of 0.8 x 133.3 + 0.2 x 1.3.
    expect(mae?.value).toBeCloseTo(8.2, -0.3);
    expect(Math.abs((rmse?.value ?? 0) - 10.3)).toBeLessThan(1.5);
    expect(mae?.lower).toBeLessThan(mae?.value ?? 0);
  });
});
