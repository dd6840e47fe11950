import { z } from 'zod';
import { ConfigSchema } from '../src/platform/config/schema.ts';
import { command, toFlag } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { answerGenerated, generatedExits, generatedOptions } from './generated-file.ts';
import { table } from './output/table.ts';
import { listConfigWarnings, readSettings, toEnvironmentName } from './settings.ts';

interface Setting {
  readonly name: string;
  /** Null for a setting that is not set and has no default. */
  readonly value: string | number | null;
  readonly source: string;
  readonly variable: string;
}

const checkCommand = command({
  path: ['config', 'check'],
  summary: 'Check the settings and show the value and source of each',
  example: 'steelyard config check --config steelyard.yaml',
  needs: 'settings',
  exits: { 0: 'the settings are valid', 2: 'a setting is invalid; the error names it' },
  run: async (context) => {
    const { config, sources } = readSettings(settingFlags(context.globals), context.io.environment);
    const values: Readonly<Record<string, string | number | undefined>> = config;
    const settings = Object.entries(sources).map(([name, source]) => ({
      name,
      value: withoutPassword(values[name] ?? null),
      source,
      variable: toEnvironmentName(name),
    }));
    await context.answer({ settings }, () => settingsText(settings, context));
    for (const warning of listConfigWarnings(config)) await context.remark(warning);
    return 0;
  },
});

/** Hides the password in a store's address, because this output ends up in tickets. */
function withoutPassword(value: string | number | null): string | number | null {
  if (typeof value !== 'string' || !URL.canParse(value) || new URL(value).password === '') return value;
  const url = new URL(value);
  url.password = 'redacted';
  return url.href.replace(':redacted@', ':[redacted]@');
}

function settingFlags({ data, config }: Context['globals']) {
  return { data, config };
}

function settingsText(settings: readonly Setting[], { paint }: Context): string {
  return table(
    settings,
    [
      { title: 'SETTING', cell: ({ name }) => name },
      { title: 'VALUE', cell: ({ value }) => (value === null ? null : String(value) || '(empty)') },
      { title: 'FROM', cell: ({ source }) => source },
      { title: 'VARIABLE', cell: ({ variable }) => variable },
    ],
    paint,
  );
}

const docsCommand = command({
  path: ['config', 'docs'],
  summary: 'Print docs/configuration.md, generated from the settings schema',
  example: 'steelyard config docs --check',
  needs: 'nothing',
  exits: generatedExits,
  options: generatedOptions,
  run: async (context, input) => {
    const text = configurationPage();
    const renewal = 'steelyard config docs --write';
    return answerGenerated(context, input, { file: 'docs/configuration.md', text, renewal });
  },
});

/** Settings that `steelyard serve` also takes as options. */
const FLAGS: ReadonlySet<string> = new Set(['data', 'host', 'port']);

function configurationPage(): string {
  const rows = Object.entries(ConfigSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined).data;
    const formatted = fallback === undefined ? 'none' : fallback === '' ? 'empty' : `\`${String(fallback)}\``;
    const flag = FLAGS.has(name) ? `\`${toFlag(name)}\`` : '';
    return `| \`${name}\` | \`${toEnvironmentName(name)}\` | ${flag} | ${formatted} | ${describeForm(schema)} | ${schema.description ?? ''} |`;
  });
  return `<!-- Made by "steelyard config docs --write" from src/platform/config/schema.ts; do not edit. -->
# Configuration

A setting comes from the command line, else from the environment, else from the YAML file of \`--config\` or
\`STEELYARD_CONFIG\` (\`name: value\` lines), else it has its default. An unknown name and a value of the wrong form stop the
start, with the name of the place. \`steelyard config check\` shows every setting with its value and where it came from.

| setting | variable | option of serve | default | form | effect |
|---|---|---|---|---|---|
${rows.join('\n')}

The command line alone reads \`STEELYARD_URL\` (server to ask), \`STEELYARD_TOKEN\` (token of the caller), \`STEELYARD_PASSWORD\` (in place of
a password prompt), \`NO_COLOR\`, and for the other server of \`steelyard mlflow\` what MLflow's clients read:
\`MLFLOW_TRACKING_USERNAME\`, \`MLFLOW_TRACKING_PASSWORD\` and \`MLFLOW_TRACKING_TOKEN\`.
`;
}

/** A setting's form in a few words, from its JSON schema. */
function describeForm(schema: z.ZodType): string {
  const { enum: options, type, minimum, maximum } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  if (options !== undefined) return options.map((option) => `\`${String(option)}\``).join(', ');
  if (type !== 'integer') return 'text';
  const largest = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`;
  return `whole number, ${minimum ?? 1}${largest === '' ? ' or more' : largest}`;
}

export const configCommands = [checkCommand, docsCommand];
