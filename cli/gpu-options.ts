import { z } from 'zod';
import { getGpuIdle } from '../src/finops/gpu-usage/schema.ts';
import { DurationText } from './duration-text.ts';

/** Which time is asked for, and what of it is idle. */
export const idleOptions = {
  window: {
    value: 'TIME',
    schema: DurationText,
    fallback: '30m',
    describe: 'Shortest idle period',
  },
  threshold: {
    value: 'RATIO',
    schema: z.coerce.number().min(0).max(1),
    fallback: '0',
    describe: 'Highest utilization of an idle GPU, 0 to 1',
  },
  maxGap: {
    value: 'TIME',
    schema: DurationText,
    fallback: '5m',
    describe: 'Longest gap between readings; the time in a longer gap is unknown',
  },
  from: { value: 'DAY', schema: getGpuIdle.query.shape.from.unwrap(), describe: 'First UTC day' },
  to: { value: 'DAY', schema: getGpuIdle.query.shape.from.unwrap(), describe: 'UTC day, exclusive' },
  top: { value: 'N', schema: z.coerce.number().int().min(0), fallback: '20', describe: 'Most GPUs to list' },
} as const;
