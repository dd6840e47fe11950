/**
 * `Promise.all` that waits for every one of them, also when one fails: a statement that is still under way when its
 * transaction is undone would be stored after it, by itself.
 */
export async function together<T extends readonly Promise<unknown>[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
