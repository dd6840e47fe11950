import { AppError } from '../errors/index.ts';
import type { Sql, Store } from '../store/index.ts';
import type { ManifestKinds, PreparedManifest } from './manifest-kind.ts';
import { type ReadManifest, readManifests } from './read.ts';
import type { AppliedManifest, ManifestText } from './schema.ts';

export interface ApplyOptions {
  /** Everything is tried and then undone. */
  readonly dryRun?: boolean;
}

/** Ends the transaction of a dry run. */
class Undo extends Error {
  readonly applied: AppliedManifest[];

  constructor(applied: AppliedManifest[]) {
    super('dry run');
    this.applied = applied;
  }
}

/**
 * Reads all files, then applies all documents in one transaction: first what others refer to (`order` of the kinds),
 * then in the order of the files. When anything is wrong, nothing is applied.
 */
export async function applyManifests(
  store: Store,
  kinds: ManifestKinds,
  texts: readonly ManifestText[],
  options: ApplyOptions = {},
): Promise<{ applied: AppliedManifest[] }> {
  const manifests = texts.flatMap((text) => readManifests(text, kinds));
  refuseDoubles(manifests);
  const ordered = manifests.toSorted((one, other) => one.kind.order - other.kind.order);
  const prepared: Prepared = new Map();
  try {
    if (options.dryRun !== true) await prepareEach(ordered, prepared);
    const applied = await store.transaction(async (sql) => {
      const outcomes = await applyEach(sql, ordered, prepared);
      if (options.dryRun === true) throw new Undo(outcomes);
      return outcomes;
    });
    return { applied };
  } catch (error) {
    if (error instanceof Undo) return { applied: error.applied };
    await Promise.all([...prepared.values()].map((each) => each.discard()));
    throw error;
  }
}

type Prepared = Map<ReadManifest, PreparedManifest>;

/** What a kind prepares must not hold the transaction open: other writes would wait for it. */
async function prepareEach(manifests: readonly ReadManifest[], prepared: Prepared): Promise<void> {
  for (const manifest of manifests) {
    const { kind, document } = manifest;
    if (kind.prepare === undefined) continue;
    prepared.set(manifest, await placed(kind.prepare(document), manifest));
  }
}

async function applyEach(sql: Sql, manifests: readonly ReadManifest[], prepared: Prepared): Promise<AppliedManifest[]> {
  const applied: AppliedManifest[] = [];
  for (const manifest of manifests) {
    const { kind, document } = manifest;
    const ready = prepared.get(manifest);
    const applying = ready === undefined ? kind.apply(sql, document) : ready.apply(sql);
    applied.push({ kind: kind.kind, name: document.metadata.name, outcome: await placed(applying, manifest) });
  }
  return applied;
}

function placed<T>(work: Promise<T>, manifest: ReadManifest): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof AppError ? withPlace(error, manifest) : error;
  });
}

function withPlace(error: AppError, { file, line, kind, document }: ReadManifest): AppError {
  const { name } = document.metadata;
  const detail = `${file}:${line}: ${kind.kind} "${name}": ${error.message}`;
  return new AppError(error.code, detail, { ...error.context, file, line, kind: kind.kind, name }, { cause: error });
}

/** Which of two would win depends on the order of files; so neither does. */
function refuseDoubles(manifests: readonly ReadManifest[]): void {
  const seen = new Map<string, ReadManifest>();
  for (const manifest of manifests) {
    const { kind, document, file, line } = manifest;
    const { name } = document.metadata;
    const first = seen.get(`${kind.kind}/${name}`);
    if (first !== undefined) {
      const detail = `${file}:${line}: ${kind.kind} "${name}" is also in ${first.file}:${first.line}. Keep one of them.`;
      throw new AppError('manifest_invalid', detail, { file, line, column: 1, path: 'metadata.name', kind: kind.kind });
    }
    seen.set(`${kind.kind}/${name}`, manifest);
  }
}
