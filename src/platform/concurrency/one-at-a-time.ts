/** Runs functions that must not run concurrently. */
export type OneAtATime = <T>(work: () => Promise<T>) => Promise<T>;

/** Each runs after the one given before it has ended, with or without an error. */
export function createOneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
