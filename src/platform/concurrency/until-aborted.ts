/** Resolves as `what` does, or rejects with the reason of the signal as soon as it is aborted. */
export async function runUntilAborted<T>(what: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([what, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
