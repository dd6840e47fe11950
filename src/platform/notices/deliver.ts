import { AppError } from '../errors/index.ts';
import type { Mail } from '../mail/index.ts';
import { type Send, signDelivery } from '../outbound/index.ts';
import { resolveSecret } from '../secrets/index.ts';
import type { Clock } from '../units/index.ts';
import type { Notice } from './notice.ts';
import type { NotifyTarget } from './schema.ts';

export interface DeliverDeps {
  readonly clock: Clock;
  /** Checks where an address leads, and posts. */
  readonly send: Send;
  /** Null where no SMTP server is configured. */
  readonly mail: Mail | null;
}

/**
 * Delivers to one target once. Resolves with null on success, and with the reason when a retry cannot help; throws when a retry may help.
 */
export async function deliver(
  deps: DeliverDeps,
  notice: Notice,
  target: NotifyTarget,
  signal: AbortSignal,
): Promise<string | null> {
  const { webhook, slack, email } = target;
  if (email !== undefined) {
    if (deps.mail === null) return NO_MAIL;
    const letter = { id: buildLetterId(notice), to: email.to, subject: notice.title, text: notice.text };
    await deps.mail.send(letter, signal);
    return null;
  }
  const message =
    webhook === undefined
      ? { body: JSON.stringify({ text: notice.text }), headers: {} }
      : await signNotice(deps, notice, webhook.secret);
  const url = webhook?.url ?? (await resolveSlackUrl(slack?.url));
  const { delivered, error, mayRetry } = await deps.send({ url, ...message }, signal);
  if (delivered) return null;
  if (mayRetry) throw new Error(error ?? 'the receiver rejected it');
  return error;
}

export const NO_MAIL = 'No e-mail can be sent: smtpUrl and smtpFrom are not configured.';

async function resolveSlackUrl(reference: string | undefined): Promise<string> {
  if (reference === undefined) throw new AppError('secret_unresolved', 'The recipient has no address.');
  return (await resolveSecret(reference)).reveal();
}

/** Headers of Standard Webhooks: id, time of this try in seconds, and with a secret the signature of both and the body. */
async function signNotice({ clock }: DeliverDeps, notice: Notice, secret: string | undefined) {
  const body = JSON.stringify(notice.event);
  const timestamp = String(Math.floor(clock.now() / 1000));
  const headers: Record<string, string> = {
    'content-type': 'application/cloudevents+json',
    'webhook-id': notice.id,
    'webhook-timestamp': timestamp,
  };
  if (secret !== undefined) {
    headers['webhook-signature'] = signDelivery((await resolveSecret(secret)).reveal(), notice.id, timestamp, body);
  }
  return { body, headers };
}

function buildLetterId({ id }: Notice): string {
  return id.replace(/[^\w.-]/g, '.');
}
