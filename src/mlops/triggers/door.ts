import { createHash, randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors/index.ts';
import type { Plugin } from '../../platform/http/index.ts';
import { resolveSecret } from '../../platform/secrets/index.ts';
import { PipelineName, Provider, type PushTrigger } from '../pipeline-definition/schema.ts';
import { listTriggers, type TriggerDeps } from './context.ts';
import { type Occurrence, recordIgnored, recordOccurrence } from './fire.ts';
import { explainIgnored, type Push, parseBranch, parsePush } from './pushes.ts';
import { SIGNING_TOKEN, verifyGithubSignature, verifyGitlabSignature, verifyGitlabToken } from './signatures.ts';
import { shortenCommit } from './words.ts';

/** Any client can send a body of this size. A push of thousands of commits is larger, and is refused. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
/** Random secret: verification for an unknown trigger fails after the same time as for an existing one. */
const NOBODYS_SECRET = randomBytes(32).toString('hex');
const PUSH_EVENTS: Readonly<Record<Provider, string>> = { github: 'push', gitlab: 'Push Hook' };

interface Delivery {
  readonly pipeline: string;
  readonly provider: Provider;
  readonly body: Buffer;
  readonly request: FastifyRequest;
}

interface NamedPush {
  readonly name: string;
  readonly trigger: PushTrigger;
}

interface Answer {
  readonly outcome: 'accepted' | 'ignored';
  /** Outcome per trigger; empty for a delivery that is not a push. */
  readonly triggers: readonly {
    readonly trigger: string;
    readonly outcome: 'accepted' | 'duplicate' | 'ignored';
    readonly reason: string | null;
  }[];
}

/**
 * `POST /api/v1/pipelines/:pipeline/triggers/github` and `…/gitlab`: webhooks of Git hosts. The route is open because a
 * Git host has no account here. A signature over the received bytes authorizes the call; a caller without one gets no
 * information.
 */
export function createWebhookPlugin(deps: TriggerDeps): Plugin {
  return (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
      (_request, body, done) => done(null, body),
    );
    for (const provider of Provider.options) {
      const url = `/api/v1/pipelines/:pipeline/triggers/${provider}`;
      app.post(url, { config: { scope: 'open' } }, (request, reply) => take(deps, provider, request, reply));
    }
  };
}

async function take(
  deps: TriggerDeps,
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { data } = PipelineName.safeParse(Object(request.params).pipeline);
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const delivery: Delivery = { pipeline: data ?? '', provider, body, request };
  const opened = await findSignedTriggers(deps, delivery);
  if (opened.length === 0) throw buildNotSigned();
  const push = readEventType(delivery) === PUSH_EVENTS[provider] ? parsePush(provider, body) : null;
  const answer = push === null ? NO_PUSH : await recordPush(deps, delivery, opened, push);
  await recordAudit(deps, delivery, push);
  return reply.status(202).type('application/json; charset=utf-8').send(JSON.stringify(answer));
}

/** A ping, or an event type that no trigger uses. */
const NO_PUSH: Answer = { outcome: 'ignored', triggers: [] };

/** The same whether there is no such pipeline, no such trigger, no signature or a wrong one. */
function buildNotSigned(): AppError {
  const detail = 'No trigger of this pipeline has a secret that matches the signature.';
  return new AppError('webhook_not_signed', detail);
}

/** The triggers whose secret signed the delivery. */
async function findSignedTriggers(deps: TriggerDeps, delivery: Delivery): Promise<NamedPush[]> {
  const named = (await listTriggers(deps.store, delivery.pipeline)).flatMap(({ name, trigger }) =>
    'push' in trigger && trigger.push.provider === delivery.provider ? [{ name, trigger }] : [],
  );
  if (named.length === 0) isSigned(deps, delivery, NOBODYS_SECRET);
  const opened: NamedPush[] = [];
  for (const each of named) {
    const secret = await readSecret(deps, delivery, each);
    if (isSigned(deps, delivery, secret)) opened.push(each);
  }
  return opened;
}

