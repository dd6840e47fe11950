import { z } from 'zod';
import { Subject } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { NotifyTarget } from '../../platform/notices/schema.ts';
import { DecimalString, Money, Period, UtcInstant } from '../../platform/units/schema.ts';
import { SourceBehind } from '../costs/schema.ts';
import { Unconverted, UsedRate } from '../exchange/schema.ts';
import { BudgetNotice } from './notices/schema.ts';

export const BudgetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .describe('Name of a budget');

export const BudgetPeriod = z
  .enum(['day', 'week', 'month', 'quarter', 'year', 'once'])
  .describe('Length of a window; weeks start on Monday; `once`: one window only');

export const Enforcement = z
  .enum(['soft', 'approval', 'hard'])
  .describe('Action at the limit: `soft` alerts, `approval` waits for a person, `hard` admits nothing and stops work');

const TimeZone = z
  .string()
  .refine(isTimeZone, 'an IANA time zone such as "Europe/Berlin"')
  .describe('IANA time zone; windows change at its midnight');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

export const RollOver = z
  .enum(['none', 'unspent'])
  .describe(
    'Rollover of the rest of a window: `none`: it lapses; `unspent`: it is added to the limit of the next window, at most one amount',
  );

const Ratio = z.number().gt(0).max(1);

/** `kind: Budget` of `steelyard apply`. */
export const BudgetSpec = z
  .strictObject({
    subject: Subject.describe('Scope: all cost with these subject fields; {} covers all cost'),
    amount: DecimalString.refine((text) => !text.startsWith('-'), 'zero or more').describe(
      'Amount of one window, in `currency`',
    ),
    currency: Money.shape.currency,
    owner: z
      .string()
      .trim()
      .min(1)
      .max(250)
      .optional()
      .describe('Person or group that answers for the budget, 1 to 250 characters; default: the owner of its team'),
    parent: BudgetName.optional().describe('Parent budget; the cost of this budget counts there too'),
    every: BudgetPeriod.default('month'),
    timeZone: TimeZone.default('UTC'),
    from: UtcInstant.optional().describe('Start of the window, for `every: once`'),
    until: UtcInstant.optional().describe('End of the window, exclusive, for `every: once`'),
    enforcement: Enforcement.default('soft'),
    rollOver: RollOver.default('none'),
    warnAt: z
      .array(Ratio.describe('Share of the limit, above 0, at most 1'))
      .max(10)
      .default([0.8, 1])
      .describe('Shares of the limit at which it warns'),
    forecastAt: z
      .array(Ratio.describe('Probability that the forecast of the window passes the limit, above 0, at most 1'))
      .max(10)
      .default([])
      .describe('Probabilities of being passed at which it warns, by the forecast of its present window'),
    notify: z
      .array(NotifyTarget)
      .max(10)
      .default([])
      .describe(
        'Receivers of its notices, each sent once for each window: a share of `warnAt` or a probability of `forecastAt` is reached, the budget is exhausted, or work was stopped',
      ),
  })
  .refine(
    ({ every, from, until }) => every === 'once' || (from === undefined && until === undefined),
    '`from` and `until` are for a budget that is given once (`every: once`)',
  )
  .refine(
    ({ from, until }) => from === undefined || until === undefined || Date.parse(from) < Date.parse(until),
    '`until` after `from`',
  )
  .refine(
    ({ every, rollOver }) => every !== 'once' || rollOver === 'none',
    '`rollOver` is for a recurring budget: one with `every: once` has no next window',
  );
export type BudgetSpec = z.infer<typeof BudgetSpec>;

export const BudgetState = z
  .enum(['unknown', 'ok', 'warned', 'exhausted', 'over'])
  .describe(
    '`warned`: past a share of `warnAt`; `exhausted`: nothing is left; `over`: more was spent than allowed; `unknown`: no figure yet',
  );

export const ForecastBasis = z
  .enum(['forecast', 'evenBurn'])
  .describe('`forecast`: the mean of the forecast of the budget; `evenBurn`: spent x length / elapsed of the window');
export type ForecastBasis = z.infer<typeof ForecastBasis>;

