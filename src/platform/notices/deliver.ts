import { AppError } from '../errors/index.ts';
import type { Mail } from '../mail/index.ts';
import { type Send, type SendResult, signDelivery } from '../outbound/index.ts';
import { resolveSecret } from '../secrets/index.ts';
import type { Clock } from '../units/index.ts';
import { buildSlackMessage, buildTeamsMessage } from './messages.ts';
import type { Notice } from './notice.ts';
import type { NotifyTarget } from './schema.ts';

export interface DeliverDeps {
  readonly clock: Clock;
  /** Checks where an address leads, and posts. */
  readonly send: Send;
  /** Null where no SMTP server is configured. */
  readonly mail: Mail | null;
  /** Address of the web app for users; null if not configured: messages have no links. */
  readonly publicUrl: string | null;
}

export const NO_MAIL = 'No e-mail can be sent: smtpUrl and smtpFrom are not configured.';

/**
 * Delivers to one target once. Never throws for a target: `mayRetry` of the result is true when a retry may help, which
 * includes an unresolved secret, because a secret may be mounted later. Throws when `signal` is aborted.
 */
export async function deliver(
  deps: DeliverDeps,
  notice: Notice,
  target: NotifyTarget,
  signal: AbortSignal,
): Promise<SendResult> {
  try {
    if (target.email !== undefined) return await sendLetter(deps, notice, target.email.to, signal);
    return await deps.send(await buildMessage(deps, notice, target), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    const mayRetry = !(error instanceof AppError) || error.code === 'secret_unresolved';
    return { delivered: false, status: null, error: describeError(error), mayRetry, retryAfterMs: null };
  }
}

async function sendLetter(deps: DeliverDeps, notice: Notice, to: string, signal: AbortSignal): Promise<SendResult> {
  if (deps.mail === null) {
    return { delivered: false, status: null, error: NO_MAIL, mayRetry: false, retryAfterMs: null };
  }
  const { title: subject, text, html } = notice;
  await deps.mail.send({ id: buildLetterId(notice), to, subject, text, ...(html == null ? {} : { html }) }, signal);
  return { delivered: true, status: null, error: null, mayRetry: false, retryAfterMs: null };
}

async function buildMessage(deps: DeliverDeps, notice: Notice, { webhook, slack, microsoftTeams }: NotifyTarget) {
  if (webhook !== undefined) return { url: webhook.url, ...(await signNotice(deps, notice, webhook.secret)) };
  const page = resolveLink(deps.publicUrl, notice.link);
  const headers = { 'webhook-id': notice.id };
  if (microsoftTeams !== undefined) {
    const url = (await resolveSecret(microsoftTeams.url)).reveal();
    return { url, body: JSON.stringify(buildTeamsMessage(notice, page)), headers };
  }
  if (slack === undefined) throw new AppError('secret_unresolved', 'The recipient has no address.');
  const url = (await resolveSecret(slack.url)).reveal();
  return { url, body: JSON.stringify(buildSlackMessage(notice, page)), headers };
}

/** `https://steelyard.example` and `/budgets/recs` -> `https://steelyard.example/budgets/recs`; null without either. */
function resolveLink(publicUrl: string | null, link: string | null | undefined): string | null {
  return publicUrl === null || link == null ? null : `${publicUrl.replace(/\/$/, '')}${link}`;
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

/** The text of an unexpected error may hold an address with a password: only its kind is stored. */
function describeError(error: unknown): string {
  if (error instanceof AppError) return error.message;
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  if (typeof responseCode === 'number') return `The mail server answered ${responseCode}.`;
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'The mail server did not answer in time.';
  return `The mail server could not be reached (${typeof code === 'string' ? code : 'failed'}).`;
}
