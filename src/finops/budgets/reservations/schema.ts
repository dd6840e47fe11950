import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { DecimalString, Money, UtcInstant } from '../../../platform/units/schema.ts';
import { ResourceName } from '../../metering/schema.ts';

const DAY_SECONDS = 86_400;

export const ReservationId = z
  .string()
  .regex(/^[\w.:-]{1,180}$/)
  .describe('Id, chosen by the client; idempotent: a request with the same id returns the granted reservation');

const Quantity = DecimalString.refine((text) => !text.startsWith('-'), 'zero or more').describe(
  'Number of units (GPUs, vCPUs, instances)',
);

export const HeldResource = z
  .strictObject({ resource: ResourceName, quantity: Quantity })
  .describe('Resource that the work actually holds; from now on its price applies, if there is one');
export type HeldResource = z.infer<typeof HeldResource>;

export const NewReservation = z
  .strictObject({
    reservation: ReservationId,
    subject: Subject,
    resource: ResourceName,
    quantity: Quantity,
    price: Money.optional().describe('Price of one unit for an hour. Default: from the price book'),
    limit: Money.optional().describe('Maximum cost of this work, in addition to the limits of its budgets'),
    runLimit: Money.optional().describe(
      'Maximum cost of all reservations of the same pipeline run; requires a run in the subject',
    ),
    start: UtcInstant.optional().describe('When the spending began; default now'),
    leaseSeconds: z
      .number()
      .int()
      .min(1)
      .max(DAY_SECONDS)
      .default(600)
      .describe('How far ahead money is set aside at most'),
    graceSeconds: z
      .number()
      .int()
      .min(0)
      .max(DAY_SECONDS)
      .default(10)
      .describe('Time to stop the work, in seconds, paid from the budget'),
    origin: z.string().min(1).max(250).describe('Origin of the measurement: program and method'),
  })
  .describe('Request to set money aside before it is spent');
export type NewReservation = z.infer<typeof NewReservation>;

export const Reservation = z
  .strictObject({
    reservation: ReservationId,
    subject: Subject,
    resource: ResourceName,
    quantity: DecimalString.describe('Number of units'),
    state: z.enum(['open', 'settled']).describe('`open` while it may be spent'),
    start: UtcInstant.describe('When the spending began'),
    until: UtcInstant.describe('When the reserved money is spent; the work must have ended by then'),
    ceiling: Money.nullable().describe(
      'Maximum cost of the work; null when no price is known and no budget requires one',
    ),
    spent: Money.nullable().describe('Metered cost so far; null where no price is known'),
    limitedBy: z
      .string()
      .nullable()
      .describe('Budget that restricts it, "its own limit", or "the limit of its run"; null without a restriction'),
    stoppedBy: z
      .string()
      .nullable()
      .describe(
        'Budget that stopped it, "its own limit", or "its reservation" when no more could be requested; null when the work ended without a stop',
      ),
    prices: z
      .array(z.string())
      .describe('Each price of the spent amount, in order, with its source, start of validity and age'),
  })
  .describe('Money that is set aside for running work');
export type Reservation = z.infer<typeof Reservation>;

const params = z.strictObject({ reservation: ReservationId });

export const openReservation = endpoint({
  method: 'POST',
  path: '/api/v1/budget-reservations',
  scope: 'finops.reserve',
  reads: 'none',
  summary: 'Reserve money before it is spent',
  body: NewReservation,
  response: Reservation,
  errors: ['budget_exceeded', 'budget_approval_needed', 'price_missing', 'currency_mismatch'],
});

export const meterReservation = endpoint({
  method: 'POST',
  path: '/api/v1/budget-reservations/:reservation/meter',
  scope: 'finops.reserve',
  reads: 'object',
  summary: 'Meter the cost until now, and extend the reservation while the budgets permit it',
  frequent: true,
  params,
  body: z.strictObject({
    at: UtcInstant.describe('End of the metered time'),
    holds: HeldResource.optional(),
  }),
  response: Reservation,
  errors: [
    'reservation_not_found',
    'reservation_settled',
    'usage_interval_invalid',
    'price_missing',
    'currency_mismatch',
  ],
});

export const settleReservation = endpoint({
  method: 'POST',
  path: '/api/v1/budget-reservations/:reservation/settle',
  scope: 'finops.reserve',
  reads: 'object',
  summary: 'Close the reservation and release the unspent amount',
  params,
  body: z.strictObject({
    end: UtcInstant.describe('When the spending ended'),
    stopped: z.boolean().default(false).describe('Whether the work was stopped because its money was spent'),
    checkpoint: z.string().min(1).max(2000).optional().describe('Location of the checkpoint that the work saved'),
  }),
  response: Reservation,
  errors: ['reservation_not_found', 'usage_interval_invalid'],
});