export const BudgetConversion = z
  .strictObject({
    rates: z.array(UsedRate).describe('Every rate that was used, to the currency of the budget'),
    leftOut: z.array(Unconverted).describe('Cost without a rate, by currency: unknown, not zero, and not in `billed`'),
  })
  .describe('How spend in other currencies was converted to the currency of a budget, each charge day at its rate');
export type BudgetConversion = z.infer<typeof BudgetConversion>;

export const Budget = z
  .strictObject({
    name: BudgetName,
    subject: Subject,
    parent: BudgetName.nullable().describe('Parent budget'),
    every: BudgetPeriod,
    timeZone: z.string().describe('IANA time zone; windows change at its midnight'),
    enforcement: Enforcement,
    limit: Money.describe('Limit of the window: amount, approvals and rollover from the window before'),
    rollOver: RollOver,
    rolledOver: Money.nullable().describe(
      'Rollover from the window before, part of the limit; null without rollover, or when the cost of that window is unknown',
    ),
    period: Period.describe('Window of these figures'),
    billed: Money.nullable().describe(
      'Effective cost allocated to the subject in the window, by charge day: all charges that were received; null before any bill, when part of it is in another currency that is not converted, when the bill states no EffectiveCost, or when the window begins or ends within a day in UTC',
    ),
    toDate: z
      .strictObject({
        through: z.string().describe('Last whole day of the window, as in month to date, UTC, YYYY-MM-DD'),
        amount: DecimalString.describe('Effective cost to that day, in the currency of the limit'),
        later: DecimalString.describe('Charged on later days by sources that are ahead: `billed` is both together'),
        behind: z
          .array(SourceBehind)
          .default([])
          .describe('Sources whose charges `amount` leaves out, in part or in full, by name'),
      })
      .nullable()
      .describe('Cost to date, up to the last whole day; null with `billed`, or without a whole day'),
    conversion: BudgetConversion.nullable().describe(
      'Spend in other currencies within `billed`: of a soft budget, once the setting `reportingCurrency` is there; null where nothing was converted',
    ),
    billedReason: z.string().nullable().describe('Reason that `billed` is null; else null'),
    metered: Money.nullable().describe(
      'Metered cost of the subject in the window; null without usage, or when some of it has no price',
    ),
    spent: Money.nullable().describe('The larger of billed and metered; null while neither is known'),
    reserved: Money.describe('Unspent part of the reservations of running work'),
    remaining: DecimalString.nullable().describe(
      'Limit minus spent minus reserved, in the currency of the limit; null while nothing is known',
    ),
    forecast: Money.nullable().describe(
      'Expected spend at the end of the window, by `forecastBasis`; null while nothing is known, and in the first fiftieth of the window without a forecast',
    ),
    forecastBasis: ForecastBasis.nullable()
      .default(null)
      .describe(
        'Method of `forecast`: the forecast of the budget if there is one, else a projection; null with `forecast`',
      ),
    state: BudgetState,
  })
  .describe('A budget with its status');
export type Budget = z.infer<typeof Budget>;

export const RefusalCount = z
  .strictObject({
    count: z.number().int().describe('Number of refused requests that are kept, at most 100'),
    last: UtcInstant.nullable().describe('When the last one was refused; null without one'),
  })
  .describe('Requests for money that the budget refused');

export const BudgetAlerts = z
  .strictObject({
    recipients: z.number().int().describe('Number of recipients that the budget states'),
    routes: z.array(z.string()).describe('Notification routes that deliver its notices, by name'),
    sent: z.number().int().describe('Number of notices in the current window'),
    last: UtcInstant.nullable().describe('When the last of them was sent; null without one'),
  })
  .describe('Recipients of the notices of a budget');

export const ListedBudget = z
  .strictObject({
    ...Budget.shape,
    owner: z
      .string()
      .nullable()
      .describe('Person or group that answers for the budget: stated in it, else the owner of its team; null: none'),
    alerts: BudgetAlerts,
    refused: RefusalCount,
  })
  .describe('A budget with its status, its owner, its alerts and the number of requests that it refused');
export type ListedBudget = z.infer<typeof ListedBudget>;

export const listBudgets = endpoint({
  method: 'GET',
  path: '/api/v1/budgets',
  scope: 'finops.read',
  reads: ['totals', 'team'],
  summary: 'List budgets with their status in the current window',
  response: z.strictObject({ budgets: z.array(ListedBudget).describe('Budgets by name') }),
  errors: ['currency_mismatch'],
});

