/**
 * What was opened, to be closed in the opposite order. Node 22 lacks `AsyncDisposableStack`; this is the part of it that
 * wiring needs. Everything is closed even when one of them fails; the first failure is thrown at the end.
 */
export interface Lifetime extends AsyncDisposable {
  use<T extends Disposable | AsyncDisposable>(resource: T): T;
}

export function createLifetime(): Lifetime {
  const opened: (Disposable | AsyncDisposable)[] = [];
  return {
    use(resource) {
      opened.push(resource);
      return resource;
    },
    async [Symbol.asyncDispose]() {
      const failures: unknown[] = [];
      for (const resource of opened.splice(0).toReversed()) {
        try {
          if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
          else resource[Symbol.dispose]();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
