/** Paths that are remembered. */
const MOST = 10_000;

/** The last paths of removed files, for statements in flight. */
export class LastPaths {
  /** A set keeps the order of insertion, so the oldest goes first. */
  readonly #paths = new Set<string>();

  get size(): number {
    return this.#paths.size;
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  note(path: string): void {
    this.#paths.add(path);
    if (this.#paths.size <= MOST) return;
    for (const oldest of this.#paths) {
      this.#paths.delete(oldest);
      return;
    }
  }
}
