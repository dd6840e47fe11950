import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { Currency, DecimalString } from '../../../platform/units/schema.ts';

/** Where what something really saved is read from. */
export const MeasuredBy = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('endpoint').describe('By the meter of its replicas'),
        endpoint: Name.describe('Endpoint'),
      })
      .describe('What replicas of an endpoint cost since'),
    z
      .strictObject({
        type: z.literal('steps').describe('By the meter of its steps'),
        pipeline: z.string().describe('Pipeline'),
        steps: z.array(z.string().describe('Name of a step')).describe('Steps'),
        currency: Currency,
      })
      .describe('What steps of a pipeline cost since'),
    z
      .strictObject({
        type: z.literal('commitment').describe('By the bill'),
        filter: z.array(z.string().describe('Filter of the bill')).describe('Rows that it covers, DIM=VALUE'),
        committedBefore: DecimalString.describe('Mean quantity that was committed to in an hour before'),
        onDemandPerHour: DecimalString.describe('Price of one for an hour on demand, when it was advised'),
        committedPerHour: DecimalString.describe('The same with the commitment'),
        currency: Currency,
      })
      .describe('What the bill says of it: hours that it covers at the on-demand price, less what it costs'),
  ])
  .describe('Where what it really saved is read from');
export type MeasuredBy = z.infer<typeof MeasuredBy>;
