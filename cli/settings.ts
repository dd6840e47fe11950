import { type LoadedConfig, loadConfig } from '../src/platform/config/index.ts';
import type { ConfigName } from '../src/platform/config/schema.ts';
import type { Io } from './io.ts';

export { listConfigWarnings, toEnvironmentName } from '../src/platform/config/index.ts';

type SettingFlags = Partial<Record<ConfigName, unknown>>;

/** The settings as the command line, the environment and a file give them. Errors: `config_invalid`. */
export function readSettings(
  { config: file, ...flags }: SettingFlags & { readonly config?: string | undefined },
  environment: Io['environment'],
): LoadedConfig {
  return loadConfig(file === undefined ? { environment, flags } : { environment, flags, file });
}