/** A secret that cannot be read verifies nothing; the log tells the operator. */
async function readSecret({ log }: TriggerDeps, { pipeline }: Delivery, { name, trigger }: NamedPush): Promise<string> {
  try {
    return (await resolveSecret(trigger.push.secret)).reveal();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ pipeline, trigger: name, reason: error.message }, 'cannot read the secret of a webhook');
    return NOBODYS_SECRET;
  }
}

function isSigned({ clock }: TriggerDeps, { provider, body, request }: Delivery, secret: string): boolean {
  const header = (name: string) => readHeader(request, name);
  if (provider === 'github') return verifyGithubSignature(secret, body, header('x-hub-signature-256'));
  if (!SIGNING_TOKEN.test(secret)) return verifyGitlabToken(secret, header('x-gitlab-token'));
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) => header(`webhook-${name}`));
  const headers = { id: id ?? null, timestamp: timestamp ?? null, signature: signature ?? null };
  return verifyGitlabSignature(secret, body, headers, clock.now());
}

function readHeader({ headers }: FastifyRequest, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function readEventType({ provider, request }: Delivery): string | null {
  return readHeader(request, `x-${provider}-event`);
}

function readDeliveryId({ provider, request }: Delivery): string | null {
  if (provider === 'github') return readHeader(request, 'x-github-delivery');
  return readHeader(request, 'webhook-id') ?? readHeader(request, 'idempotency-key');
}

/** Records a push for all triggers or for none. A sender without a response retries, and the same push is recorded once. */
async function recordPush(
  deps: TriggerDeps,
  { pipeline }: Delivery,
  opened: readonly NamedPush[],
  push: Push,
): Promise<Answer> {
  const triggers = await deps.store.transaction(async (sql) => {
    const answers: Answer['triggers'][number][] = [];
    for (const { name, trigger } of opened) {
      const reason = explainIgnored(trigger.push, push);
      const occurrence = buildOccurrence(pipeline, name, push);
      const fresh =
        reason === null
          ? await recordOccurrence(deps, sql, occurrence)
          : await recordIgnored(deps, sql, occurrence, reason);
      const outcome = fresh ? 'accepted' : 'duplicate';
      answers.push({ trigger: name, outcome: reason === null ? outcome : 'ignored', reason });
    }
    return answers;
  });
  return { outcome: triggers.some(({ outcome }) => outcome === 'accepted') ? 'accepted' : 'ignored', triggers };
}

/**
 * A push is identified by its change of the branch, not by the id of its delivery: the id is not signed, and differs
 * for a second webhook of the same repository.
 */
function buildOccurrence(pipeline: string, trigger: string, push: Push): Occurrence {
  const { repository, ref, before, after } = push;
  const mark = createHash('sha256')
    .update(JSON.stringify([repository, ref, before, after]))
    .digest('hex');
  const place = parseBranch(push) ?? ref;
  const detail = after === null ? `${place} was deleted` : `push of ${shortenCommit(after)} to ${place}`;
  return { pipeline, trigger, occurrence: `push ${mark}`, detail: detail.slice(0, 500), commit: after };
}

/** Signed deliveries are recorded in the audit trail, like writes of an account. Unsigned ones are not: any client could fill the trail. */
async function recordAudit({ writes }: TriggerDeps, delivery: Delivery, push: Push | null): Promise<void> {
  const { pipeline, provider, body, request } = delivery;
  const facts = {
    pipeline,
    delivery: readDeliveryId(delivery),
    event: readEventType(delivery),
    ref: push?.ref,
    after: push?.after,
  };
  await writes.record({
    actor: { name: `webhook:${provider}`, role: null },
    method: 'POST',
    route: request.routeOptions.url ?? '',
    scope: 'open',
    subject: Object.fromEntries(
      Object.entries(facts).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text.slice(0, 250)]] : [])),
    ),
    bodyDigest: createHash('sha256').update(body).digest('hex'),
    status: 202,
    requestId: request.id,
    counted: false,
  });
}
