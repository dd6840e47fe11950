import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { DecimalString, Money, UtcInstant } from '../../../platform/units/schema.ts';
import { ResourceName } from '../../metering/schema.ts';

const DAY_SECONDS = 86_400;

export const ReservationId = z
  .string()
  .regex(/^[\w.:-]{1,180}$/)
  .describe('Id, chosen by whoever spends; asking again under the same id answers what was granted');

const Quantity = DecimalString.refine((text) => !text.startsWith('-'), 'zero or more').describe(
  'How many are held (GPUs, vCPUs, instances)',
);

export const Held = z
  .strictObject({ resource: ResourceName, quantity: Quantity })
  .describe('What it turned out to hold: from now on the price of this counts, where it has one');
export type Held = z.infer<typeof Held>;

export const NewReservation = z
  .strictObject({
    reservation: ReservationId,
    subject: Subject,
    resource: ResourceName,
    quantity: Quantity,
    price: Money.optional().describe('Price of one unit for an hour, where it is known better than by the price book'),
    limit: Money.optional().describe('What this piece of work may spend at most, whatever its budgets allow'),
    runLimit: Money.optional().describe(
      'What all reservations of its pipeline run may spend together; for those whose subject names one',
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
      .describe('How long it takes to stop, which must still be paid'),
    origin: z.string().min(1).max(250).describe('Who measures it and how'),
  })
  .describe('Money to be set aside before it is spent');
export type NewReservation = z.infer<typeof NewReservation>;

export const Reservation = z
  .strictObject({
    reservation: ReservationId,
    subject: Subject,
    resource: ResourceName,
    quantity: DecimalString.describe('How many are held'),
    state: z.enum(['open', 'settled']).describe('`open` while it may be spent'),
    start: UtcInstant.describe('When the spending began'),
    until: UtcInstant.describe('When what is set aside is spent: it must have ended by then'),
    ceiling: Money.nullable().describe(
      'What it may spend in all; null where no price is known and no budget asks for one',
    ),
    spent: Money.nullable().describe('Metered cost so far; null where no price is known'),
    limitedBy: z
      .string()
      .nullable()
      .describe(
        'Budget that allows no more than this, or "its own limit", or "the limit of its run"; null while there is more',
      ),
    stoppedBy: z
      .string()
      .nullable()
      .describe(
        'Budget that stopped it, "its own limit", or "what was set aside" when nobody could be asked for more; null when it ended by itself',
      ),
    prices: z
      .array(z.string())
      .describe('Each price behind what was spent, in order: where it is from, since when it holds and how old it is'),
  })
  .describe('Money that is set aside for running work');
export type Reservation = z.infer<typeof Reservation>;

const params = z.strictObject({ reservation: ReservationId });

export const openReservation = endpoint({
  method: 'POST',
  path: '/api/v1/budget-reservations',
  scope: 'finops.reserve',
  summary: 'Set money aside before it is spent',
  body: NewReservation,
  response: Reservation,
  errors: ['budget_exceeded', 'budget_approval_needed', 'price_missing', 'currency_mismatch'],
});

export const meterReservation = endpoint({
  method: 'POST',
  path: '/api/v1/budget-reservations/:reservation/meter',
  scope: 'finops.reserve',
  summary: 'Meter what was spent until now, and set more aside where there is more',
  frequent: true,
  params,
  body: z.strictObject({
    at: UtcInstant.describe('Until when it has run'),
    holds: Held.optional(),
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
  summary: 'End it: what was not spent is free again',
  params,
  body: z.strictObject({
    end: UtcInstant.describe('When the spending ended'),
    stopped: z.boolean().default(false).describe('Whether it was stopped because there was no more money'),
    checkpoint: z.string().min(1).max(2000).optional().describe('Where the work left what it had reached'),
  }),
  response: Reservation,
  errors: ['reservation_not_found', 'usage_interval_invalid'],
});
