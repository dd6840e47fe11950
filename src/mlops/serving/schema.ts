import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { DecimalString, Money, UtcInstant } from '../../platform/units/schema.ts';
import { BackendName, LogState, VariantName, Weights } from '../endpoint-spec/schema.ts';

const EndpointName = Name.describe('Name of an endpoint');

const RevisionState = z
  .enum(['pending', 'live', 'failed', 'replaced'])
  .describe(
    'pending: its replicas get ready; live: it has the traffic; failed: they did not get ready; replaced: it had it',
  );

export const EndpointRevision = z
  .strictObject({
    revision: z.number().int().describe('Number among the revisions of the endpoint, from 1'),
    state: RevisionState,
    reason: z.string().nullable().describe('Why it failed; null otherwise'),
    cause: z.string().describe('What made it, in words'),
    versions: z.record(z.string(), z.string()).describe('Version of each variant'),
    weights: z.record(z.string(), z.number()).describe('Shares of the traffic by variant'),
    createdAt: UtcInstant.describe('When it was made'),
    liveAt: UtcInstant.nullable().describe('When it got the traffic; null when it never did'),
  })
  .describe('A state that the endpoint was asked to be in');
export type EndpointRevision = z.infer<typeof EndpointRevision>;

export const EndpointSummary = z
  .strictObject({
    name: EndpointName,
    description: z.string().nullable().describe('What it is for'),
    state: z
      .enum(['live', 'rolling-out', 'failed', 'starting'])
      .describe('live: the newest revision has the traffic; failed: it could not get it'),
    newest: EndpointRevision,
    live: EndpointRevision.nullable().describe('Revision that has the traffic; null before the first'),
  })
  .describe('An endpoint');
export type EndpointSummary = z.infer<typeof EndpointSummary>;

const VariantCost = z
  .strictObject({
    predictions: z
      .number()
      .int()
      .nullable()
      .describe('Requests answered by this version here in these days, as metered; null: none'),
    hours: DecimalString.describe('Replica-hours'),
    cost: Money.nullable().describe('What they cost; null while there is no price'),
    per1000: Money.nullable().describe(
      'Cost per 1,000 predictions on the basis served; null without a price or a prediction',
    ),
    unpriced: z.array(z.string()).describe('Resources without a price, left out of the cost'),
  })
  .describe('Cost of a version at this endpoint in the last seven days: the same window for every variant');

export const EndpointVariant = z
  .strictObject({
    variant: VariantName,
    model: z.string().describe('Registered model'),
    version: z.string().describe('Version'),
    alias: z.string().nullable().describe('Alias that it was named by'),
    backend: BackendName,
    protocol: z.string().describe('What its server speaks'),
    weight: z.number().describe('Share of the traffic, 0 to 1'),
    shadow: z.number().describe('Share of the requests that it gets a copy of, 0 to 1'),
    replicasWanted: z.number().int().describe('Replicas that shall run on this server'),
    replicasReady: z.number().int().describe('Replicas that answer'),
    lastEnd: z.string().nullable().describe('Why the replica that ended last did so; null when none did'),
    inFlight: z.number().int().describe('Requests that it works on now'),
    waiting: z.number().int().describe('Requests that wait for a place'),
    answered: z.number().int().describe('Requests answered since its replicas were started'),
    refused: z.number().int().describe('Requests that the model refused or failed, since then'),
    lost: z.number().int().describe('Requests without an answer, since then'),
    cost: VariantCost,
  })
  .describe('A variant of a revision that gets traffic');
export type EndpointVariant = z.infer<typeof EndpointVariant>;

export const EndpointDetail = z
  .strictObject({
    ...EndpointSummary.shape,
    url: z.string().describe('Path that the protocols are under'),
    variants: z.array(EndpointVariant).describe('Variants of the live revision; empty before the first'),
    canary: z
      .array(EndpointVariant)
      .describe(
        'Variants of the revision that is rolled out, where they have replicas of their own; empty without a canary',
      ),
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
  summary: 'Endpoints by name',
  response: z.strictObject({ endpoints: z.array(EndpointSummary).describe('Endpoints by name') }),
  errors: [],
});

export const getEndpoint = endpoint({
  method: 'GET',
  path: '/api/v1/endpoints/:endpoint',
  scope: 'mlops.read',
  summary: 'One endpoint: its variants, their replicas and what they cost',
  params,
  response: EndpointDetail,
  errors: ['endpoint_not_found', 'currency_mismatch'],
});

export const rollBackEndpoint = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/rollback',
  scope: 'mlops.write',
  summary: 'Go back to a revision that was live; default: the one before',
  params,
  body: z.strictObject({
    revision: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('Revision to go back to; default: the last one that was live before'),
  }),
  response: EndpointDetail,
  errors: ['endpoint_not_found', 'endpoint_revision_not_found', 'executor_unknown', 'currency_mismatch'],
});

export const setEndpointTraffic = endpoint({
  method: 'POST',
  path: '/api/v1/endpoints/:endpoint/traffic',
  scope: 'mlops.write',
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
  summary: 'Delete an endpoint: what was begun ends, its replicas go; what it cost stays known',
  params,
  response: z.strictObject({ name: EndpointName }),
  errors: ['endpoint_not_found'],
});
