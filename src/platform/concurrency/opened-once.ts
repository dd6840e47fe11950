/** Something that is opened at its first use, and again at the next use after a failure. */
export interface OpenedOnce<T> {
  /** Opens at the first call; concurrent calls share the opening. */
  get(): Promise<T>;
  /** The opened or opening instance; null before the first call, and after a failure. */
  current(): Promise<T | null>;
}

export function createOpenedOnce<T>(open: () => Promise<T>): OpenedOnce<T> {
  let opening: Promise<T> | null = null;
  return {
    get() {
      const current = opening ?? open();
      opening = current;
      current.catch(() => {
        if (opening === current) opening = null;
      });
      return current;
    },
    current: async () => (opening === null ? null : opening.catch(() => null)),
  };
}
