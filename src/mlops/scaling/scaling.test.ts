import { describe, expect, it } from 'vitest';
import { buildUrl } from '../../platform/contract/schema.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { createTraffic, type ScalingObservation, type Traffic } from './index.ts';
import { type ReplayReport, replayScaling } from './schema.ts';

const application = await sharedApplication();

async function replayed(query: Record<string, unknown>, payload: string) {
  const answer = await application.http.inject({
    method: 'POST',
    url: buildUrl(replayScaling, { query }),
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload,
  });
  return { status: answer.statusCode, body: answer.json() as ReplayReport & { code?: string; detail?: string } };
}

const NINE = `time,service\n${'0,10\n'.repeat(9)}`;

describe('POST /api/v1/scaling-replays', () => {
  it('says what each policy decides, what it costs and who waits, and the best constant', async () => {
    const query = { serviceColumn: 'service', initialReplicas: 1, price: '3.6', missPrice: '0.5' };
    const { status, body } = await replayed(query, NINE);
    expect(status).toBe(200);
    expect(body).toMatchObject({ requests: 9, hours: 0, busyPlaces: null });
    expect(body.policies.map(({ policy }) => policy)).toEqual(['slo', 'hpa', 'kpa']);
    for (const { decisions, replicaCost, missCost, cost, waitingShare } of body.policies) {
      expect(decisions[0]).toEqual([0, 1]);
      expect(waitingShare).toBeCloseTo(1 / 9, 12);
      expect(missCost).toEqual({ amount: '0.5', currency: 'USD' });
      expect(Number(cost.amount)).toBeCloseTo(Number(replicaCost.amount) + 0.5, 12);
    }
    expect(body.bestConstant).toMatchObject({ replicas: 2, waitingShare: 0, replicaHours: 0.033333 });
    expect(body.bestConstant?.cost.amount).toBe('0.1199988');
  });

  it('has no best constant where no number within the bounds keeps the SLO, and no cost of misses without a price', async () => {
    const { body } = await replayed({ serviceColumn: 'service', maxReplicas: 1 }, NINE);
    expect(body.bestConstant).toBeNull();
    expect(body.policies.map(({ missCost }) => missCost)).toEqual([null, null, null]);
  });

  it('shows the curve of cost against waiting when it is asked for: a smaller share is dearer', async () => {
    const rows = Array.from({ length: 1200 }, (_, index) => `${Math.floor(index / 40) * 120},3`);
    const query = { serviceColumn: 'service', curve: 'true', maxReplicas: 10 };
    const { body } = await replayed(query, `time,service\n${rows.join('\n')}\n`);
    const slo = body.curve.filter(({ policy }) => policy === 'slo');
    expect(slo.map(({ missRatio }) => missRatio)).toEqual([0.005, 0.01, 0.02, 0.05, 0.1, 0.2]);
    expect(body.curve.filter(({ policy }) => policy === 'kpa').map(({ targetRatio }) => targetRatio)).toEqual([
      0.5, 0.6, 0.7, 0.8, 0.9,
    ]);
    expect(slo[0]?.replicaHours).toBeGreaterThanOrEqual(slo.at(-1)?.replicaHours ?? 0);
    for (const { waitingShareError } of body.curve) expect(waitingShareError).not.toBeNull();
    expect((await replayed({ serviceColumn: 'service' }, NINE)).body.curve).toEqual([]);
  });

  it.each<[Record<string, unknown>, string, string]>([
    [{}, 'a,b\n1,2\n', 'trace_column_missing'],
    [{ serviceSeconds: 1 }, 'time\n', 'trace_empty'],
    [{ serviceSeconds: 1 }, 'time\n2\n1\n', 'trace_not_sorted'],
    [{ serviceSeconds: 1 }, 'time\nNaN\n', 'trace_row_invalid'],
    [{ minReplicas: 5, maxReplicas: 4 }, NINE, 'invalid_request'],
    [{ maxReplicas: 1000, concurrency: 1000 }, NINE, 'invalid_request'],
    [{ missRatio: 0 }, NINE, 'invalid_request'],
    [{ price: '-1' }, NINE, 'invalid_request'],
    [{ price: '0', missPrice: '1' }, NINE, 'invalid_request'],
    [{ serviceSeconds: 1, serviceColumn: 'service' }, NINE, 'invalid_request'],
  ])('refuses %j of %j as %s', async (query, text, code) => {
    expect((await replayed(query, text)).body.code).toBe(code);
  });

  it('answers one after the other when several ask at once', async () => {
    const query = { serviceColumn: 'service', policy: 'slo' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => replayed(query, NINE)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe('traffic', () => {
  it('becomes an observation of what happened since the one before', () => {
    const traffic: Traffic = createTraffic(100);
    traffic.arrived(101);
    traffic.arrived(102);
    traffic.waited(0.5);
    traffic.waited(null);
    traffic.ended(104, 2);
    const seen: ScalingObservation = traffic.observe(105, 3);
    expect(seen).toEqual({
      fromSeconds: 100,
      atSeconds: 105,
      replicas: 3,
      concurrencySeconds: 1 + 2 * 2 + 1,
      arrivalsSeconds: [101, 102],
      servedSeconds: [2],
      unserved: 0,
      waitsSeconds: [0.5, null],
    });
    traffic.ended(106, null);
    expect(traffic.observe(110, 3)).toMatchObject({
      fromSeconds: 105,
      concurrencySeconds: 1,
      unserved: 1,
      waitsSeconds: [],
      arrivalsSeconds: [],
    });
  });
});
