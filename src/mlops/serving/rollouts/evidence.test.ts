import { describe, expect, it } from 'vitest';
import { createBusyRecorder, NO_BUSY } from './busy-evidence.ts';
import { describeCheck } from './describe-checks.ts';
import { createEvidenceRecorder, parseEvidence } from './evidence.ts';
import type { RolloutCheck } from './schema.ts';

describe('evidence of a side', () => {
  it('counts all responses and bounds times and batches', () => {
    const recorder = createEvidenceRecorder();
    for (let at = 0; at < 40_000; at += 1) recorder.record(at % 100 === 0, at + 1);
    const { requests, errors, latenciesMs, stride, batches } = recorder.read();
    expect([requests, errors, stride]).toEqual([40_000, 400, 8]);
    expect(latenciesMs.slice(0, 3)).toEqual([1, 9, 17]);
    expect(latenciesMs).toHaveLength(5_000);
    expect(batches.length).toBeLessThanOrEqual(64);
    expect(batches.reduce((sum, batch) => sum + batch.requests, 0)).toBe(40_000);
    expect(batches.reduce((sum, batch) => sum + batch.errors, 0)).toBe(400);
  });

  it('continues from what is stored as if it had not been interrupted', () => {
    const [whole, begun] = [createEvidenceRecorder(), createEvidenceRecorder()];
    for (let at = 0; at < 1_000; at += 1) for (const one of [whole, begun]) one.record(at % 7 === 0, at + 1);
    const side = { ...begun.read(), busy: NO_BUSY };
    const stored = { step: 0, live: side, canary: side, fractions: [[0.5]] };
    const read = parseEvidence(JSON.stringify(stored));
    expect(read).toEqual(stored);
    const continued = createEvidenceRecorder(read?.canary);
    for (let at = 1_000; at < 20_000; at += 1) for (const one of [whole, continued]) one.record(at % 7 === 0, at + 1);
    expect(continued.read()).toEqual(whole.read());
  });

  it('of replica time is bounded, continues from what is stored, and names the resource of each request', () => {
    const [machine, gpu] = [
      { resource: 'machine', quantity: '1' },
      { resource: 'gpu:A10G', quantity: '2' },
    ];
    const [whole, begun] = [createBusyRecorder(), createBusyRecorder()];
    const record = (at: number, recorders: readonly ReturnType<typeof createBusyRecorder>[]) => {
      const first = { busyMs: at + 1, held: at % 4 === 0 ? gpu : machine };
      for (const one of recorders) {
        if (at % 8 === 0) one.record(first, { busyMs: 2 * at, held: machine });
        else one.record(first);
      }
    };
    for (let at = 0; at < 1_000; at += 1) record(at, [whole, begun]);
    const side = { ...createEvidenceRecorder().read(), busy: begun.read() };
    const stored = parseEvidence(JSON.stringify({ step: 0, live: side, canary: side, fractions: [] }));
    const continued = createBusyRecorder(stored?.canary.busy);
    for (let at = 1_000; at < 20_000; at += 1) record(at, [whole, continued]);
    expect(continued.read()).toEqual(whole.read());
    const { requests, busyMs, of, further, stride, resources } = whole.read();
    expect([requests, stride, resources]).toEqual([20_000, 4, [gpu, machine]]);
    expect([busyMs.length, of.length]).toEqual([5_000, 5_000]);
    // Every fourth request was on the GPUs.
    expect([busyMs[1], new Set(of)]).toEqual([5, new Set([0])]);
    // Every eighth had a further part on the machine: request 8 is the third sample.
    expect([further.length, further[1]]).toEqual([2_500, { request: 2, busyMs: 16, of: 1 }]);
  });

  it('of a version before the check of cost has no replica time', () => {
    const { requests, errors, batches, latenciesMs, stride } = createEvidenceRecorder().read();
    const side = { requests, errors, batches, latenciesMs, stride };
    const read = parseEvidence(JSON.stringify({ step: 0, live: side, canary: side, fractions: [] }));
    expect(read?.canary.busy).toEqual(NO_BUSY);
  });

  it('that cannot be read begins again', () => {
    expect([parseEvidence(null), parseEvidence('{'), parseEvidence('{"step":0}')]).toEqual([null, null, null]);
  });
});

it('a check is described with estimate, interval, limit, n and the samples needed at the present rate', () => {
  const check: RolloutCheck = {
    ...{ name: 'latencyP95', scale: 'ratio', limit: 1.2, estimate: 1.08, lower: 0.9, upper: 1.31, n: 840 },
    ...{ test: 'order-statistic interval', verdict: 'inconclusive', samplesNeeded: 1_200, reason: null },
  };
  const rate = { requests: 840, elapsedMs: 3_600_000 };
  expect(describeCheck(check, rate)).toBe(
    'latencyP95 1.08x (0.9x to 1.31x, limit 1.2x, n 840, needs 1200 more a side, about 86 min)',
  );
  expect(describeCheck({ ...check, samplesNeeded: null })).toMatch(/no proof at this estimate\)$/);
  const unknown = { ...check, estimate: null, lower: null, upper: null, reason: 'No labels.' };
  expect(describeCheck(unknown)).toBe('latencyP95 unknown (No labels., n 840)');
});

it('a check of a Prometheus metric is described in the unit of its query, and by its intervals', () => {
  const check: RolloutCheck = {
    ...{ name: 'prometheus queue', scale: 'difference', limit: 2, estimate: 1.23456, lower: -0.5, upper: 3, n: 30 },
    ...{ test: 'paired t interval', verdict: 'inconclusive', samplesNeeded: 60, reason: null },
    ...{ unit: 'query', sampleMs: 60_000 },
  };
  expect(describeCheck(check, { requests: 840, elapsedMs: 3_600_000 })).toBe(
    'prometheus queue 1.235 (-0.5 to 3, limit 2, n 30, needs 60 more intervals, about 60 min)',
  );
});
