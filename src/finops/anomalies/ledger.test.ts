import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../platform/units/index.ts';
import { call } from '../../testing/application.ts';
import { costRows } from '../costs/schema.ts';
import { type Change, listDays, type MadeLedger, openAnomalyLedger } from '../testing/ledger.ts';
import { type AnomalySelection, anomaliesCsv, getAnomaly, listAnomalies } from './schema.ts';

const DAYS = listDays('2026-10-01', '2026-11-14');
const list = ({ application }: MadeLedger, query: AnomalySelection = {}) => call(application, listAnomalies, { query });
const words = (slice: readonly { readonly value: string }[]) => slice.map(({ value }) => value).join(' ');

const during =
  (first: string, last: string, change: Change): Change =>
  (line, day) =>
    day >= first && day <= last ? change(line, day) : {};
const times =
  (sku: string, quantity: number): Change =>
  (line) =>
    line.sku === sku ? { quantity } : {};

describe('one SKU of a team that is used three times as much', () => {
  it('is one anomaly, whose parts, days, rows and bill rows add up to its impact', async () => {
    await using ledger = await openAnomalyLedger();
    await ledger.deliver(DAYS, { change: during('2026-11-05', '2026-11-08', times('p4d.24xlarge', 3)) });
    const { anomalies, totals, judging } = await list(ledger);
    expect(anomalies).toMatchObject([
      {
        kind: 'spike',
        direction: 'over',
        start: '2026-11-05',
        end: '2026-11-08',
        days: 4,
        state: 'ended',
        counts: true,
      },
    ]);
    const [anomaly] = anomalies;
    expect(words(anomaly?.slice ?? [])).toBe('search Amazon EC2 p4d.24xlarge');
    expect(anomaly?.seenIn.map(words)).toEqual(['', '111', 'Amazon EC2', 'search', 'p4d.24xlarge']);
    expect(anomaly?.sentence).toMatch(
      /^p4d\.24xlarge of team search rose 2\.\d+x, from [\d.]+ to 10\d Hours a day; price unchanged\.$/,
    );
    const none = { under: '0', wasted: '0', gained: '0' };
    expect(totals).toEqual([{ currency: 'USD', over: anomaly?.impact, ...none, anomalies: 1, open: 0 }]);
    expect(judging).toMatchObject({ through: '2026-11-14', series: 32, slices: 18 });
    const { evidence, ...detail } = await call(ledger.application, getAnomaly, {
      params: { anomaly: anomaly?.id ?? '' },
    });
    expect(detail).toEqual(anomaly);
    if (evidence === null) throw new Error('it has no evidence');
    expect(decimal(detail.actual).minus(detail.expected).toFixed()).toBe(detail.impact);
    expect(sumDecimals(Object.values(evidence.effects))).toBe(detail.impact);
    expect(evidence.effects).toMatchObject({ price: '0', volume: detail.impact, mix: '0' });
    expect(sumDecimals(evidence.drivers.map(({ change }) => change))).toBe(detail.impact);
    expect(sumDecimals(evidence.rows.map(({ change }) => change))).toBe(detail.impact);
    const own = evidence.points.filter(({ day }) => day >= detail.start && day <= detail.end);
    expect(sumDecimals(own.map(({ actual }) => actual ?? ''))).toBe(detail.actual);
    expect(sumDecimals(own.map(({ expected }) => expected ?? ''))).toBe(detail.expected);
    const { rows } = await call(ledger.application, costRows, {
      query: { from: detail.start, to: detail.end, filter: evidence.filter, metric: 'effectiveCost' },
    });
    expect(sumDecimals(rows.map((row) => row.effectiveCost ?? ''))).toBe(detail.actual);
  });
});

