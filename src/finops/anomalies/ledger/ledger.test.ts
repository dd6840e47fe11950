import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../../platform/units/index.ts';
import { call } from '../../../testing.ts';
import { costSummary } from '../../costs/schema.ts';
import { daysOf, openLedger } from './made-ledger.testing.ts';
import { getAnomaly, listAnomalies } from './schema.ts';

const DAYS = daysOf('2026-08-01', '2026-11-14');

describe('a ledger in which one SKU of a team is used three times as much', () => {
  it('has one anomaly, whose parts add up to its impact', async () => {
    await using ledger = await openLedger();
    await ledger.deliver(DAYS, {
      change: ({ sku }, day) => (sku === 'p4d.24xlarge' && day >= '2026-11-05' && day <= '2026-11-08' ? { quantity: 3 } : {}),
    });
    console.log(await call(ledger.application, costSummary, { query: { by: ['month'] } }));
    const t0 = performance.now();
    const { anomalies, totals, judging } = await call(ledger.application, listAnomalies, {});
    console.log(performance.now() - t0, JSON.stringify(judging, null, 1));
    console.log(JSON.stringify(anomalies, null, 1), totals);
    const detail = await call(ledger.application, getAnomaly, { params: { anomaly: anomalies[0]?.id ?? '' } });
    console.log(JSON.stringify(detail.evidence, null, 1).slice(0, 6000));
    expect(anomalies).toHaveLength(1);
    expect(sumDecimals(Object.values(detail.evidence?.effects ?? {}))).toBe(detail.impact);
    expect(decimal(detail.actual).minus(detail.expected).toFixed()).toBe(detail.impact);
  });
});
