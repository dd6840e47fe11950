import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';

export const CoverageDimension = z
  .enum([
    ...Subject.keyof().options,
    'rule',
    'serviceProviderName',
    'serviceName',
    'serviceCategory',
    'chargeCategory',
    'subAccountId',
  ])
  .describe('Subject field, rule, or a dimension of the daily roll-up');
export type CoverageDimension = z.infer<typeof CoverageDimension>;
