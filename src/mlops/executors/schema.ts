import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';

export const listExecutors = endpoint({
  method: 'GET',
  path: '/api/v1/executors',
  scope: 'mlops.read',
  summary: 'Engines that this server runs work on, and whom commands of its own machine run as',
  response: z.strictObject({
    engines: z.array(z.enum(['process', 'docker', 'kubernetes'])).describe('Engines that are set up'),
    processUser: z
      .string()
      .nullable()
      .describe(
        'User that steps run as on the process executor; null: the user of the server, or there is no such engine',
      ),
    warnings: z.array(z.string()).describe('Security warnings, one sentence each'),
  }),
  errors: [],
});
