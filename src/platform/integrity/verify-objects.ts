import { readFileStamp } from '../digests/index.ts';
import type { Digests, KeptDigest, Objects } from '../objects/index.ts';
import { buildUnrepairableFinding, type Verifier, type VerifyContext } from './verifier.ts';

export interface ObjectsVerifierDeps {
  readonly objects: Objects;
  readonly digests: Digests;
  /** How the place is named in findings: `objects` for the folder. */
  readonly shown: string;
  /** Digest contained in a key; null for a key without one. */
  readonly statedDigest: (key: string) => string | null;
  /**
   * Path of an object; null: objects are in a bucket, which keeps its own checksums, so that only existence and size are
   * compared.
   */
  readonly pathOf: ((key: string) => string) | null;
}

const NO_COPY = 'no other copy exists; upload it again, or restore it from a backup';

/** Compares every object with its digest; one that has none yet gets it. */
export function createObjectsVerifier(deps: ObjectsVerifierDeps): Verifier {
  return {
    area: 'objects',
    async verify(look) {
      const counts = { items: 0, sizeBytes: 0, digestsAdded: 0 };
      for await (const key of listKeysBelow(deps.objects, '')) {
        look.signal.throwIfAborted();
        look.progress(counts.items, null);
        counts.items += 1;
        const stated = deps.statedDigest(key);
        if (stated !== null) await verifyStated(deps, look, { key, stated }, counts);
        else if (deps.digests.isKept(key)) await verifyKept(deps, look, key, counts);
      }
      for await (const kept of deps.digests.all()) await verifyPresent(deps, look, kept);
      return counts;
    },
  };
}

/** Every key below a folder key, depth first. */
export async function* listKeysBelow(objects: Objects, folder: string): AsyncGenerator<string> {
  for (const { name, isFolder } of await objects.list(folder)) {
    const key = folder === '' ? name : `${folder}/${name}`;
    if (isFolder) yield* listKeysBelow(objects, key);
    else yield key;
  }
}

interface Running {
  sizeBytes: number;
  digestsAdded: number;
}

async function verifyStated(
  { objects, shown }: ObjectsVerifierDeps,
  look: VerifyContext,
  { key, stated }: { readonly key: string; readonly stated: string },
  counts: Running,
): Promise<void> {
  const found = await read(objects, key);
  if (found === null) return;
  if ('problem' in found) return look.find(buildUnrepairableFinding(`${shown}/${key}`, found.problem, NO_COPY));
  counts.sizeBytes += found.sizeBytes;
  if (found.sha256 !== stated) {
    look.find(buildUnrepairableFinding(`${shown}/${key}`, 'does not match the digest in its name', NO_COPY));
  }
}

async function verifyKept(deps: ObjectsVerifierDeps, look: VerifyContext, key: string, counts: Running): Promise<void> {
  const { objects, digests, shown } = deps;
  const before = await digests.find(key);
  if (deps.pathOf === null) return verifySize(deps, look, before);
  const stamp = (await readFileStamp(deps.pathOf(key)))?.stamp ?? null;
  const found = await read(objects, key);
  const kept = await digests.find(key);
  // A put happened during the check: its object is checked in the next run.
  if (found === null || kept?.sha256 !== before?.sha256) return;
  if ('problem' in found) return look.find(buildUnrepairableFinding(`${shown}/${key}`, found.problem, NO_COPY));
  counts.sizeBytes += found.sizeBytes;
  if (kept === null) {
    counts.digestsAdded += 1;
    return digests.save({ key, ...found, previous: null, stamp, damage: null });
  }
  const isNoted = kept.previous === null && kept.damage === null && kept.stamp === stamp;
  if (found.sha256 === kept.sha256 && isNoted) return;
  if (found.sha256 === kept.sha256 || found.sha256 === kept.previous) {
    return digests.save({ key, ...found, previous: null, stamp, damage: null });
  }
  const damage = 'does not match its digest';
  await digests.save({ ...kept, damage });
  look.find(buildUnrepairableFinding(`${shown}/${key}`, damage, NO_COPY));
}

async function verifySize(
  { objects, shown }: ObjectsVerifierDeps,
  look: VerifyContext,
  kept: KeptDigest | null,
): Promise<void> {
  if (kept === null || kept.previous !== null) return;
  const sizeBytes = await objects.size(kept.key);
  if (sizeBytes === null || sizeBytes === kept.sizeBytes) return;
  const problem = `has ${sizeBytes} bytes; ${kept.sizeBytes} were written`;
  look.find(buildUnrepairableFinding(`${shown}/${kept.key}`, problem, NO_COPY));
}

/** A digest without an object: it is lost, or its put never became visible. */
async function verifyPresent(
  { objects, digests, shown }: ObjectsVerifierDeps,
  look: VerifyContext,
  kept: KeptDigest,
): Promise<void> {
  look.signal.throwIfAborted();
  // Of a key whose digest was kept once and is not any more.
  if (!digests.isKept(kept.key)) return digests.remove(kept.key);
  if ((await objects.size(kept.key)) !== null) return;
  const now = await digests.find(kept.key);
  if (now === null || now.sha256 !== kept.sha256) return;
  if (now.previous === '') return digests.remove(kept.key);
  look.find(buildUnrepairableFinding(`${shown}/${kept.key}`, 'is missing', NO_COPY));
}

async function read(
  objects: Objects,
  key: string,
): Promise<{ sha256: string; sizeBytes: number } | { problem: string } | null> {
  try {
    return await objects.digest(key);
  } catch (error) {
    return { problem: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
