import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Sha256 } from '../../../platform/hash-chain/schema.ts';
import { Check, Verdict } from '../../gates/schema.ts';
import { ChainLink } from '../chain/schema.ts';
import { DecisionId } from '../schema.ts';

export const EXPORT_FORMAT = 'steelyard-decision/1';

export const DecisionExport = z
  .strictObject({
    format: z.literal(EXPORT_FORMAT).describe('Format of the document'),
    decision: z
      .record(z.string().describe('Name'), z.unknown().describe('Value'))
      .describe(
        'The decision as it was recorded: verdict, checks, and evidence with policy, versions, bill sums and digests, budgets and price books',
      ),
    chain: ChainLink.nullable().describe('Place in the hash chain of the server; null for a row outside the chain'),
    digests: z
      .record(z.string().describe('Part of the document'), Sha256)
      .describe('SHA-256 of each part as JSON with sorted keys'),
  })
  .describe('A decision with everything that a replay needs');
export type DecisionExport = z.infer<typeof DecisionExport>;

export const exportDecision = endpoint({
  method: 'GET',
  path: '/api/v1/decisions/:decision/export',
  scope: 'tradeoff.read',
  summary: 'Export a decision as one document that can be replayed on another machine',
  params: z.strictObject({ decision: DecisionId }),
  response: DecisionExport,
  errors: ['decision_not_found'],
});

export const ExportReplay = z
  .strictObject({
    decision: DecisionId,
    verdict: Verdict.describe('Verdict of the replay'),
    recordedVerdict: Verdict.describe('Recorded verdict'),
    isSame: z.boolean().describe('True when the verdict equals the recorded one'),
    checks: z.array(Check).describe('Every check of the replay, quality first'),
    chain: ChainLink.nullable().describe('Place in the hash chain of the server; null for a row outside the chain'),
    evidenceSha256: Sha256.describe('SHA-256 of the evidence'),
  })
  .describe('Result of a replay of an exported decision');
export type ExportReplay = z.infer<typeof ExportReplay>;
