import type { JournalFinding } from '../journal/index.ts';
import type { Store } from '../store/index.ts';
import { describeJournalDamage } from './known-damage.ts';
import type { Finding } from './schema.ts';
import { buildUnrepairableFinding, type Verifier } from './verifier.ts';

const RESTORE = 'the store cannot be repaired; restore a backup';

/** Pages and indexes of an SQLite store. Values inside its cells have no digest: a changed value is not found. */
export function storeVerifier(store: Pick<Store, 'check'>): Verifier {
  return {
    area: 'store',
    async verify(look) {
      const problems = await store.check();
      for (const problem of problems) look.find(buildUnrepairableFinding('store.db', problem, RESTORE));
      return { items: 1, sizeBytes: 0, digestsAdded: 0 };
    },
  };
}

/** The hash chain of the audit trail. */
export function createAuditVerifier(
  verifyTrail: () => Promise<{
    readonly rows: number;
    readonly broken: { readonly seq: number; readonly why: string } | null;
  }>,
): Verifier {
  return {
    area: 'audit',
    async verify(look) {
      const { rows, broken } = await verifyTrail();
      if (broken !== null) {
        look.find(
          buildUnrepairableFinding(
            `row ${broken.seq} of the audit trail`,
            broken.why,
            'a changed audit trail cannot be repaired',
          ),
        );
      }
      return { items: rows, sizeBytes: 0, digestsAdded: 0 };
    },
  };
}

interface JournalCheck {
  /** Reads all files of the journals. */
  readonly check: () => Promise<readonly JournalFinding[]>;
  /** Rewrites a damaged ledger of segments from the server's memory. */
  readonly restoreLedgers: () => Promise<void>;
  /** Moves intact lines into the lake and sets damage aside. */
  readonly settle: () => Promise<void>;
}

/** Verifier of the journal files. With `repair`, damaged bytes are set aside immediately. */
export function createJournalVerifier({ check, restoreLedgers, settle }: JournalCheck): Verifier {
  return {
    area: 'journals',
    async verify(look) {
      let findings = await check();
      const ledgers = findings.filter(({ kind }) => kind === 'damaged_ledger');
      if (ledgers.length > 0) {
        // With it, segments are found that are missing.
        await restoreLedgers();
        findings = await check();
      }
      for (const finding of ledgers) look.find(toFinding(finding, !findings.some(({ file }) => file === finding.file)));
      // A half-written last line was never acknowledged: a write is in flight, or the next start cuts it.
      const others = findings.filter(({ kind }) => kind !== 'torn_tail' && kind !== 'damaged_ledger');
      for (const finding of others) look.find(toFinding(finding, false));
      if (look.repair && others.length > 0) await settle();
      return { items: ledgers.length + others.length, sizeBytes: 0, digestsAdded: 0 };
    },
  };
}

const NO_OTHER_COPY =
  'the lines around the damage are kept; damaged or missing lines have no other copy. Delete the file that ends in .damaged after you have handled it';

function toFinding({ file, offset, sizeBytes, kind, lines }: JournalFinding, repaired: boolean): Omit<Finding, 'area'> {
  const problem = `${kind}: ${describeJournalDamage(kind, lines)} (${sizeBytes} bytes at ${offset})`;
  return { what: `journals/${file}`, problem, period: null, repaired, reason: repaired ? null : NO_OTHER_COPY };
}
