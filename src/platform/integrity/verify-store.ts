import type { JournalFinding } from '../journal/index.ts';
import type { Store } from '../store/index.ts';
import { unrepairable, type Verifier } from './verifier.ts';

const RESTORE = 'the store cannot be repaired; restore a backup';

/** Pages and indexes of an SQLite store. Values inside its cells have no digest: a changed value is not found. */
export function storeVerifier(store: Pick<Store, 'check'>): Verifier {
  return {
    area: 'store',
    async verify(look) {
      const problems = await store.check();
      for (const problem of problems) look.find(unrepairable('store.db', problem, RESTORE));
      return { items: 1, sizeBytes: 0, digestsAdded: 0 };
    },
  };
}

/** The hash chain of the audit trail. */
export function auditVerifier(
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
        look.find(unrepairable(`row ${broken.seq} of the audit trail`, broken.why, 'a changed trail stays changed'));
      }
      return { items: rows, sizeBytes: 0, digestsAdded: 0 };
    },
  };
}

/** The files of the journals; `check` reads all of them. */
export function journalVerifier(check: () => Promise<readonly JournalFinding[]>): Verifier {
  return {
    area: 'journals',
    async verify(look) {
      // A half-written last line was never acknowledged: a write is under way, or the next start cuts it.
      const findings = (await check()).filter((finding) => finding.kind !== 'torn_tail');
      for (const { file, offset, sizeBytes, kind } of findings) {
        const reason = 'the lines around the damage are kept; the bytes in it have no other copy';
        look.find(unrepairable(`journals/${file}`, `${kind}: ${sizeBytes} bytes at ${offset}`, reason));
      }
      return { items: findings.length, sizeBytes: 0, digestsAdded: 0 };
    },
  };
}
