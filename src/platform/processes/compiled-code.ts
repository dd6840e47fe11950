import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

/**
 * Environment that gives worker threads and child processes the compile cache of this process: a thread of a checkout,
 * which strips types, starts several times faster. Empty where this process has no cache.
 */
export function buildCompiledCodeEnvironment(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
