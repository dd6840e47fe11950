import { z } from 'zod';
import { adminOnly, SecretReference } from '../secrets/schema.ts';

const Webhook = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'an https:// address' })
      .max(2048)
      .describe('Where CloudEvents are posted')
      .meta(adminOnly),
    secret: SecretReference.optional().describe('Where the secret is that they are signed with; default: not signed'),
  })
  .describe('Posts a CloudEvent');

const Slack = z
  .strictObject({
    url: SecretReference.describe('Where the address of the incoming webhook is, which is a secret by itself'),
  })
  .describe('Posts {"text": …}, as Slack, Mattermost and others take it');

const Email = z
  .strictObject({
    to: z
      .string()
      .max(250)
      .regex(/^[^\s@<>,;]+@[^\s@<>,;]+$/, 'an e-mail address such as "ml-platform@example.org"')
      .describe('Address that is written to, by the SMTP server of the configuration')
      .meta(adminOnly),
  })
  .describe('Sends an e-mail');

/** Recipient of a notification: exactly one of the three. */
export const NotifyTarget = z
  .strictObject({ webhook: Webhook.optional(), slack: Slack.optional(), email: Email.optional() })
  .refine((target) => Object.keys(target).length === 1, 'one of `webhook`, `slack` and `email` in each entry')
  .describe('Whom it tells');
export type NotifyTarget = z.infer<typeof NotifyTarget>;
