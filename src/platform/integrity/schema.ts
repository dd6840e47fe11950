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
    what: z.string().describe('File below the data folder, object, or record that is concerned'),
    problem: z.string().describe('What is wrong with it'),
    period: z
      .string()
      .nullable()
      .describe('Month (YYYY-MM) or day (YYYY-MM-DD) that is incomplete by it; null: none, or unknown'),
    repaired: z.boolean().describe('Whether this verification repaired it'),
    reason: z.string().nullable().describe('Why it was not repaired, with --repair; else null'),
  })
  .describe('Something that is missing, damaged or left over');
export type Finding = z.infer<typeof Finding>;

const Count = z.number().int().min(0);

export const CheckedArea = z
  .strictObject({
    area: VerifiedArea,
    items: Count.describe('Files, objects, rows or references that were checked'),
    sizeBytes: Count.describe('Bytes that were read and hashed'),
    digestsAdded: Count.describe('Items that had no digest yet and have one now'),
  })
  .describe('How much of an area was checked');
export type CheckedArea = z.infer<typeof CheckedArea>;

export const VerificationId = z
  .string()
  .regex(/^ver_[0-9a-f]{32}$/, 'an id such as ver_0f…')
  .describe('Id of a verification');

export const Verification = z
  .strictObject({
    verification: VerificationId,
    state: z.enum(['waiting', 'running', 'ended', 'failed']).describe('failed: it could not be carried out to its end'),
    repair: z.boolean().describe('Whether damage is repaired where it can be'),
    startedAt: UtcInstant.describe('When it was asked for'),
    endedAt: UtcInstant.nullable().describe('When it ended; null while it has not'),
    progress: z
      .strictObject({
        area: VerifiedArea,
        itemsDone: Count.describe('Items of the area that are checked'),
        items: Count.nullable().describe('Items of the area; null while they are not counted'),
      })
      .nullable()
      .describe('Where it is; null before it runs and after it ended'),
    checked: z.array(CheckedArea).describe('What was checked, by area'),
    findings: z.array(Finding).describe('What was found, at most 1,000'),
    findingsCount: Count.describe('How many findings there are'),
    unrepaired: Count.describe('How many of them were not repaired'),
    error: z.string().nullable().describe('Why it failed; null when it did not'),
  })
  .describe('One check of all stored data');
export type Verification = z.infer<typeof Verification>;

export const startVerification = endpoint({
  method: 'POST',
  path: '/api/v1/verifications',
  scope: 'platform.write',
  summary: 'Check every stored file against its digest, and all references between them; repair on request',
  body: z.strictObject({
    repair: z.boolean().default(false).describe('Rebuild lake files from raw bills, and remove what is left over'),
  }),
  response: Verification,
  errors: [],
});

export const getVerification = endpoint({
  method: 'GET',
  path: '/api/v1/verifications/:verification',
  scope: 'platform.read',
  summary: 'How far a verification is, or what it found',
  params: z.strictObject({ verification: VerificationId }),
  response: Verification,
  errors: ['verification_not_found'],
});

export const listVerifications = endpoint({
  method: 'GET',
  path: '/api/v1/verifications',
  scope: 'platform.read',
  summary: 'The last 20 verifications, newest first',
  response: z.strictObject({ verifications: z.array(Verification).describe('Newest first') }),
  errors: [],
});

export const DamagedPlace = z
  .strictObject({
    area: VerifiedArea,
    what: z.string().describe('File below the data folder, or object'),
    problem: z.string().describe('What is wrong with it'),
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
    count: Count.describe('How many damaged places there are'),
    command: z.string().nullable().describe('Command that repairs what can be repaired; null: no damage is known'),
  })
  .describe('Damage that was found until now, by reading, settling or verifying');
export type KnownDamage = z.infer<typeof KnownDamage>;

export const getKnownDamage = endpoint({
  method: 'GET',
  path: '/api/v1/damage',
  scope: 'platform.read',
  summary: 'Damage that is known by now: journals, lake files, objects, store; steelyard verify looks for more',
  response: KnownDamage,
  errors: [],
});
