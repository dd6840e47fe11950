import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { Currency, DecimalString } from '../../../platform/units/schema.ts';

/** Source of a realised saving. */
export const MeasuredBy = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('endpoint').describe('Metered cost of replicas'),
        endpoint: Name.describe('Endpoint'),
      })
      .describe('Metered cost of the replicas of an endpoint since the change'),
    z
      .strictObject({
        type: z.literal('steps').describe('Metered cost of steps'),
        pipeline: z.string().describe('Pipeline'),
        steps: z.array(z.string().describe('Name of a step')).describe('Steps'),
        currency: Currency,
      })
      .describe('Metered cost of steps of a pipeline since the change'),
    z
      .strictObject({
        type: z.literal('commitment').describe('Billed cost'),
        filter: z
          .array(z.string().describe('Filter of the bill'))
          .describe('Bill rows that the commitment covers, DIM=VALUE'),
        committedBefore: DecimalString.describe('Mean committed quantity per hour before'),
        onDemandPerHour: DecimalString.describe(
          'On-demand price of one unit per hour at the time of the recommendation',
        ),
        committedPerHour: DecimalString.describe('Price of one unit per hour with the commitment'),
        currency: Currency,
      })
      .describe('Billed saving: covered hours at the on-demand price minus the cost of the commitment'),
  ])
  .describe('Source of the realised saving');
export type MeasuredBy = z.infer<typeof MeasuredBy>;
