import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../contract/schema.ts';
import { ChainHead, ChainVerification, Sha256 as Hash } from '../hash-chain/schema.ts';
import { UtcInstant } from '../units/schema.ts';

export const AuditRow = z
  .strictObject({
    seq: z.number().int().min(1).describe('Number of the row in the trail, from 1, without gaps'),
    firstAt: UtcInstant.describe('Time of the write, UTC; for counted writes the first of them'),
    lastAt: UtcInstant.describe('For counted writes the last of them, UTC; else as firstAt'),
    actor: z.string().describe('Account; "local" on a server without accounts'),
    role: z.string().nullable().describe('Role of the account at that time; null without accounts'),
    method: z.string().describe('HTTP method'),
    route: z.string().describe('Pattern of the route'),
    scope: z.string().describe('Scope that the route requires'),
    subject: z.record(z.string(), z.string()).describe('Ids that the request named'),
    bodyDigest: Hash.nullable().describe(
      'SHA-256 of the body; null for streams, counted writes and bodies with secrets',
    ),
    status: z.number().int().describe('HTTP status of the response'),
    writes: z.number().int().min(1).describe('Number of requests in the row; 1 unless they are counted'),
    requestId: z.string().describe('Request id of the log; for counted writes the first'),
    hash: Hash.describe('SHA-256 of the previous hash and of this row'),
  })
  .describe('Audit row of a write request');
export type AuditRow = z.infer<typeof AuditRow>;

const filters = {
  actor: z.string().max(250).optional().describe('Only writes of this account'),
  since: UtcInstant.optional().describe('Only writes at or after this instant'),
};

export const listAudit = endpoint({
  method: 'GET',
  path: '/api/v1/audit',
  scope: 'audit.read',
  summary: 'List the audit trail, newest first',
  query: z.strictObject({ ...filters, ...PageQuery }),
  response: z.strictObject({ rows: z.array(AuditRow).describe('Rows, newest first'), nextPageToken: NextPageToken }),
  errors: ['invalid_page_token'],
});

export const auditCsv = endpoint({
  method: 'GET',
  path: '/api/v1/audit.csv',
  scope: 'audit.read',
  summary: 'Export the audit trail as CSV, oldest first',
  response: z.string().describe('One line for each row'),
  errors: [],
  answers: 'csv',
});

export const verifyAudit = endpoint({
  method: 'GET',
  path: '/api/v1/audit/verify',
  scope: 'audit.read',
  summary: 'Verify the hash chain of the audit trail',
  query: z.strictObject({ head: ChainHead.optional() }),
  response: ChainVerification,
  errors: [],
});
