import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

export const DemoState = z
  .enum(['none', 'loading', 'loaded', 'failed', 'removing'])
  .describe(
    'none: this server has no demo data. loading: they are loaded now. loaded: every figure of this server is demo data. failed: the load ended early; remove the loaded part. removing: the server removes them and restarts',
  );
export type DemoState = z.infer<typeof DemoState>;

export const DemoData = z
  .strictObject({
    state: DemoState,
    step: z.number().int().describe('Steps that are done'),
    steps: z.number().int().describe('Number of steps of a load'),
    doing: z.string().nullable().describe('Current step; null while nothing is loaded'),
    loadedAt: UtcInstant.nullable().describe('When the load ended; null before'),
    failure: z.string().nullable().describe('Reason of a failed load; null without one'),
    refusal: z
      .string()
      .nullable()
      .describe('Why the demo data cannot be loaded now, such as data on the server; null where they can'),
  })
  .describe('Demo data of this server');
export type DemoData = z.infer<typeof DemoData>;

export const getDemoData = endpoint({
  method: 'GET',
  path: '/api/v1/demo-data',
  scope: 'platform.read',
  reads: 'none',
  summary: 'Get the state of the demo data, with the progress of a load',
  response: DemoData,
  errors: [],
});

export const loadDemoData = endpoint({
  method: 'POST',
  path: '/api/v1/demo-data',
  scope: 'org.write',
  summary: 'Load the demo data into an empty server; the load continues after the answer',
  body: z.strictObject({}),
  response: DemoData,
  errors: ['demo_data_refused', 'demo_data_loaded'],
});

export const removeDemoData = endpoint({
  method: 'DELETE',
  path: '/api/v1/demo-data',
  scope: 'org.write',
  summary: 'Remove the demo data with everything that was added to them; accounts and the audit trail stay',
  response: DemoData,
  errors: ['demo_data_not_found'],
});
