import { expect, it } from 'vitest';
import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import { addRunning, listMonitorMetrics, monitorPanels } from './monitor-panels.ts';
import { lossText, moneyPerDay } from './words.ts';

const day = (date: number) => `2026-11-0${date}T00:00:00.000Z`;

function window(date: number, more: Partial<MonitorWindow> = {}): MonitorWindow {
  const figure = { metric: 'accuracy', value: 0.9, lower: 0.88, upper: 0.92, sampleSize: 50 };
  return {
    ...{ period: { start: day(date), end: day(date + 1) }, slice: null, predictions: 100, labelled: 50 },
    ...{ completeness: 0.5, unmeasured: 0, latencyMs: null, quality: [figure], inReference: false },
    ...{ estimates: [{ ...figure, value: 0.8, reason: null }], shown: [{ ...figure, estimated: false }] },
    ...more,
  };
}

const findPanel = (data: ReturnType<typeof monitorPanels>, id: string) => data.panels.find((one) => one.id === id);

it('keeps the place of a day without predictions', () => {
  const data = monitorPanels([window(1), window(3)], 'day', 'accuracy', { alerts: [] }, []);
  expect(data.times).toEqual([day(1), day(2), day(3)]);
  expect(findPanel(data, 'predictions')?.series[0]?.values).toEqual([100, null, 100]);
  expect(findPanel(data, 'latency')).toBeUndefined();
});

it('draws what was measured over what was estimated, each with its interval', () => {
  const quality = findPanel(monitorPanels([window(1)], 'day', 'accuracy', { alerts: [] }, []), 'quality');
  expect(quality?.series.map(({ id, values, interval }) => [id, values, interval?.display, interval?.lower])).toEqual([
    ['estimated', [0.8], 'band', [0.88]],
    ['measured', [0.9], 'whiskers', [0.88]],
  ]);
  expect(quality?.series[1]?.formatPoint(0)).toBe('0.9 (0.88 to 0.92), n 50');
});

it('says that no label has come, and not zero', () => {
  const [figure] = window(1).quality;
  if (figure === undefined) throw new Error('no figure');
  const quality = [{ ...figure, value: null, lower: null, upper: null, sampleSize: 0 }];
  const panel = findPanel(monitorPanels([window(1, { quality })], 'day', 'accuracy', { alerts: [] }, []), 'quality');
  expect([panel?.series[1]?.values, panel?.series[1]?.formatPoint(0)]).toEqual([[null], 'no label yet']);
});

it('goes on by calendar months', () => {
  const period = (start: string, end: string) => ({
    period: { start: `${start}T00:00:00.000Z`, end: `${end}T00:00:00.000Z` },
  });
  const windows = [window(1, period('2026-01-01', '2026-02-01')), window(1, period('2026-03-01', '2026-04-01'))];
  const { times } = monitorPanels(windows, 'month', 'accuracy', { alerts: [] }, []);
  expect(times.map((time) => time.slice(0, 10))).toEqual(['2026-01-01', '2026-02-01', '2026-03-01']);
});

it('draws the line that an alert is held to, and marks the window that showed it', () => {
  const rule = { name: 'accurate', on: 'quality' as const, metric: 'accuracy', worseThan: 0.85 };
  const rest = { open: 1, close: 2, windowHours: 24, minPredictions: 30, waitHours: 0 };
  const episode = alert({ window: { start: day(2), end: day(3) } });
  const data = monitorPanels([window(1), window(2)], 'day', 'accuracy', { alerts: [{ ...rule, ...rest }] }, [episode]);
  expect(findPanel(data, 'quality')?.limits).toEqual([{ label: 'accurate', value: 0.85 }]);
  expect(data.marks).toEqual([{ index: 1, short: 'accurate', label: 'accurate opened: quality' }]);
});

it('marks starts of versions beside the plot, and draws the running version apart', () => {
  const versions = [{ version: '7', endpoint: 'home-feed', at: '2026-11-02T11:00:00Z' }];
  const data = monitorPanels([window(1), window(2)], 'day', 'accuracy', { alerts: [] }, [], versions);
  expect(data.marks).toEqual([{ index: 1, short: 'v7', label: 'v7 went live at home-feed' }]);
  const quality = { metric: 'accuracy', version: '7', value: 0.67, lower: 0.6, upper: 0.7, predictions: 1200 };
  const period = { start: day(2), end: day(3) };
  const panel = findPanel(addRunning(data, { ...quality, period, estimated: false }), 'quality');
  expect([panel?.series.at(-1)?.values, panel?.series.at(-1)?.formatPoint(1)]).toEqual([
    [null, 0.67],
    '0.67 (0.6 to 0.7), n 1,200',
  ]);
  expect(addRunning(data, null)).toBe(data);
});

it('knows the measures of all windows once', () => {
  expect(listMonitorMetrics([window(1), window(2)])).toEqual(['accuracy']);
});

function alert(more: Partial<Alert> = {}): Alert {
  return {
    ...{ episode: 'e', monitor: 'm', model: 'm', version: null, alert: 'accurate', cause: 'quality', state: 'alert' },
    ...{ openedAt: day(4), window: { start: day(1), end: day(2) }, columns: [], loss: null, moneyPerDay: null },
    ...{ changedAt: day(4), closedAt: null, closedAs: null, reason: 'r', mute: null },
    ...more,
  };
}

it('adds what open alerts cost a day, and nothing to what is not known', () => {
  const usd = (amount: string) => alert({ moneyPerDay: { amount, currency: 'USD' } });
  expect(moneyPerDay([usd('0.1'), usd('0.2'), alert()])).toEqual({ amount: '0.3', currency: 'USD' });
  expect(moneyPerDay([alert()])).toBeNull();
  expect(moneyPerDay([usd('1'), alert({ moneyPerDay: { amount: '1', currency: 'EUR' } })])).toBeNull();
});

it('adds a loss once that several alerts have seen: by labels, else the dearest', () => {
  const loss = { metric: 'ndcg', reference: 0.68, current: 0.22, lower: null, upper: null, estimated: false };
  const priced = (amount: string, more: Partial<Alert> = {}) =>
    alert({ moneyPerDay: { amount, currency: 'USD' }, loss, ...more });
  expect(moneyPerDay([priced('1.34'), priced('2.13', { cause: 'drift' })])?.amount).toBe('2.13');
  const estimated = priced('9', { loss: { ...loss, estimated: true } });
  expect(moneyPerDay([estimated, priced('1.34'), priced('1', { monitor: 'other' })])?.amount).toBe('2.34');
  expect(moneyPerDay([priced('1'), priced('2', { loss: { ...loss, metric: 'recall' } })])?.amount).toBe('3');
});

it('says a loss in a sentence', () => {
  expect(
    lossText({ metric: 'accuracy', reference: 0.9, current: 0.8, lower: null, upper: null, estimated: true }),
  ).toBe('accuracy is estimated at 0.8 instead of 0.9');
});
