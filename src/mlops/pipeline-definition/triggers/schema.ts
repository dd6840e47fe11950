import { z } from 'zod';
import { ObjectsAddress } from '../../../platform/objects/schema.ts';
import { adminOnly, SecretReference } from '../../../platform/secrets/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { ParamName, Scalar } from '../scalar/schema.ts';

export const TriggerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,38}$/, 'lower-case letters, digits and dashes, at most 39, a letter first')
  .describe('Name of a trigger');

/** Events that can start a run, with the field that names their subject and, for some, the field that names the model. */
export const EventType = z
  .enum([
    'model_version.created',
    'model_alias.set',
    'model_alias.deleted',
    'decision.taken',
    'decision.reviewed',
    'budget.stopped_work',
    'alert.opened',
    'alert.closed',
  ])
  .describe('Type of event');
export type EventType = z.infer<typeof EventType>;

/** `main`, `release/*`, `src/**`. With `!` as first character, the pattern excludes names that earlier patterns select. */
const Pattern = z
  .string()
  .max(250)
  .regex(/^!?[^!{}[\]()\\\p{Cc}]+$/u, 'a pattern of *, ** and ?, such as release/* or src/**')
  .describe('Pattern');

const Patterns = z
  .array(Pattern)
  .min(1)
  .max(100)
  .refine((patterns) => patterns.some((pattern) => !pattern.startsWith('!')), {
    error: 'at least one pattern without ! as first character',
  });

const common = {
  name: TriggerName.optional().describe('Name of the trigger; default: its kind, numbered from the second on'),
  params: z.record(ParamName, Scalar).default({}).describe('Parameters of the runs that differ from their defaults'),
  concurrency: z
    .strictObject({
      runs: z.number().int().min(1).max(100).describe('Maximum number of concurrent runs of this trigger'),
      whenFull: z
        .enum(['skip', 'replace'])
        .default('skip')
        .describe('Action for a run above the limit: it is skipped, or replaces the oldest run'),
    })
    .optional()
    .describe('Limit of this trigger, in addition to that of the pipeline'),
};

const CronTrigger = z
  .strictObject({
    cron: z.string().min(1).max(100).describe('Cron pattern of five fields, or of six with seconds first'),
    timeZone: z.string().min(1).max(60).default('UTC').describe('IANA time zone of the pattern'),
    ...common,
  })
  .describe('Starts runs on a schedule');

export const Provider = z.enum(['github', 'gitlab']).describe('Git host that sends the webhook');
export type Provider = z.infer<typeof Provider>;

const Push = z
  .strictObject({
    provider: Provider,
    secret: SecretReference.meta(adminOnly).describe('Secret of the webhook: env:NAME or file:/path'),
    repository: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe(
        'Full name such as acme/ranker; pushes to other repositories are ignored. Default: any repository with a valid signature',
      ),
    branches: Patterns.default(['**']).describe('Branches; default: all'),
    paths: Patterns.optional().describe('Files, at least one of which must have changed; default: any'),
  })
  .describe('Webhook of a Git host');

const AbsolutePath = z
  .string()
  .max(1000)
  .regex(/^\/[^\0]+$/, 'an absolute path such as /srv/data/train.csv');

export const Data = z
  .strictObject({
    object: z
      .union([
        AbsolutePath.describe('File or folder of the server'),
        ObjectsAddress.describe('Object or prefix of a bucket, such as s3://data/train?region=eu-west-1'),
      ])
      .optional()
      .meta(adminOnly)
      .describe('File, folder, object or prefix'),
    table: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,60}$/)
      .optional()
      .describe('Table of the lake, such as bill_row'),
    every: Duration.prefault('5m').describe('Interval between checks of the data; at least 10s, at most 7d'),
  })
  .refine(({ object, table }) => (object === undefined) !== (table === undefined), {
    error: 'name either an "object" or a "table"',
  })
  .refine(({ every }) => every >= 10_000 && every <= 7 * 86_400_000, {
    path: ['every'],
    error: 'at least 10s and at most 7d',
  })
  .describe('Starts a run when the data changes');
export type Data = z.infer<typeof Data>;

const Event = z
  .strictObject({
    type: EventType,
    model: z.string().min(1).max(256).optional().describe('Registered model of the event; default: any'),
    match: z
      .record(z.string().min(1).max(60), z.string().max(250))
      .default({})
      .describe('Required fields of the event, such as alias: champion or verdict: reject'),
  })
  .describe('An event of this server');

export const Trigger = z.union([
  CronTrigger,
  z.strictObject({ push: Push, ...common }).describe('A push to a Git repository; the commit is the code of the run'),
  z.strictObject({ data: Data, ...common }).describe('A change of data'),
  z
    .strictObject({ event: Event, ...common })
    .describe('An event of the registry, of the gate, of a budget or of a monitor'),
]);
export type Trigger = z.infer<typeof Trigger>;
export type CronTrigger = z.infer<typeof CronTrigger>;
export type PushTrigger = Extract<Trigger, { push: unknown }>;
export type DataTrigger = Extract<Trigger, { data: unknown }>;
export type EventTrigger = Extract<Trigger, { event: unknown }>;

export const TriggerKind = z.enum(['cron', 'push', 'data', 'event']).describe('Kind of trigger');
export type TriggerKind = z.infer<typeof TriggerKind>;

export function selectTriggerKind(trigger: Trigger): TriggerKind {
  if ('cron' in trigger) return 'cron';
  if ('push' in trigger) return 'push';
  return 'data' in trigger ? 'data' : 'event';
}

/** Triggers by name. The default name is the kind of the trigger, with a number from the second of a kind on. */
export function nameTriggers(triggers: readonly Trigger[]): { readonly name: string; readonly trigger: Trigger }[] {
  const counts = new Map<string, number>();
  return triggers.map((trigger) => {
    const kind = selectTriggerKind(trigger);
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return { name: trigger.name ?? (count === 1 ? kind : `${kind}-${count}`), trigger };
  });
}

/** `on` of a pipeline. */
export const Triggers = z
  .array(Trigger)
  .max(50)
  .superRefine((triggers, context) => {
    const names = nameTriggers(triggers).map(({ name }) => name);
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice === -1) return;
    context.addIssue({ code: 'custom', path: [twice], message: `two triggers have the name "${names[twice]}"` });
  })
  .describe('Triggers that start runs');
