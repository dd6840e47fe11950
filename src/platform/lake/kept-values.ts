import { createHash } from 'node:crypto';

/** Size of all values together, and of the largest one that is kept, in characters of their JSON. */
const MOST_CHARACTERS = 16_000_000;
const MOST_CHARACTERS_EACH = 4_000_000;
/** A longer list is not kept, and its size is not computed. */
const MOST_ROWS_EACH = 20_000;

interface KeptValue {
  readonly value: Promise<unknown>;
  /** 0 until the value is there. */
  characters: number;
}

/** Values by their key, those that were used last. Concurrent callers with one key share its computation; a failure is not kept. */
export class KeptValues {
  /** In the order of the last use. */
  readonly #kept = new Map<string, KeptValue>();
  #characters = 0;

  /** `key`: everything that the value depends on. The value is plain JSON, and not to be changed by callers. */
  async use<T>(key: readonly string[], compute: () => Promise<T>): Promise<T> {
    const digest = createHash('sha256').update(JSON.stringify(key)).digest('base64');
    const found = this.#kept.get(digest);
    if (found !== undefined) {
      this.#kept.delete(digest);
      this.#kept.set(digest, found);
      return found.value as Promise<T>;
    }
    const value = compute();
    const entry: KeptValue = { value, characters: 0 };
    this.#kept.set(digest, entry);
    try {
      const computed = await value;
      this.#admit(digest, entry, computeCharacters(computed));
      return computed;
    } catch (error) {
      if (this.#kept.get(digest) === entry) this.#kept.delete(digest);
      throw error;
    }
  }

  #admit(digest: string, entry: KeptValue, characters: number): void {
    if (this.#kept.get(digest) !== entry) return;
    if (characters > MOST_CHARACTERS_EACH) {
      this.#kept.delete(digest);
      return;
    }
    entry.characters = characters;
    this.#characters += characters;
    for (const [oldest, { characters: freed }] of this.#kept) {
      if (this.#characters <= MOST_CHARACTERS) return;
      if (freed === 0) continue;
      this.#kept.delete(oldest);
      this.#characters -= freed;
    }
  }
}

function computeCharacters(value: unknown): number {
  if (Array.isArray(value) && value.length > MOST_ROWS_EACH) return Number.POSITIVE_INFINITY;
  return JSON.stringify(value).length;
}