describe('things that happen at once', () => {
  it('are told apart: two that rise, one that stops, and no side pays for the other', async () => {
    await using ledger = await openAnomalyLedger();
    const changes = [times('p4d.24xlarge', 2.5), times('db.r6g', 4), times('claude-input', 0)];
    const change: Change = (line, day) => Object.assign({}, ...changes.map((one) => one(line, day)));
    await ledger.deliver(DAYS, { change: during('2026-11-05', '2026-11-08', change) });
    const { anomalies, totals } = await list(ledger);
    expect(anomalies.map(({ slice, kind }) => `${words(slice)} ${kind}`).toSorted()).toEqual([
      'ads 222 Amazon Bedrock claude-input zero',
      'maps 333 Amazon RDS db.r6g spike',
      'search Amazon EC2 p4d.24xlarge spike',
    ]);
    const side = (direction: string) =>
      sumDecimals(anomalies.filter((one) => one.direction === direction).map(({ impact }) => impact ?? ''));
    expect(totals).toMatchObject([{ over: side('over'), under: decimal(side('under')).negated().toFixed() }]);
    expect((await list(ledger, { direction: 'under' })).anomalies).toHaveLength(1);
    expect((await list(ledger, { team: 'maps' })).anomalies).toHaveLength(1);
    expect((await list(ledger, { period: '2026-09' })).anomalies).toEqual([]);
    expect((await list(ledger, { from: '2026-10', to: '2026-11' })).totals).toEqual(totals);
    const part = await list(ledger, { from: '2026-11-05', to: '2026-11-06' });
    const ofDays = anomalies.flatMap(({ direction: of, differences }) =>
      of === 'over' ? differences.filter(({ day }) => day <= '2026-11-06').map(({ amount }) => amount) : [],
    );
    expect(part.totals).toMatchObject([{ over: sumDecimals(ofDays), anomalies: 3 }]);
    expect((await list(ledger, { from: '2026-11-09' })).anomalies).toEqual([]);
    const csv = await call(ledger.application, anomaliesCsv, { query: {} });
    expect(csv.split('\r\n').filter((line) => line !== '')).toHaveLength(4);
  });

  it('are one where all of a team does more, however many SKUs show it', async () => {
    await using ledger = await openAnomalyLedger();
    const change: Change = ({ team }) => (team === 'search' ? { quantity: 1.8 } : {});
    await ledger.deliver(DAYS, { change: during('2026-11-05', '2026-11-08', change) });
    const { anomalies } = await list(ledger);
    expect(anomalies.map(({ slice, kind }) => `${words(slice)} ${kind}`)).toEqual(['search spike']);
  });

  it('keep price and quantity apart: a price that rises is told as one', async () => {
    await using ledger = await openAnomalyLedger();
    const change: Change = ({ sku }) => (sku === 'claude-input' ? { price: 1.3 } : {});
    await ledger.deliver(DAYS, { change: during('2026-11-05', '2026-11-14', change) });
    const { anomalies } = await list(ledger);
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0]?.sentence).toMatch(/^The price of claude-input of team ads rose by 30 %, /);
  });
});

describe('bills that come later', () => {
  it('take an anomaly back as restated, and say by how much', async () => {
    await using ledger = await openAnomalyLedger();
    await ledger.deliver(DAYS, { change: during('2026-11-05', '2026-11-08', times('p4d.24xlarge', 3)) });
    const before = (await list(ledger)).anomalies[0];
    await ledger.deliver(listDays('2026-11-01', '2026-11-14'));
    const { anomalies, totals } = await list(ledger);
    expect(anomalies).toMatchObject([{ id: before?.id, state: 'restated', counts: false }]);
    const { actualBefore, actualNow, difference } = anomalies[0]?.restatement ?? {};
    expect(actualBefore).toBe(before?.actual);
    expect(
      decimal(actualNow ?? '')
        .minus(actualBefore ?? '')
        .toFixed(),
    ).toBe(difference);
    expect(Number(difference)).toBeLessThan(-5000);
    expect(totals).toEqual([]);
  });

  it('are waited for: the last two days of a month that grows are no dip, but can be a spike', async () => {
    await using ledger = await openAnomalyLedger();
    await ledger.deliver(DAYS, { change: during('2026-11-13', '2026-11-14', () => ({ quantity: 0.3 })) });
    expect((await list(ledger)).anomalies).toEqual([]);
    await ledger.deliver(listDays('2026-11-01', '2026-11-14'), {
      change: during('2026-11-13', '2026-11-14', times('p4d.24xlarge', 3)),
    });
    expect((await list(ledger)).anomalies).toMatchObject([{ kind: 'spike', state: 'open', end: '2026-11-14' }]);
    ledger.at('2026-11-16T12:00:00Z');
    const days = listDays('2026-11-01', '2026-11-15');
    await ledger.deliver(days, { change: during('2026-11-12', '2026-11-15', () => ({ quantity: 0.3 })) });
    const { anomalies } = await list(ledger, { direction: 'under' });
    expect(anomalies).toMatchObject([{ kind: 'dip', start: '2026-11-12', slice: [] }]);
  });
});
