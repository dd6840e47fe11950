/** Work that shares one limit, and waits for other work to release its unspent money. */
export interface Releases {
  /**
   * Runs `work`. When it is refused (`isRefusal`), waits until other work of this limit ends and retries; throws the
   * refusal when no other work is in progress.
   */
  retryOnRelease<T>(work: () => Promise<T>, isRefusal: (error: unknown) => boolean): Promise<T>;
}

export function createReleases(): Releases {
  let inProgress = 0;
  let releases = 0;
  let release = Promise.withResolvers<void>();

  function announce(): void {
    releases += 1;
    release.resolve();
    release = Promise.withResolvers<void>();
  }

  return {
    async retryOnRelease(work, isRefusal) {
      for (;;) {
        const before = releases;
        inProgress += 1;
        try {
          const done = await work();
          inProgress -= 1;
          announce();
          return done;
        } catch (error) {
          inProgress -= 1;
          // Money released since the start of this attempt can be enough.
          const isReleased = releases > before;
          if (!isRefusal(error) || (!isReleased && inProgress === 0)) {
            announce();
            throw error;
          }
          if (!isReleased) await release.promise;
        }
      }
    },
  };
}
