import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';
import { UtcInstant } from '../units/schema.ts';

export const VerifiedArea = z
  .enum(['store', 'audit', 'lake', 'objects', 'journals', 'references'])
  .describe('Part of the data folder that is checked');
export type VerifiedArea = z.infer<typeof VerifiedArea>;

export const Finding = z
  .strictObject({
    area: VerifiedArea,
    what: z.string().describe('Affected file below the data folder, object or record'),
    problem: z.string().describe('Description of the damage'),
    period: z
      .string()
      .nullable()
      .describe('Month (YYYY-MM) or day (YYYY-MM-DD) that is incomplete because of it; null: none, or unknown'),
    repaired: z.boolean().describe('Whether this verification repaired it'),
    reason: z.string().nullable().describe('Reason for a failed repair with --repair; else null'),
  })
  .describe('Missing, damaged or orphaned data');
export type Finding = z.infer<typeof Finding>;

const Count = z.number().int().min(0);

export const CheckedArea = z
  .strictObject({
    area: VerifiedArea,
    items: Count.describe('Files, objects, rows or references that were checked'),
    sizeBytes: Count.describe('Bytes that were read and hashed'),
    digestsAdded: Count.describe('Items that had no digest yet and have one now'),
  })
  .describe('Extent of the check of one area');
export type CheckedArea = z.infer<typeof CheckedArea>;

export const VerificationId = z
  .string()
  .regex(/^ver_[0-9a-f]{32}$/, 'an id such as ver_0f…')
  .describe('Id of a verification');

export const Verification = z
  .strictObject({
    verification: VerificationId,
    state: z
      .enum(['waiting', 'running', 'ended', 'failed'])
      .describe('failed: the verification could not be completed'),
    repair: z.boolean().describe('Whether damage is repaired where it can be'),
    startedAt: UtcInstant.describe('Time of the request'),
    endedAt: UtcInstant.nullable().describe('End of the verification; null: not ended'),
    progress: z
      .strictObject({
        area: VerifiedArea,
        itemsDone: Count.describe('Items of the area that are checked'),
        items: Count.nullable().describe('Items of the area; null while they are not counted'),
      })
      .nullable()
      .describe('Progress; null before the start and after the end'),
    checked: z.array(CheckedArea).describe('Extent of the check, by area'),
    findings: z.array(Finding).describe('Findings, at most 1,000'),
    findingsCount: Count.describe('Number of findings'),
    unrepaired: Count.describe('Number of findings that were not repaired'),
    error: z.string().nullable().describe('Reason for the failure; null: none'),
  })
  .describe('One check of all stored data');
export type Verification = z.infer<typeof Verification>;

export const startVerification = endpoint({
  method: 'POST',
  path: '/api/v1/verifications',
  scope: 'platform.write',
  summary: 'Check every stored file against its digest, and all references between them; repair on request',
  body: z.strictObject({
    repair: z.boolean().default(false).describe('Rebuild lake files from raw bills, and remove orphaned files'),
  }),
  response: Verification,
  errors: [],
});

export const getVerification = endpoint({
  method: 'GET',
  path: '/api/v1/verifications/:verification',
  scope: 'platform.read',
  summary: 'Get the progress and findings of a verification',
  params: z.strictObject({ verification: VerificationId }),
  response: Verification,
  errors: ['verification_not_found'],
});

export const listVerifications = endpoint({
  method: 'GET',
  path: '/api/v1/verifications',
  scope: 'platform.read',
  summary: 'List the last 20 verifications, newest first',
  response: z.strictObject({ verifications: z.array(Verification).describe('Verifications, newest first') }),
  errors: [],
});

export const DamagedPlace = z
  .strictObject({
    area: VerifiedArea,
    what: z.string().describe('File below the data folder, or object'),
    problem: z.string().describe('Description of the damage'),
    period: Finding.shape.period,
    offset: Count.nullable().describe('First damaged byte in its journal segment; null: not of a journal'),
    sizeBytes: Count.nullable().describe('Bytes concerned; null: not known'),
    lines: Count.nullable().describe('Acknowledged lines of a journal that are missing; null: not known, or none'),
  })
  .describe('One place of stored data that is known to be damaged');
export type DamagedPlace = z.infer<typeof DamagedPlace>;

export const KnownDamage = z
  .strictObject({
    damaged: z.array(DamagedPlace).describe('Damaged places, at most 1,000; empty: no damage is known'),
    count: Count.describe('Number of damaged places'),
    command: z
      .string()
      .nullable()
      .describe('Command that repairs the damage as far as possible; null: no damage is known'),
  })
  .describe('Damage found to date by reading, settling or verifying');
export type KnownDamage = z.infer<typeof KnownDamage>;

export const getKnownDamage = endpoint({
  method: 'GET',
  path: '/api/v1/damage',
  scope: 'platform.read',
  summary: 'List known damage of journals, lake files, objects and the store; steelyard verify finds more',
  response: KnownDamage,
  errors: [],
});
