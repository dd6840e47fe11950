import { z } from 'zod';
import { ObjectsAddress } from '../../../platform/objects/schema.ts';
import { adminOnly, SecretReference } from '../../../platform/secrets/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { ParamName, Scalar } from '../scalar/schema.ts';

export const TriggerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,38}$/, 'small letters, digits and dashes, at most 39, a letter first')
  .describe('Name of a trigger');

/** Events that a trigger may wait for: each is about something, and of some it is about a model. */
export const EventType = z
  .enum([
    'model_version.created',
    'model_alias.set',
    'model_alias.deleted',
    'decision.taken',
    'budget.stopped_work',
    'alert.opened',
    'alert.closed',
  ])
  .describe('What has happened');
export type EventType = z.infer<typeof EventType>;

/** `main`, `release/*`, `src/**`. With `!` before it, the pattern excludes names that earlier patterns select. */
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
    error: 'at least one pattern without ! before it',
  });

const common = {
  name: TriggerName.optional().describe('Name in the history; default: its kind, numbered from the second on'),
  params: z.record(ParamName, Scalar).default({}).describe('Parameters of its runs that differ from their defaults'),
  concurrency: z
    .strictObject({
      runs: z.number().int().min(1).max(100).describe('Runs of this trigger at the same time'),
      whenFull: z.enum(['skip', 'replace']).default('skip').describe('One more is left out, or the oldest makes room'),
    })
    .optional()
    .describe('Limit of this trigger, besides that of the pipeline'),
};

const CronTrigger = z
  .strictObject({
    cron: z.string().min(1).max(100).describe('Cron pattern of five fields, or six with seconds first'),
    timeZone: z.string().min(1).max(60).default('UTC').describe('IANA time zone that the pattern is read in'),
    ...common,
  })
  .describe('At times of the calendar');

export const Provider = z.enum(['github', 'gitlab']).describe('Who sends the webhook');
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
      .describe('Full name such as acme/ranker; what is pushed to others is ignored. Default: any that is signed'),
    branches: Patterns.default(['**']).describe('Branches; default: all'),
    paths: Patterns.optional().describe('Files of which one has to be changed; default: any'),
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
    every: Duration.prefault('5m').describe('How often it is looked at; at least 10s, at most 7d'),
  })
  .refine(({ object, table }) => (object === undefined) !== (table === undefined), {
    error: 'name an "object" or a "table", one of them',
  })
  .refine(({ every }) => every >= 10_000 && every <= 7 * 86_400_000, {
    path: ['every'],
    error: 'at least 10s and at most 7d',
  })
  .describe('Data that is looked at');
export type Data = z.infer<typeof Data>;

const Event = z
  .strictObject({
    type: EventType,
    model: z.string().min(1).max(256).optional().describe('Registered model that it is about; default: any'),
    match: z
      .record(z.string().min(1).max(60), z.string().max(250))
      .default({})
      .describe('Fields that it has to have, such as alias: champion or verdict: reject'),
  })
  .describe('Something that happened in this server');

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

export const TriggerKind = z.enum(['cron', 'push', 'data', 'event']).describe('What it waits for');
export type TriggerKind = z.infer<typeof TriggerKind>;

export function kindOf(trigger: Trigger): TriggerKind {
  if ('cron' in trigger) return 'cron';
  if ('push' in trigger) return 'push';
  return 'data' in trigger ? 'data' : 'event';
}

/** Triggers by name: a trigger without one is called by its kind, and by its number among those from the second on. */
export function namedTriggers(triggers: readonly Trigger[]): { readonly name: string; readonly trigger: Trigger }[] {
  const counts = new Map<string, number>();
  return triggers.map((trigger) => {
    const kind = kindOf(trigger);
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
    const names = namedTriggers(triggers).map(({ name }) => name);
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice === -1) return;
    context.addIssue({ code: 'custom', path: [twice], message: `two triggers are called "${names[twice]}"` });
  })
  .describe('What begins runs, besides people');
