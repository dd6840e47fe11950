import { describe, expect, it } from 'vitest';
import { AppError } from '../../../platform/errors/index.ts';
import { GENESIS, hashLink } from '../../../platform/hash-chain/index.ts';
import { serializeCanonical } from '../evidence-digest.ts';
import { madeRecord } from '../record.testing.ts';
import { buildExport } from './build-export.ts';
import { replayExport } from './replay-export.ts';

function exportText(): string {
  const document = JSON.parse(JSON.stringify(madeRecord(1)));
  const sha256 = hashLink(GENESIS, serializeCanonical(document));
  return JSON.stringify(buildExport(document, { position: 1, previousSha256: GENESIS, sha256 }), null, 2);
}

function catchRefusal(text: string): AppError {
  try {
    replayExport(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the export was not refused');
}

describe('the replay of an export', () => {
  it('gives the recorded verdict from the document alone, whatever the order of its fields', () => {
    const text = exportText();
    const replay = replayExport(text);
    expect(replay).toMatchObject({ verdict: 'promote', recordedVerdict: 'promote', isSame: true });
    expect(replay.checks.map(({ name, holds }) => [name, holds])).toEqual([
      ['ndcg floor', true],
      ['training cost', true],
    ]);
    const { format, decision, chain, digests } = JSON.parse(text);
    const reversed = Object.fromEntries(Object.entries(decision).toReversed());
    expect(replayExport(JSON.stringify({ digests, chain, decision: reversed, format }))).toEqual(replay);
  });

  it.each([
    ['"value": 0.3', '"value": 0.9', ['evidence.candidate', 'decision', 'chain.sha256', 'evidenceSha256']],
    ['"floor": "0.2"', '"floor": "0.1"', ['evidence.policy', 'decision', 'chain.sha256', 'evidenceSha256']],
    ['"own@2"', '"own@3"', ['evidence.priceBooks', 'decision', 'chain.sha256', 'evidenceSha256']],
    ['"actor": "ada"', '"actor": "eve"', ['facts', 'decision', 'chain.sha256']],
    ['"measured": "100"', '"measured": "10"', ['checks', 'decision', 'chain.sha256']],
    ['"holds": true', '"holds": true, "note": 1', ['checks', 'decision', 'chain.sha256']],
  ])('refuses %s replaced by %s and names the digests that differ', (before, after, differing) => {
    const text = exportText();
    expect(text).toContain(before);
    expect(catchRefusal(text.replace(before, after))).toMatchObject({
      code: 'decision_export_changed',
      context: { differing },
    });
  });

  it('refuses a changed digest, a removed part and a changed link', () => {
    const exported = JSON.parse(exportText());
    const { 'evidence.policy': _policy, ...fewer } = exported.digests;
    expect(catchRefusal(JSON.stringify({ ...exported, digests: fewer })).context).toEqual({
      differing: ['evidence.policy'],
    });
    const chain = { ...exported.chain, previousSha256: '1'.repeat(64) };
    expect(catchRefusal(JSON.stringify({ ...exported, chain })).context).toEqual({ differing: ['chain.sha256'] });
  });

  it.each(['', '{', '[]', '{"format":"steelyard-decision/9"}', '"text"', `${'['.repeat(100)}`])(
    'refuses %j as no export of a decision',
    (text) => {
      expect(catchRefusal(text).code).toBe('decision_export_invalid');
    },
  );
});
