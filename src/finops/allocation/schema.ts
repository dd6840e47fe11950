import { z } from 'zod';
import { Subject } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';

const Match = z
  .record(
    z.string().min(1).max(300),
    z.union([z.string().max(1000), z.array(z.string().max(1000)).min(1).max(1000), z.null()]),
  )
  .refine((match) => Object.keys(match).length > 0, 'at least one condition')
  .describe(
    'Dimension -> value, list of values, `prefix*`, or null for "has no value"; all must hold. Case is ignored.',
  );

const AssignedSubject = z
  .partialRecord(Subject.keyof(), z.string().min(1).max(250))
  .refine((subject) => Object.keys(subject).length > 0, 'at least one subject field')
  .describe('Subject fields; a value may be "{tag:KEY}" or "{serviceName}", taken from the row in lower case');

export const AllocationRule = z
  .strictObject({
    name: z.string().min(1).max(100).describe('Name, shown beside what it allocated'),
    match: Match,
    subject: AssignedSubject,
  })
  .describe('What matches goes to the subject; the first rule that matches takes the row');
export type AllocationRule = z.infer<typeof AllocationRule>;

/** `kind: AllocationRules` of `steelyard apply`; one document holds the whole ordered list. */
export const AllocationRulesSpec = z.strictObject({
  rules: z.array(AllocationRule).max(1000).describe('Rules in order'),
});

export const getAllocationRules = endpoint({
  method: 'GET',
  path: '/api/v1/allocation/rules',
  scope: 'finops.read',
  summary: 'The allocation rules in force, with what each one took',
  response: z.strictObject({
    version: z.number().int().describe('Version of the rules; 0 before any were applied'),
    rules: z.array(AllocationRule).describe('Rules in order'),
  }),
  errors: [],
});
