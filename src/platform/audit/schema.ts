import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../contract/schema.ts';
import { UtcInstant } from '../units/schema.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal');

export const AuditRow = z
  .strictObject({
    seq: z.number().int().min(1).describe('Place in the trail, from 1, without gaps'),
    firstAt: UtcInstant.describe('When it was written, UTC; for counted writes the first of them'),
    lastAt: UtcInstant.describe('For counted writes the last of them, UTC; else as firstAt'),
    actor: z.string().describe('Account; "local" on a server without accounts'),
    role: z.string().nullable().describe('Role of the account then; null without accounts'),
    method: z.string().describe('HTTP method'),
    route: z.string().describe('Pattern of the route'),
    scope: z.string().describe('Scope that the route asks for'),
    subject: z.record(z.string(), z.string()).describe('Ids that the request named'),
    bodyDigest: Hash.nullable().describe(
      'SHA-256 of the body; null for streams, counted writes and bodies with secrets',
    ),
    status: z.number().int().describe('HTTP status of the answer'),
    writes: z.number().int().min(1).describe('How many requests the row stands for; 1 unless they are counted'),
    requestId: z.string().describe('Finds the request in the log; of counted writes the first'),
    hash: Hash.describe('SHA-256 of the hash before and of this row'),
  })
  .describe('A write that was asked for');
export type AuditRow = z.infer<typeof AuditRow>;

const filters = {
  actor: z.string().max(250).optional().describe('Only what this account did'),
  since: UtcInstant.optional().describe('Only what was written at or after this instant'),
};

export const listAudit = endpoint({
  method: 'GET',
  path: '/api/v1/audit',
  scope: 'audit.read',
  summary: 'The audit trail, newest first',
  query: z.strictObject({ ...filters, ...PageQuery }),
  response: z.strictObject({ rows: z.array(AuditRow).describe('Rows, newest first'), nextPageToken: NextPageToken }),
  errors: ['invalid_page_token'],
});

export const auditCsv = endpoint({
  method: 'GET',
  path: '/api/v1/audit.csv',
  scope: 'audit.read',
  summary: 'The audit trail as CSV, oldest first',
  response: z.string().describe('One line for each row'),
  errors: [],
  answers: 'csv',
});

export const AuditHead = z
  .string()
  .regex(/^\d+:[0-9a-f]{64}$/, 'a head as verify prints it: 812:9f86d0…')
  .describe('Number and hash of a row, as an earlier check named its last one');

export const verifyAudit = endpoint({
  method: 'GET',
  path: '/api/v1/audit/verify',
  scope: 'audit.read',
  summary: 'Whether every row of the audit trail follows from the one before it',
  query: z.strictObject({ head: AuditHead.optional() }),
  response: z.strictObject({
    intact: z.boolean().describe('True when the chain holds from the first row to the head'),
    rows: z.number().int().min(0).describe('Rows that were checked'),
    head: z
      .string()
      .describe('Number and hash of the last row; keep it elsewhere to prove later that nothing was cut off'),
    broken: z
      .strictObject({
        seq: z.number().int().describe('Number of the first row that does not fit'),
        why: z
          .enum(['row missing', 'row changed', 'end cut off', 'head not in the trail'])
          .describe('What is wrong there'),
      })
      .nullable()
      .describe('Where the chain breaks first; null when it holds'),
  }),
  errors: [],
});
