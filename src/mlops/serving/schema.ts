import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { DecimalString, Money, UtcInstant } from '../../platform/units/schema.ts';
import { BackendName, LogState, VariantName, Weights } from '../endpoint-spec/schema.ts';

const EndpointName = Name.describe('Name of an endpoint');

const RevisionState = z
  .enum(['pending', 'live', 'failed', 'replaced'])
  .describe(
    'pending: its replicas start; live: it has the traffic; failed: its replicas did not become ready; replaced: it was live before',
  );

export const EndpointRevision = z
  .strictObject({
    revision: z.number().int().describe('Number among the revisions of the endpoint, from 1'),
    state: RevisionState,
    reason: z.string().nullable().describe('Reason for the failure; null: no failure'),
    cause: z.string().describe('Cause of the revision, in words'),
    versions: z.record(z.string(), z.string()).describe('Version of each variant'),
    weights: z.record(z.string(), z.number()).describe('Shares of the traffic by variant'),
    createdAt: UtcInstant.describe('Time of creation'),
    liveAt: UtcInstant.nullable().describe('Time at which it received the traffic; null: never'),
  })
  .describe('A desired state of the endpoint');
export type EndpointRevision = z.infer<typeof EndpointRevision>;

export const EndpointSummary = z
  .strictObject({
    name: EndpointName,
    description: z.string().nullable().describe('Purpose of the endpoint'),
    state: z
      .enum(['live', 'rolling-out', 'failed', 'starting'])
      .describe('live: the newest revision has the traffic; failed: the newest revision failed'),
    newest: EndpointRevision,
    live: EndpointRevision.nullable().describe('Revision with the traffic; null: none yet'),
  })
  .describe('An endpoint');
export type EndpointSummary = z.infer<typeof EndpointSummary>;

const VariantCost = z
  .strictObject({
    predictions: z
      .number()
      .int()
      .nullable()
      .describe('Requests that this version answered here in the window, as metered; null: none'),
    hours: DecimalString.describe('Replica-hours'),
    cost: Money.nullable().describe('Cost of the replica-hours; null: no price'),
    per1000: Money.nullable().describe(
      'Cost per 1,000 predictions on the basis served; null: no price or no prediction',
    ),
    unpriced: z.array(z.string()).describe('Resources without a price, left out of the cost'),
  })
  .describe('Cost of a version at this endpoint in the last seven days: the same window for each variant');

export const EndpointVariant = z
  .strictObject({
    variant: VariantName,
    model: z.string().describe('Registered model'),
    version: z.string().describe('Version'),
    alias: z.string().nullable().describe('Alias of the version in the endpoint document'),
    backend: BackendName,
    protocol: z.string().describe('Protocol of the model server'),
    weight: z.number().describe('Share of the traffic, 0 to 1'),
    shadow: z.number().describe('Share of the requests that are copied to it, 0 to 1'),
    replicasWanted: z.number().int().describe('Wanted number of replicas on this server'),
    replicasReady: z.number().int().describe('Replicas that are ready'),
    lastEnd: z.string().nullable().describe('Why the last replica ended; null: none has ended'),
    inFlight: z.number().int().describe('Requests in flight'),
    waiting: z.number().int().describe('Requests that wait for a slot'),
    answered: z.number().int().describe('Answered requests since the start of its replicas'),
    refused: z.number().int().describe('Requests that the model refused or failed, since then'),
    lost: z.number().int().describe('Requests without a response, since then'),
    cost: VariantCost,
  })
  .describe('A variant of a revision with traffic');
export type EndpointVariant = z.infer<typeof EndpointVariant>;

