/**
 * Runs `work` for each item, at most `atOnce` concurrently; results are in the order of the items. After the first
 * failure no further item starts, `signal` aborts the items in flight, and the failure is thrown when all of them have
 * ended.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const controller = new AbortController();
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length && failures.length === 0; index = next++) {
      try {
        results[index] = await work(items[index] as T, controller.signal);
      } catch (error) {
        failures.push(error);
        controller.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
