import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';
import { UtcInstant } from '../units/schema.ts';

export const ServerRole = z
  .enum(['api', 'gateway', 'worker'])
  .describe(
    '"api": pages, the API and the MLflow API. "gateway": requests to endpoints and models. "worker": jobs and schedules',
  );
export type ServerRole = z.infer<typeof ServerRole>;

export const ServerState = z
  .strictObject({
    name: z
      .string()
      .nullable()
      .describe('Name of the server (setting "server"); null: the only server of its data folder'),
    roles: z.array(ServerRole).describe('Roles of the server'),
    version: z.string().describe('Version of Steelyard that it runs'),
    url: z.string().nullable().describe('Address at which it listens; null: it does not listen yet'),
    startedAt: UtcInstant.describe('Start of its process'),
    state: z
      .enum(['live', 'ended', 'takenOver'])
      .describe(
        '"live": holds its lease. "ended": stopped, or its lease has expired. "takenOver": another server is moving its journals into the lake',
      ),
    leaseUntil: UtcInstant.nullable().describe(
      'End of its lease by the clock of the store, renewed every few seconds; null: it needs none, or has released it',
    ),
    holder: z
      .string()
      .nullable()
      .describe('Server that holds the lease: itself, or the one that takes its journals over; null: none'),
  })
  .describe('A server of this store');
export type ServerState = z.infer<typeof ServerState>;

export const listServers = endpoint({
  method: 'GET',
  path: '/api/v1/servers',
  scope: 'platform.read',
  summary: 'List the servers that share this store',
  response: z.strictObject({ servers: z.array(ServerState).describe('By name') }),
  errors: [],
});
