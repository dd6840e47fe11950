import { z } from 'zod';
import { getGpuIdle } from '../src/finops/gpu-usage/schema.ts';
import { DurationText } from './duration-text.ts';

/** Which time is asked for, and what of it is idle. */
export const idleOptions = {
  window: {
    value: 'TIME',
    schema: DurationText,
    fallback: '30m',
    describe: 'A period counts as idle from this length on',
  },
  threshold: {
    value: 'RATIO',
    schema: z.coerce.number().min(0).max(1),
    fallback: '0',
    describe: 'Utilization up to which a GPU does nothing, 0 to 1',
  },
  maxGap: {
    value: 'TIME',
    schema: DurationText,
    fallback: '5m',
    describe: 'Readings further apart say nothing of the time between them',
  },
  from: { value: 'DAY', schema: getGpuIdle.query.shape.from.unwrap(), describe: 'First UTC day' },
  to: { value: 'DAY', schema: getGpuIdle.query.shape.from.unwrap(), describe: 'UTC day, exclusive' },
  top: { value: 'N', schema: z.coerce.number().int().min(0), fallback: '20', describe: 'GPUs that are listed' },
} as const;
