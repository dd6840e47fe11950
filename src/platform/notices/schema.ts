import { z } from 'zod';
import { adminOnly, SecretReference } from '../secrets/schema.ts';

export const Severity = z
  .enum(['info', 'warning', 'critical'])
  .describe('Severity of a notice, ascending: info, warning, critical');
export type Severity = z.infer<typeof Severity>;

/** Negative: `one` is less severe than `other`. */
export function compareSeverity(one: Severity, other: Severity): number {
  return Severity.options.indexOf(one) - Severity.options.indexOf(other);
}

const Webhook = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'an https:// address' })
      .max(2048)
      .describe('URL to which CloudEvents are posted')
      .meta(adminOnly),
    secret: SecretReference.optional().describe('Reference to the signing secret; default: not signed'),
  })
  .describe('Posts a CloudEvent');

const Slack = z
  .strictObject({
    url: SecretReference.describe('Reference to the address of the incoming webhook; the address is a secret'),
  })
  .describe('Posts {"text": …, "blocks": […]}, the format of Slack and Mattermost');

const MicrosoftTeams = z
  .strictObject({
    url: SecretReference.describe('Reference to the address of the workflow webhook; the address is a secret'),
  })
  .describe('Posts an Adaptive Card, the format of workflow webhooks of Microsoft Teams');

const Email = z
  .strictObject({
    to: z
      .string()
      .max(250)
      .regex(/^[^\s@<>,;]+@[^\s@<>,;]+$/, 'an e-mail address such as "ml-platform@example.org"')
      .describe('Address of the recipient; the SMTP server of the configuration sends the message')
      .meta(adminOnly),
  })
  .describe('Sends an e-mail');

/** Recipient of a notification: exactly one of the four. */
export const NotifyTarget = z
  .strictObject({
    webhook: Webhook.optional(),
    slack: Slack.optional(),
    microsoftTeams: MicrosoftTeams.optional(),
    email: Email.optional(),
  })
  .refine(
    (target) => Object.keys(target).length === 1,
    'one of `webhook`, `slack`, `microsoftTeams` and `email` in each entry',
  )
  .describe('Recipient of a notice');
export type NotifyTarget = z.infer<typeof NotifyTarget>;
