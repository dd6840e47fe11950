import { z } from 'zod';
import { endpoint, type Reads, type Scope, SMALL_BODY_LIMIT_BYTES } from '../contract/schema.ts';
import type { ErrorCode } from '../errors/table.ts';
import { Severity } from '../notices/schema.ts';
import { Money, UtcInstant } from '../units/schema.ts';

export const Assignee = z
  .strictObject({
    kind: z.enum(['account', 'team']).describe('Account or team'),
    name: z.string().trim().min(1).max(250).describe('Name of the account or team'),
  })
  .describe('Account or team');
export type Assignee = z.infer<typeof Assignee>;

export const Acknowledgement = z
  .strictObject({
    by: z.string().describe('Account'),
    at: UtcInstant.describe('Time'),
    note: z.string().nullable().describe('Note; null: none'),
    severity: Severity.describe('Severity at that time'),
    impact: Money.nullable().describe('Money at stake at that time; null: unknown'),
  })
  .describe(
    'Acknowledgement: no further notice unless the severity rises or the money at stake grows by more than half',
  );
export type Acknowledgement = z.infer<typeof Acknowledgement>;

export const Assignment = z
  .strictObject({
    to: Assignee,
    by: z.string().describe('Account that assigned it'),
    at: UtcInstant.describe('Time'),
    comment: z.string().nullable().default(null).describe('Comment for the assignee; null: none'),
  })
  .describe('Assignment to an account or a team');
export type Assignment = z.infer<typeof Assignment>;

export const WorkState = z
  .enum(['open', 'accepted', 'in_progress', 'done', 'dismissed'])
  .describe(
    '`open`: no work yet; `accepted`: it will be done; `in_progress`: being done; `done`: done; `dismissed`: declined, with a reason',
  );
export type WorkState = z.infer<typeof WorkState>;

export const Work = z
  .strictObject({
    state: WorkState,
    reason: z.string().nullable().describe('Reason; null: none was stated'),
    by: z.string().describe('Account that set it'),
    at: UtcInstant.describe('Time'),
  })
  .describe('State of the work');
export type Work = z.infer<typeof Work>;

const HandlingStep = z
  .strictObject({
    by: z.string().describe('Account'),
    at: UtcInstant.describe('Time'),
    assigned: Assignment.nullable().describe('Assignment since then; null: none'),
    work: Work.nullable().describe('State of the work since then; null: open'),
    isUndo: z.boolean().describe('True: the change before was undone'),
  })
  .describe('Change of the assignment or of the state of the work');

/** Acknowledgement and assignment of an anomaly, an alert or a recommendation. */
export const Handling = z
  .strictObject({
    acknowledged: Acknowledgement.nullable().describe('null: not acknowledged'),
    assigned: Assignment.nullable().describe('null: not assigned'),
    work: Work.nullable().default(null).describe('State of the work; null: open'),
    steps: z.array(HandlingStep).default([]).describe('Last changes of assignment and work, oldest first, 20 at most'),
  })
  .describe('Acknowledgement, assignment and state of the work');
export type Handling = z.infer<typeof Handling>;

const NotedBody = z.strictObject({
  note: z.string().trim().min(1).max(2000).optional().describe('Reason or plan'),
});
const AssignBody = z
  .strictObject({
    to: Assignee.nullable().optional().describe('Assignee; null: removes the assignment; absent: no change'),
    comment: z.string().trim().min(1).max(2000).optional().describe('Comment for the assignee'),
    state: WorkState.optional().describe('State of the work; absent: no change'),
    reason: z.string().trim().min(1).max(2000).optional().describe('Reason of the state; required for dismissed'),
  })
  .refine(({ to, state }) => to !== undefined || state !== undefined, 'an assignee, a state, or both')
  .refine(({ state, reason }) => state !== 'dismissed' || reason !== undefined, 'a reason for dismissed');

/** Noun whose things can be acknowledged and assigned. */
export interface HandledNoun {
  readonly noun: 'anomaly' | 'alert' | 'recommendation';
  /** Address of one thing, with its id as a parameter. */
  readonly path: `/${string}`;
  /** Name of that parameter, by which the team of the thing is checked. */
  readonly param: string;
  readonly read: Scope;
  readonly write: Scope;
  readonly notFound: ErrorCode;
  /** How callers who may not read everything read and change the things of their teams. */
  readonly reads: Reads | readonly Reads[];
}

/** Endpoints to read, acknowledge, unacknowledge, assign and undo for things of a noun. */
export function defineHandlingEndpoints({ noun, path, param, read, write, notFound, reads }: HandledNoun) {
  const params: z.ZodObject<Record<string, z.ZodString>> = z.strictObject({
    [param]: z.string().min(1).max(250).describe(`Id of the ${noun}`),
  });
  const rest = { params, response: Handling, errors: [notFound], reads } as const;
  const article = noun === 'recommendation' ? 'a' : 'an';
  const change = { ...rest, scope: write, bodyLimitBytes: SMALL_BODY_LIMIT_BYTES };
  return {
    get: endpoint({
      ...{ ...rest, method: 'GET', path: `${path}/handling`, scope: read },
      summary: `Get the acknowledgement and the assignment of ${article} ${noun}`,
    }),
    acknowledge: endpoint({
      ...{ ...change, method: 'PUT', path: `${path}/acknowledgement`, body: NotedBody },
      summary: `Acknowledge ${article} ${noun}: no further notice unless it gets worse`,
    }),
    unacknowledge: endpoint({
      ...{ ...rest, method: 'DELETE', path: `${path}/acknowledgement`, scope: write },
      summary: `Remove the acknowledgement of ${article} ${noun}`,
    }),
    assign: endpoint({
      ...{ ...change, method: 'PUT', path: `${path}/assignment`, body: AssignBody },
      summary: `Assign ${article} ${noun} to an account or a team, or set the state of the work`,
    }),
    undo: endpoint({
      ...{ ...change, method: 'POST', path: `${path}/assignment/undo`, body: z.strictObject({}) },
      summary: `Undo the last change of assignment or work of ${article} ${noun}`,
    }),
  };
}
export type HandlingEndpoints = ReturnType<typeof defineHandlingEndpoints>;
