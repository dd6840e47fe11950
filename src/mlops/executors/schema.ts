import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';

export const listExecutors = endpoint({
  method: 'GET',
  path: '/api/v1/executors',
  scope: 'mlops.read',
  reads: 'none',
  summary: 'List the executors of this server, and the user of process steps',
  response: z.strictObject({
    engines: z.array(z.enum(['process', 'docker', 'kubernetes'])).describe('Configured executors'),
    processUser: z
      .string()
      .nullable()
      .describe('User that runs steps of the process executor; null: the user of the server, or no process executor'),
    warnings: z.array(z.string()).describe('Security warnings, one sentence each'),
  }),
  errors: [],
});
