import { describe, expect, it } from 'vitest';
import type { StoredAnomaly } from './store.ts';
import { limitAnomalies } from './visible-anomalies.ts';

const team = (value: string) => ({ dimension: 'team', value });
const service = { dimension: 'serviceName', value: 'Compute' };

const anomaly = (id: string, slice: StoredAnomaly['slice']): StoredAnomaly => ({
  ...{ id, slice, measure: 'cost', kind: 'spike', direction: 'over', except: [], state: 'open', mergedInto: null },
  ...{ start: '2026-11-01', end: '2026-11-01', currency: 'USD', unit: null, actual: '3', expected: '1', impact: '2' },
  ...{ differences: [], title: null, sentence: id, foundAt: '2026-11-02T00:00:00Z', restatement: null },
  ...{ feedback: null, evidence: null },
  seenIn: [[], [service], [team('search')], [team('ads')]],
  spend: [
    { dimension: null, value: null, amount: '1000' },
    { ...service, amount: '500' },
    { ...team('search'), amount: '20' },
    { ...team('ads'), amount: '30' },
  ],
});

describe('anomalies of a caller who sees the costs of some teams', () => {
  const all = [
    anomaly('own', [team('search'), service]),
    anomaly('other', [team('ads'), service]),
    anomaly('of no team', [service]),
    anomaly('of everything', []),
  ];

  it('are those whose charges belong to one of the teams, without the spend of others', () => {
    const [own, ...others] = limitAnomalies(['search'], all);
    expect(others).toEqual([]);
    expect(own).toMatchObject({
      ...{ id: 'own', seenIn: [[team('search')]], spend: [{ ...team('search'), amount: '20' }] },
    });
  });

  it('are none without a team, and all without a limit', () => {
    expect(limitAnomalies([], all)).toEqual([]);
    expect(limitAnomalies(null, all)).toEqual(all);
  });
});
