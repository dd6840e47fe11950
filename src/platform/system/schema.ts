import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';
import { UtcInstant } from '../units/schema.ts';

export const getSystem = endpoint({
  method: 'GET',
  path: '/api/v1/system',
  scope: 'platform.read',
  summary: 'Get version, store and size of this server',
  response: z.strictObject({
    version: z.string().describe('Version of Steelyard'),
    licence: z.string().describe('SPDX identifier of the licence'),
    storeEngine: z.enum(['sqlite', 'postgres']).describe('Engine of the store'),
    nodeVersion: z.string().describe('Version of Node.js'),
    dataFolder: z
      .strictObject({
        sizeBytes: z.number().int().describe('Bytes of all files of the data folder'),
        files: z.number().int().describe('Number of these files'),
        measuredAt: UtcInstant.describe('Time of the measurement; it is repeated after ten minutes'),
      })
      .describe('Data folder of this server; a PostgreSQL store and a bucket for artifacts are not in it'),
  }),
  errors: [],
});
