import { z } from 'zod';
import type { Needs, Options } from './command.ts';

const everywhere = {
  json: { describe: 'Print one JSON document on stdout and nothing else' },
  help: { describe: 'Show this help', short: 'h' },
} as const satisfies Options;

const settings = {
  data: { value: 'DIR', describe: 'Data folder (or STEELYARD_DATA; default .steelyard)' },
  config: { value: 'FILE', describe: 'YAML file with settings (or STEELYARD_CONFIG)' },
} as const satisfies Options;

export const waitOption = {
  value: 'SECONDS',
  schema: z.coerce
    .number('expected seconds, 0 or more')
    .min(0, 'expected seconds, 0 or more')
    .max(86_400, 'at most a day'),
  describe: 'Longest wait for another process that uses the data folder (default 30)',
} as const satisfies Options[string];

const server = {
  url: {
    value: 'URL',
    schema: z.url({ protocol: /^https?$/, error: 'expected an address such as http://127.0.0.1:4610' }),
    describe: 'Server address (or STEELYARD_URL); default: the server of the data folder, or a temporary one',
  },
} as const satisfies Options;

const byNeed: Readonly<Record<Needs, Options>> = {
  nothing: everywhere,
  settings: { ...settings, ...everywhere },
  server: { ...server, ...settings, wait: waitOption, ...everywhere },
};

/** Options that every command has. Its own options take precedence: `pipeline run --wait` waits for the run. */
export function globalOptions({ needs, options }: { readonly needs: Needs; readonly options: Options }): Options {
  return Object.fromEntries(Object.entries(byNeed[needs]).filter(([name]) => !(name in options)));
}
