/** Runs functions that must not run concurrently. */
export type Turns = <T>(act: () => Promise<T>) => Promise<T>;

/** Acts one after another, each after the one before it, however that went. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const next = last.then(act, act);
    last = next.catch(() => undefined);
    return next;
  };
}
