import { z } from 'zod';

export const ForecastLevel = z
  .enum(['total', 'team', 'project', 'model', 'endpoint', 'service', 'budget'])
  .describe('Level of the subject; the subjects of each level except `budget` sum to the total');
export type ForecastLevel = z.infer<typeof ForecastLevel>;
