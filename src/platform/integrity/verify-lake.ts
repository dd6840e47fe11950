import { type Lake, parsePartitionTime, type Rebuilder, type StagedFile } from '../lake/index.ts';
import type { Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import type { Verifier, VerifyContext } from './verifier.ts';

export interface LakeVerifierDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly clock: Clock;
  /** In order of repair: the tables that others are derived from come first. */
  readonly rebuilders: readonly Rebuilder[];
}

/**
 * Reads every file of the lake and compares it with its digest. A damaged file is marked, so that no query reads it; one
 * without a digest (written before digests were kept) gets it when the engine can read all of it.
 */
export function createLakeVerifier(deps: LakeVerifierDeps): Verifier {
  return {
    area: 'lake',
    async verify(look) {
      const files = await deps.lake.upkeep.allFiles(deps.store);
      const damaged: StagedFile[] = [];
      const counts = { items: 0, sizeBytes: 0, digestsAdded: 0 };
      for (const file of files) {
        look.signal.throwIfAborted();
        look.progress(counts.items, files.length);
        const state = await deps.lake.upkeep.inspect(file);
        counts.items += 1;
        counts.sizeBytes += state.found?.sizeBytes ?? 0;
        if (state.damage !== null) damaged.push({ ...file, damage: state.damage });
        else if (file.sha256 === null) counts.digestsAdded += 1;
        const isNoted = file.sha256 !== null && file.stamp === state.found?.stamp && file.damage === state.damage;
        if (!isNoted) await deps.lake.upkeep.note(deps.store, file, state);
      }
      await reportDamage(deps, look, damaged);
      await reportLeftovers(deps, look);
      return counts;
    },
  };
}

async function reportDamage(
  deps: LakeVerifierDeps,
  look: VerifyContext,
  damaged: readonly StagedFile[],
): Promise<void> {
  // A file that was replaced and removed during the check is not missing.
  const known = new Set((await deps.lake.upkeep.allFiles(deps.store)).map(({ id }) => id));
  const files = damaged.filter(({ id }) => known.has(id));
  const outcomes = look.repair ? await rebuild(deps.rebuilders, files) : new Map<string, string | null>();
  for (const file of files) {
    const outcome = outcomes.get(file.id);
    look.find({
      what: `lake/${file.path}`,
      problem: `table ${file.table}, partition "${file.partition}": ${file.damage}`,
      period: parsePartitionTime(file.partition),
      repaired: outcome === null,
      reason: outcome ?? null,
    });
  }
}

async function rebuild(
  rebuilders: readonly Rebuilder[],
  files: readonly StagedFile[],
): Promise<Map<string, string | null>> {
  const outcomes = new Map(files.map(({ id, table }) => [id, describeMissingSource(table)] as [string, string | null]));
  for (const rebuilder of rebuilders) {
    const own = files.filter(({ table }) => rebuilder.tables.includes(table));
    if (own.length === 0) continue;
    for (const [id, why] of await rebuilder.rebuild(own)) outcomes.set(id, why);
  }
  return outcomes;
}

function describeMissingSource(table: string): string {
  return `rows of ${table} have no source for a rebuild; restore the file from a backup`;
}

async function reportLeftovers({ lake, store, clock }: LakeVerifierDeps, look: VerifyContext): Promise<void> {
  for (const path of await lake.upkeep.leftovers(store, clock.now())) {
    if (look.repair) await lake.upkeep.removeLeftover(path);
    const finding = { what: `lake/${path}`, problem: 'no manifest names it', period: null };
    look.find({ ...finding, repaired: look.repair, reason: null });
  }
}
