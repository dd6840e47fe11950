import { createMutex, type Mutex } from '../concurrency/index.ts';
import { readFileStamp } from '../digests/index.ts';
import { AppError } from '../errors/index.ts';
import type { Store } from '../store/index.ts';
import {
  confirmDigest,
  expectDigest,
  findDamagedDigests,
  findDigest,
  type KeptDigest,
  pageDigests,
  removeDigests,
  saveDigest,
} from './digest-store.ts';
import { cleanKey } from './key.ts';
import type { DirectAccess, ObjectFacts, Objects } from './objects.ts';

export type { KeptDigest } from './digest-store.ts';

export interface DigestDeps {
  readonly store: Store;
  /** Name of the place in the store: two places may hold the same key. */
  readonly place: string;
  /** False for keys whose digest is known otherwise. */
  readonly isKept: (key: string) => boolean;
  /** Digest contained in a key, such as that of a raw bill; null for a key without one. */
  readonly statedDigest: (key: string) => string | null;
}

/** The digests that are kept of a place, by key. */
export interface Digests {
  readonly place: string;
  isKept(key: string): boolean;
  find(key: string): Promise<KeptDigest | null>;
  all(): AsyncIterable<KeptDigest>;
  /** Those of objects that are marked as damaged, at most 1,000. */
  damaged(): Promise<KeptDigest[]>;
  save(kept: KeptDigest): Promise<void>;
  remove(key: string): Promise<void>;
}

const PAGE = 500;
const LISTED_DAMAGES = 1000;

/**
 * Objects whose digests are kept in the store. A put notes the digest before the object becomes visible, so that a crash
 * leaves the old object or the new one, and the digest of either is known. An object that `verify` found damaged, or whose
 * file was touched since and does not have its digest, is neither opened nor named
 * by its path: `object_damaged`.
 */
export function keepDigests(objects: Objects, deps: DigestDeps): Objects {
  const kept = new ObjectsWithDigests(objects, deps);
  return {
    ...objects,
    put: (key, content, beforeVisible) =>
      kept.put(key, async (note) =>
        objects.put(key, content, async (facts) => {
          await beforeVisible?.(facts);
          await note(facts);
        }),
      ),
    async open(key, range) {
      await kept.assertIntact(key);
      return objects.open(key, range);
    },
    async localPath(key) {
      await kept.assertIntact(key);
      return objects.localPath(key);
    },
    rename: (from, to) => kept.rename(from, to),
    async remove(key) {
      await removeDigests(deps.store, deps.place, cleanKey(key));
      await objects.remove(key);
    },
    direct:
      objects.direct === null
        ? null
        : forgetDigestOnUpload(objects.direct, (key) => removeDigests(deps.store, deps.place, cleanKey(key))),
    async [Symbol.asyncDispose]() {
      await kept.settled();
      await objects[Symbol.asyncDispose]();
    },
  };
}

/** The digests that `keepDigests` keeps of a place. */
export function createKeptDigests({ store, place, isKept }: Omit<DigestDeps, 'statedDigest'>): Digests {
  return {
    place,
    isKept,
    find: (key) => findDigest(store, place, key),
    damaged: () => findDamagedDigests(store, place, LISTED_DAMAGES),
    async *all() {
      for (let after = ''; ; ) {
        const page = await pageDigests(store, place, after, PAGE);
        yield* page;
        if (page.length < PAGE) return;
        after = page.at(-1)?.key ?? after;
      }
    },
    save: (kept) => saveDigest(store, place, kept),
    remove: (key) => removeDigests(store, place, key),
  };
}

/** The server does not see the bytes that a client sends directly to the bucket, so no digest is kept. */
function forgetDigestOnUpload(direct: DirectAccess, forget: (key: string) => Promise<void>): DirectAccess {
  return {
    ...direct,
    async completeUpload(upload, parts, maxBytes) {
      await forget(upload.key);
      await direct.completeUpload(upload, parts, maxBytes);
    },
  };
}

class ObjectsWithDigests {
  readonly #objects: Objects;
  readonly #deps: DigestDeps;
  /** One put of a key after the other, so that the digest that is noted last is that of the object. */
  readonly #turns = new Map<string, { readonly mutex: Mutex; users: number }>();
  readonly #confirming = new Set<Promise<void>>();
  /** Stamps under which the digest of a key was found right in this process. */
  readonly #right = new Map<string, string>();

