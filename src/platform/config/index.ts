import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { AppError, readSystemCode } from '../errors/index.ts';
import { type Config, type ConfigName, ConfigSchema } from './schema.ts';
import { listSharingWarnings } from './servers/schema.ts';

export type { Config } from './schema.ts';
export { parseRoles, type Role } from './servers/schema.ts';

type ProcessSettings = Pick<Config, 'processExecutor' | 'processUser' | 'accounts'>;

/** Whether commands run as processes of this machine: `auto` means on a server without accounts. */
export function isProcessExecutorOn({ processExecutor, accounts }: Omit<ProcessSettings, 'processUser'>): boolean {
  return processExecutor === 'on' || (processExecutor === 'auto' && accounts === 'off');
}

/** Whether such commands run as the user of the server, and so can read all that it can. */
export function isUserShared(config: ProcessSettings): boolean {
  return isProcessExecutorOn(config) && config.processUser === undefined;
}

/** Settings that several servers share only in part; none for the only server of a data folder. */
export function listConfigWarnings(config: Config): string[] {
  return listSharingWarnings({ ...config, isProcessExecutorOn: isProcessExecutorOn(config) });
}

/** `maxUploadBytes` -> `STEELYARD_MAX_UPLOAD_BYTES`. */
export function toEnvironmentName(name: string): string {
  return `STEELYARD_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

export type ConfigSource = 'default' | 'file' | 'environment' | 'command line';

export interface LoadedConfig {
  readonly config: Config;
  /** Where each value came from, for `steelyard config check`. */
  readonly sources: Readonly<Record<ConfigName, ConfigSource>>;
}

export interface ConfigInput {
  /** Process environment; only `STEELYARD_…` variables are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Values of command-line flags; they win. */
  readonly flags?: Readonly<Partial<Record<ConfigName, unknown>>>;
  /** YAML file given by `--config` or `STEELYARD_CONFIG`; must exist when given. */
  readonly file?: string;
}

/** Names that are not settings of the server but of the command line or of scripts. */
const OTHER_VARIABLES = new Set(['STEELYARD_CONFIG', 'STEELYARD_URL', 'STEELYARD_TOKEN', 'STEELYARD_PASSWORD']);

/**
 * Reads the settings: defaults, then the file, then the environment, then flags. A name that does not exist is an error
 * and so is a value of the wrong form, each named with the place it came from.
 */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const file = input.file ?? input.environment.STEELYARD_CONFIG;
  const layers: [ConfigSource, Record<string, unknown>][] = [
    ['file', file === undefined ? {} : readConfigFile(file)],
    ['environment', readEnvironmentValues(input.environment)],
    ['command line', removeUndefined(input.flags ?? {})],
  ];
  const merged: Record<string, unknown> = {};
  const sources: Record<string, ConfigSource> = {};
  for (const [source, values] of layers) {
    for (const [name, value] of Object.entries(values)) {
      merged[name] = value;
      sources[name] = source;
    }
  }
  const parsed = ConfigSchema.safeParse(merged);
  if (!parsed.success) throw createInvalidConfig(parsed.error.issues, sources);
  const names = Object.keys(ConfigSchema.shape) as ConfigName[];
  return {
    config: parsed.data,
    sources: Object.fromEntries(names.map((name) => [name, sources[name] ?? 'default'])) as LoadedConfig['sources'],
  };
}

function readConfigFile(path: string): Record<string, unknown> {
  try {
    const content: unknown = parseYaml(readFileSync(path, 'utf8')) ?? {};
    if (typeof content === 'object' && !Array.isArray(content)) return content as Record<string, unknown>;
    throw new AppError('config_invalid', `${path} must contain "name: value" lines.`, { file: path });
  } catch (error) {
    if (error instanceof AppError) throw error;
    const why = readSystemCode(error) === 'ENOENT' ? 'does not exist' : `cannot be read: ${String(error)}`;
    throw new AppError('config_invalid', `The configuration file ${path} ${why}.`, { file: path }, { cause: error });
  }
}

function readEnvironmentValues(environment: ConfigInput['environment']): Record<string, unknown> {
  const known = new Map(Object.keys(ConfigSchema.shape).map((name) => [toEnvironmentName(name), name]));
  const values: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('STEELYARD_') || OTHER_VARIABLES.has(variable) || value === undefined) continue;
    const name = known.get(variable);
    if (name === undefined) {
      const names = [...known.keys()].join(', ');
      throw new AppError('config_invalid', `The variable ${variable} is not a setting. Settings: ${names}.`, {
        variable,
      });
    }
    values[name] = value;
  }
  return values;
}

function removeUndefined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function createInvalidConfig(
  issues: readonly { path: PropertyKey[]; message: string; code?: string; keys?: string[] }[],
  sources: Record<string, ConfigSource>,
): AppError {
  const [first] = issues;
  const name = first?.keys?.[0] ?? String(first?.path[0] ?? 'config');
  const where = sources[name] ?? 'default';
  const detail = `Setting "${name}" (${where}): ${first?.message ?? 'invalid'}. Run "steelyard config check" to see all.`;
  return new AppError('config_invalid', detail, { setting: name, source: where, issues });
}
