/**
 * `Promise.all` that waits for all promises, also after a failure: a statement still in flight when its transaction is
 * undone would be executed after it, outside the transaction.
 */
export async function awaitAll<T extends readonly Promise<unknown>[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
