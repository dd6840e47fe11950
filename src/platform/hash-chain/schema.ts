import { z } from 'zod';

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal');

export const ChainHead = z
  .string()
  .regex(/^\d+:[0-9a-f]{64}$/, 'a head as verify prints it: 812:9f86d0…')
  .describe('Number and hash of the last row of an earlier verification');

export const ChainVerification = z
  .strictObject({
    intact: z.boolean().describe('True when the chain is valid from the first row to the head'),
    rows: z.number().int().min(0).describe('Rows that were checked'),
    head: z
      .string()
      .describe(
        'Number and hash of the last row; store it elsewhere to prove later that no row was removed from the end',
      ),
    broken: z
      .strictObject({
        seq: z.number().int().describe('Number of the first invalid row'),
        why: z
          .enum(['row missing', 'row changed', 'row moved', 'end cut off', 'head not in the trail'])
          .describe('Kind of break'),
      })
      .nullable()
      .describe('First break of the chain; null: none'),
  })
  .describe('Result of the verification of a hash chain');
