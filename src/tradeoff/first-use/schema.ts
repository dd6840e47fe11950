import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { DemoState } from '../demo-data/schema.ts';

export const FirstStep = z
  .strictObject({
    done: z.boolean().describe('Whether the step is done on this server'),
    blocked: z.string().nullable().describe('Why the step cannot be done now; null where it can, or is done'),
  })
  .describe('State of one step');
export type FirstStep = z.infer<typeof FirstStep>;

export const FirstUse = z
  .strictObject({
    empty: z.boolean().describe('True while the server has no bill, run, budget and demo data'),
    demo: DemoState,
    steps: z
      .strictObject({
        bill: FirstStep.describe('A bill is imported'),
        mlflow: FirstStep.describe('An MLflow client has logged a run'),
        budget: FirstStep.describe('A budget is set'),
        demo: FirstStep.describe('The demo data are loaded'),
        people: FirstStep.describe('A second account exists'),
      })
      .describe('Steps of the first use'),
  })
  .describe('State of the first use of this server');
export type FirstUse = z.infer<typeof FirstUse>;

export const getFirstUse = endpoint({
  method: 'GET',
  path: '/api/v1/first-use',
  scope: 'platform.read',
  reads: 'none',
  summary: 'Get the steps of the first use with their state',
  response: FirstUse,
  errors: [],
});
