import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { ChainHead, ChainVerification, Sha256 } from '../../../platform/hash-chain/schema.ts';

export const ChainLink = z
  .strictObject({
    position: z.number().int().min(1).describe('Number of the decision in the chain, from 1, without gaps'),
    previousSha256: Sha256.describe('SHA-256 of the decision before; 64 zeros for the first'),
    sha256: Sha256.describe('SHA-256 of previousSha256, a newline, and the recorded decision as JSON with sorted keys'),
  })
  .describe('Place of a decision in the hash chain of all decisions');
export type ChainLink = z.infer<typeof ChainLink>;

export const verifyDecisions = endpoint({
  method: 'GET',
  path: '/api/v1/decisions-chain',
  scope: 'tradeoff.read',
  summary: 'Verify the hash chain of the decisions and name the first invalid row',
  query: z.strictObject({ head: ChainHead.optional() }),
  response: z.strictObject({
    ...ChainVerification.shape,
    brokenDecision: z
      .string()
      .nullable()
      .describe('Id of the decision in the first invalid row; null when the chain is intact or the row is missing'),
  }),
  errors: [],
});