export const BudgetStop = z
  .strictObject({
    reservation: z.string().describe('Reservation that was stopped'),
    subject: Subject,
    at: UtcInstant.describe('When it had ended'),
    spent: Money.nullable().describe('Total cost of the work; null when no price is known'),
    checkpoint: z.string().nullable().describe('Location of its checkpoint; null when the work reported none'),
  })
  .describe('Work that a budget stopped');
export type BudgetStop = z.infer<typeof BudgetStop>;

export const BudgetApproval = z
  .strictObject({
    amount: DecimalString.describe('Amount above the limit of the window, in the currency of the budget'),
    note: z.string().describe('Why'),
    approvedAt: UtcInstant.describe('When'),
  })
  .describe('Money above the amount of a budget, for one window');

export const BudgetVersion = z
  .strictObject({
    version: z.number().int().min(1).describe('1 for the first'),
    appliedAt: UtcInstant.describe('When it was applied'),
    spec: BudgetSpec.describe('Spec as it was applied'),
  })
  .describe('Version of a budget; apply its spec again to restore it');
export type BudgetVersion = z.infer<typeof BudgetVersion>;

export const BudgetDays = z
  .strictObject({
    budget: BudgetName,
    currency: Money.shape.currency,
    period: Period.describe('Current window'),
    previous: Period.nullable().describe('Window before; null for a one-time budget'),
    through: z
      .string()
      .nullable()
      .describe('Last whole day of the bills, UTC, YYYY-MM-DD; later days are incomplete; null before any whole day'),
    days: z
      .array(
        z.strictObject({
          day: z.string().describe('Charge day, UTC, YYYY-MM-DD'),
          amount: DecimalString.describe('Effective cost of the day, in `currency`'),
        }),
      )
      .describe('Days of both windows with cost of the budget, oldest first; a day that is left out has none'),
    reason: z.string().nullable().describe('Reason that there are no days; else null'),
  })
  .describe('Effective cost of a budget by charge day, in its current window and in the one before');
export type BudgetDays = z.infer<typeof BudgetDays>;

export const listBudgetDays = endpoint({
  method: 'GET',
  path: '/api/v1/budget-days',
  scope: 'finops.read',
  reads: ['totals', 'team'],
  summary: 'List the daily effective cost of budgets in the current window and in the one before',
  query: z.strictObject({ budget: BudgetName.optional().describe('Only this budget. Default: all') }),
  response: z.strictObject({ budgets: z.array(BudgetDays).describe('Budgets by name') }),
  errors: [],
});

const params = z.strictObject({ budget: BudgetName });

export const BudgetDetail = z
  .strictObject({
    ...ListedBudget.shape,
    stops: z.array(BudgetStop).describe('Work that it stopped, latest first; at most a hundred'),
    approvals: z.array(BudgetApproval).describe('Approvals above its amount in this window'),
    notices: z.array(BudgetNotice).describe('Notices sent in this window, in order'),
    versions: z.array(BudgetVersion).describe('All versions, latest first; the first is in force'),
  })
  .describe('A budget with its status and the work that it stopped');
export type BudgetDetail = z.infer<typeof BudgetDetail>;

export const getBudget = endpoint({
  method: 'GET',
  path: '/api/v1/budgets/:budget',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Get one budget: status, stopped work and approvals',
  params,
  response: BudgetDetail,
  errors: ['budget_not_found', 'currency_mismatch'],
});

export const approveBudget = endpoint({
  method: 'POST',
  path: '/api/v1/budgets/:budget/approvals',
  scope: 'finops.write',
  summary: 'Approve money above the amount of a budget in its current window',
  params,
  body: z.strictObject({
    amount: DecimalString.refine((text) => /[1-9]/.test(text) && !text.startsWith('-'), 'above zero').describe(
      'Amount above the limit of the window, in the currency of the budget',
    ),
    note: z.string().trim().min(1).max(500).describe('Why'),
  }),
  response: BudgetDetail,
  errors: ['budget_not_found', 'budget_not_approvable', 'currency_mismatch'],
});
