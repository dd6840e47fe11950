import type { Run } from '../../../src/mlops/runs/schema.ts';

interface TestRun extends Partial<Omit<Run, 'cost'>> {
  /** Exact amount in USD; null when unknown. */
  readonly cost: string | null;
}

/** A run of ten seconds as tests write it. */
export function testRun({ cost, ...run }: TestRun): Run {
  const unknown = { cost: null, reason: 'Nothing is known of its usage.' };
  const known = cost === null ? unknown : { cost: { amount: cost, currency: 'USD' }, reason: null };
  return {
    runId: 'r',
    experimentId: '1',
    experimentName: 'test',
    runName: 'test',
    lifecycleStage: 'active',
    status: 'FINISHED',
    startTime: '2026-10-05T08:00:00Z',
    endTime: '2026-10-05T08:00:10Z',
    subject: {},
    params: {},
    metrics: {},
    tags: {},
    ...run,
    cost: {
      total: { ...known, basis: cost === null ? null : 'metered' },
      metered: known,
      reconciled: unknown,
      allocated: unknown,
      gpuHours: { hours: null, reason: 'No GPU.' },
      energy: { kilowattHours: null, reason: 'No GPU.' },
      priceSources: [],
      hardware: [],
      asOf: null,
    },
  };
}