  constructor(objects: Objects, deps: DigestDeps) {
    this.#objects = objects;
    this.#deps = deps;
  }

  async put(
    raw: string,
    store: (note: (facts: ObjectFacts) => Promise<void>) => Promise<ObjectFacts>,
  ): Promise<ObjectFacts> {
    const key = cleanKey(raw);
    if (!this.#deps.isKept(key)) return store(async () => {});
    let release: (() => void) | undefined;
    try {
      const facts = await store(async (noted) => {
        release = await this.#take(key);
        await this.#deps.store.append((sql) => expectDigest(sql, this.#deps.place, noted));
      });
      this.#confirm(facts);
      return facts;
    } finally {
      release?.();
    }
  }

  async rename(from: string, to: string): Promise<void> {
    const { store, place, isKept } = this.#deps;
    const [source, target] = [cleanKey(from), cleanKey(to)];
    const known = isKept(target) ? await findDigest(store, place, source) : null;
    const release = await this.#take(target);
    try {
      if (known === null) await removeDigests(store, place, target);
      else await expectDigest(store, place, { ...known, key: target });
      await this.#objects.rename(from, to);
      if (source !== target) await removeDigests(store, place, source);
      if (known !== null) this.#confirm({ ...known, key: target });
    } finally {
      release();
    }
  }

  /** Error: `object_damaged`. */
  async assertIntact(raw: string): Promise<void> {
    const key = cleanKey(raw);
    const known = await this.#known(key);
    if (known === null) return;
    if (known.damage !== null) throw damaged(key, known.damage);
    const path = await this.#objects.localPath(key);
    if (path === null) return;
    const now = await readFileStamp(path);
    if (now === null) return this.#assertPresent(key);
    if (now.stamp === known.stamp || now.stamp === this.#right.get(key)) return;
    const { sha256 } = (await this.#objects.digest(key)) ?? known;
    if (sha256 === known.sha256 || sha256 === known.previous) {
      this.#right.set(key, now.stamp);
      return;
    }
    // Another put may have come in between.
    if ((await this.#known(key))?.sha256 === known.sha256) throw damaged(key, 'does not match its digest');
  }

  /** An object that was put and not removed is missing; one whose first put has not ended is not there yet. */
  async #assertPresent(key: string): Promise<void> {
    const { store, place } = this.#deps;
    const known = await findDigest(store, place, key);
    if (known?.previous === null && (await this.#objects.size(key)) === null) throw damaged(key, 'is missing');
  }

  async #known(
    key: string,
  ): Promise<Pick<KeptDigest, 'sha256' | 'sizeBytes' | 'previous' | 'stamp' | 'damage'> | null> {
    const { store, place, isKept, statedDigest } = this.#deps;
    const sha256 = statedDigest(key);
    if (sha256 !== null) return { sha256, sizeBytes: 0, previous: null, stamp: null, damage: null };
    return isKept(key) ? findDigest(store, place, key) : null;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#confirming);
  }

  /** Not waited for: until it is stored, `verify` accepts the digest before the put as well. */
  #confirm(facts: ObjectFacts): void {
    const { store, place } = this.#deps;
    const work = async (): Promise<void> => {
      const path = await this.#objects.localPath(facts.key);
      const stamp = path === null ? null : ((await readFileStamp(path))?.stamp ?? null);
      await store.append((sql) => confirmDigest(sql, place, facts, stamp));
    };
    const confirming: Promise<void> = work()
      .catch(() => undefined)
      .finally(() => this.#confirming.delete(confirming));
    this.#confirming.add(confirming);
  }

  async #take(key: string): Promise<() => void> {
    const turn = this.#turns.get(key) ?? { mutex: createMutex(), users: 0 };
    this.#turns.set(key, turn);
    turn.users += 1;
    const release = await turn.mutex.acquire();
    return () => {
      release();
      turn.users -= 1;
      if (turn.users === 0) this.#turns.delete(key);
    };
  }
}

function damaged(key: string, why: string): AppError {
  const detail = `Object "${key}" ${why}. Upload it again, or restore it from a backup; "steelyard verify" lists all damage.`;
  return new AppError('object_damaged', detail, { key });
}