export const EndpointRouteStatus = z
  .strictObject({
    route: z.string().describe('Name of the route'),
    kind: z
      .enum(['cascade', 'router'])
      .describe('cascade: asks its variants until an answer is confident enough; router: selects one by rules'),
    weight: z.number().describe('Share of the traffic, 0 to 1'),
    shadow: z.number().describe('Share of the requests that are copied to it, 0 to 1'),
    variants: z
      .array(
        z
          .strictObject({
            variant: VariantName,
            acceptAtConfidence: z
              .number()
              .nullable()
              .describe('Confidence at which its answer is accepted, 0 to 1; null: always'),
            asked: z.number().int().describe('Requests that the route sent to it, shadow copies included'),
            escalated: z.number().int().describe('Those after which the next stage was asked'),
            failed: z.number().int().describe('Those that failed'),
          })
          .describe('A variant of the route, with its requests in the hours that began in the last 24 hours'),
      )
      .describe('Variants in the order of the route'),
    rules: z
      .array(
        z
          .strictObject({
            when: z.string().nullable().describe('Condition on the request, as text; null: all other requests'),
            variant: VariantName,
          })
          .describe('A rule of a router'),
      )
      .describe('Rules of a router in order, the first that is met selects; empty for a cascade'),
    requests: z.number().int().describe('Requests to the route in these hours, shadow copies included'),
    escalatedShare: z
      .number()
      .nullable()
      .describe('Share of the requests to the first stage that were escalated, 0 to 1; null: none, or a router'),
    per1000: z
      .strictObject({
        cost: Money.nullable().describe('Cost; null: unknown'),
        reason: z.string().nullable().describe('Reason for an unknown cost; null when known'),
      })
      .describe(
        'Cost of 1,000 requests in the last seven days, metered, on the basis served: every variant that was asked, at the cost per prediction of its version',
      ),
  })
  .describe('A cascade or router of the live revision');
export type EndpointRouteStatus = z.infer<typeof EndpointRouteStatus>;

export const EndpointDetail = z
  .strictObject({
    ...EndpointSummary.shape,
    url: z.string().describe('Base path of the protocols'),
    variants: z.array(EndpointVariant).describe('Variants of the live revision; empty: no live revision yet'),
    canary: z
      .array(EndpointVariant)
      .describe('Variants of the revision in rollout that have separate replicas; empty: no canary'),
    routes: z.array(EndpointRouteStatus).describe('Cascades and routers of the live revision'),
    log: LogState,
    revisions: z.array(EndpointRevision).describe('Revisions, latest first; at most fifty'),
  })
  .describe('An endpoint with its variants and revisions');
export type EndpointDetail = z.infer<typeof EndpointDetail>;

const params = z.strictObject({ endpoint: EndpointName });

export const listEndpoints = endpoint({
  method: 'GET',
  path: '/api/v1/endpoints',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'List endpoints by name',
  response: z.strictObject({ endpoints: z.array(EndpointSummary).describe('Endpoints by name') }),
  errors: [],
});

export const getEndpoint = endpoint({
  method: 'GET',
  path: '/api/v1/endpoints/:endpoint',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get one endpoint: its variants, their replicas and cost',
  params,
  response: EndpointDetail,
  errors: ['endpoint_not_found', 'currency_mismatch'],
});

export const rollBackEndpoint = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/rollback',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Roll back to a revision that was live; default: the previous one',
  params,
  body: z.strictObject({
    revision: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('Target revision; default: the last one that was live before'),
  }),
  response: EndpointDetail,
  errors: ['endpoint_not_found', 'endpoint_revision_not_found', 'executor_unknown', 'currency_mismatch'],
});

export const setEndpointTraffic = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/traffic',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Change the shares of the traffic',
  params,
  body: z.strictObject({ weights: Weights }),
  response: EndpointDetail,
  errors: ['endpoint_not_found', 'endpoint_variant_not_found', 'executor_unknown', 'currency_mismatch'],
});

export const deleteEndpoint = endpoint({
  method: 'DELETE',
  path: '/api/v1/endpoints/:endpoint',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Delete an endpoint: requests in flight end, its replicas stop; its recorded cost remains',
  params,
  response: z.strictObject({ name: EndpointName }),
  errors: ['endpoint_not_found'],
});
