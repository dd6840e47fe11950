import { AppError } from '../errors/index.ts';
import { runPrepared, type Sql, type Store } from '../store/index.ts';
import { findAdminFields } from './admin-fields.ts';
import type { ManifestKinds, PreparedManifest } from './manifest-kind.ts';
import { type ReadManifest, readManifests } from './read.ts';
import type { AppliedManifest, ManifestText } from './schema.ts';

export interface ApplyOptions {
  /** Everything is tried and then undone. */
  readonly dryRun?: boolean;
  /** Whether the caller is an administrator. Without it, a document with a field marked `adminOnly` must be unchanged. */
  readonly asAdmin?: boolean;
  /** Whether the caller may run commands. Without it, a document of a kind that runs commands must be unchanged. */
  readonly mayRunCode?: boolean;
  /** Called with the content of the files before any of it is applied: names by kind, as in `{ Team: 'search, ads' }`. */
  readonly tell?: (names: Readonly<Record<string, string>>) => void;
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
 * Reads all files, then applies all documents in one transaction: referenced kinds first (`order` of the kinds),
 * then in the order of the files. If anything is invalid, nothing is applied.
 * Errors: `payload_too_large`; those of reading and of the kinds; `not_permitted` for changes that only an administrator may make.
 */
export async function applyManifests(
  store: Store,
  kinds: ManifestKinds,
  texts: readonly ManifestText[],
  options: ApplyOptions = {},
): Promise<{ applied: AppliedManifest[] }> {
  const manifests = await readManifests(texts, kinds);
  options.tell?.(groupNamesByKind(manifests));
  refuseDoubles(manifests);
  const ordered = manifests.toSorted((one, other) => one.kind.order - other.kind.order);
  const guarded: Guarded = new Map(ordered.flatMap((manifest) => findRefusals(manifest, options)));
  const prepared: Prepared = new Map();
  try {
    // Guarded documents are not prepared: without administrator rights they must not cause any read or request.
    const free = ordered.filter((manifest) => !guarded.has(manifest));
    if (options.dryRun !== true) await prepareEach(free, prepared);
    const work = async (sql: Sql) => {
      const outcomes = await applyEach(sql, ordered, prepared, guarded);
      if (options.dryRun === true) throw new Undo(outcomes);
      return outcomes;
    };
    const refresh = async () => {
      for (const each of prepared.values()) await each.refresh?.();
    };
    const applied = await runPrepared(store, work, refresh);
    return { applied };
  } catch (error) {
    if (error instanceof Undo) return { applied: error.applied };
    await Promise.all([...prepared.values()].map((each) => each.discard()));
    throw error;
  }
}

type Prepared = Map<ReadManifest, PreparedManifest>;
/** Documents that may only stay as they are, with the refusal of any change. */
type Guarded = ReadonlyMap<ReadManifest, AppError>;

function findRefusals(manifest: ReadManifest, { asAdmin, mayRunCode }: ApplyOptions): [ReadManifest, AppError][] {
  const { kind, document } = manifest;
  const [field] = asAdmin === true ? [] : findAdminFields(kind.schema, document);
  if (field !== undefined) return [[manifest, createAdminOnlyField(field)]];
  return kind.runsCode === true && mayRunCode !== true ? [[manifest, commandsNotPermitted(kind.kind)]] : [];
}

function groupNamesByKind(manifests: readonly ReadManifest[]): Record<string, string> {
  const byKind = Map.groupBy(manifests, ({ kind }) => kind.kind);
  const named = ([kind, of]: [string, ReadManifest[]]) => [
    kind,
    of.map((each) => each.document.metadata.name).join(', '),
  ];
  return Object.fromEntries([...byKind].map(named));
}

/** Runs `prepare` outside the transaction: otherwise other writes would wait for it. */
async function prepareEach(manifests: readonly ReadManifest[], prepared: Prepared): Promise<void> {
  for (const manifest of manifests) {
    const { kind, document } = manifest;
    if (kind.prepare === undefined) continue;
    prepared.set(manifest, await attachPlace(kind.prepare(document), manifest));
  }
}

async function applyEach(
  sql: Sql,
  manifests: readonly ReadManifest[],
  prepared: Prepared,
  guarded: Guarded,
): Promise<AppliedManifest[]> {
  const applied: AppliedManifest[] = [];
  for (const manifest of manifests) {
    const { kind, document } = manifest;
    const ready = prepared.get(manifest);
    const applying = ready === undefined ? kind.apply(sql, document) : ready.apply(sql);
    const outcome = await attachPlace(applying, manifest);
    const refusal = guarded.get(manifest);
    if (refusal !== undefined && outcome !== 'unchanged') throw addPlace(refusal, manifest);
    applied.push({ kind: kind.kind, name: document.metadata.name, outcome });
  }
  return applied;
}

function commandsNotPermitted(kind: string): AppError {
  const detail = `A document of kind ${kind} runs commands; applying a new or changed one requires the scope mlops.run_code (docs/security.md).`;
  return new AppError('not_permitted', detail);
}

function createAdminOnlyField(path: string): AppError {
  const why = 'makes the server use a secret, an address or a folder with the privileges of the server';
  const detail = `${path} ${why}; only an account with the role admin may apply a new or changed document with this field.`;
  return new AppError('not_permitted', detail, { path });
}

function attachPlace<T>(work: Promise<T>, manifest: ReadManifest): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof AppError ? addPlace(error, manifest) : error;
  });
}

function addPlace(error: AppError, { file, line, kind, document }: ReadManifest): AppError {
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
