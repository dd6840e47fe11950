import { describe, expect, it } from 'vitest';
import type { JournalFinding } from '../journal/index.ts';
import {
  createAuditVerifier,
  createJournalVerifier,
  storeVerifier,
  type Verifier,
  type VerifyContext,
} from './index.ts';
import type { Finding } from './schema.ts';

/** Findings and counts of a verifier. */
async function run(verifier: Verifier) {
  const findings: Omit<Finding, 'area'>[] = [];
  const look: VerifyContext = {
    ...{ repair: false, signal: new AbortController().signal },
    find: (finding) => findings.push(finding),
    progress: () => {},
  };
  return { counts: await verifier.verify(look), findings };
}

describe('the verifier of the journals', () => {
  const calls = { restoreLedgers: async () => {}, settle: async () => {} };

  it('finds what is missing once a damaged ledger was written again', async () => {
    const [ledger, missing] = (['damaged_ledger', 'missing_lines'] as const).map(
      (kind): JournalFinding => ({ file: `prediction/${kind}`, offset: 0, sizeBytes: 9, kind, lines: 3 }),
    );
    let isRestored = false;
    const check = async () => [isRestored ? missing : ledger].filter((one) => one !== undefined);
    const restoreLedgers = async () => {
      isRestored = true;
    };
    const { findings } = await run(createJournalVerifier({ ...calls, check, restoreLedgers }));
    expect(findings).toMatchObject([
      { what: 'journals/prediction/damaged_ledger', repaired: true },
      {
        what: 'journals/prediction/missing_lines',
        repaired: false,
        problem: expect.stringContaining('3 acknowledged'),
      },
    ]);
  });

  it('names file, place and size of each damage', async () => {
    const damage: JournalFinding = {
      file: 'prediction/0001.jsonl',
      offset: 300,
      sizeBytes: 7,
      kind: 'damaged_line',
      lines: null,
    };
    const { findings } = await run(createJournalVerifier({ ...calls, check: async () => [damage] }));
    expect(findings).toMatchObject([
      {
        what: 'journals/prediction/0001.jsonl',
        problem: expect.stringMatching(/^damaged_line: .*\(7 bytes at 300\)$/),
        repaired: false,
      },
    ]);
    expect((await run(createJournalVerifier({ ...calls, check: async () => [] }))).findings).toEqual([]);
  });
});

describe('the verifier of the audit trail', () => {
  it('finds the first row that does not follow from the one before', async () => {
    const broken = { seq: 12, why: 'row changed' };
    expect((await run(createAuditVerifier(async () => ({ rows: 11, broken })))).findings).toMatchObject([
      { what: 'row 12 of the audit trail', problem: 'row changed' },
    ]);
    expect(await run(createAuditVerifier(async () => ({ rows: 30, broken: null })))).toMatchObject({
      ...{ counts: { items: 30 }, findings: [] },
    });
  });
});

describe('the verifier of the store', () => {
  it('passes on what the engine says of its pages', async () => {
    const { findings } = await run(
      storeVerifier({ check: async () => ['Tree 3 page 7: btreeInitPage() returns error'] }),
    );
    expect(findings).toMatchObject([{ what: 'store.db', problem: expect.stringContaining('Tree 3 page 7') }]);
  });
});
