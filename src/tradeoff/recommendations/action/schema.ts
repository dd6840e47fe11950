import { z } from 'zod';
import { Name } from '../../../org/schema.ts';

const Bounds = z
  .strictObject({
    min: z.number().int().describe('Replicas at least'),
    max: z.number().int().describe('Replicas at most'),
  })
  .describe('Bounds of the replicas');

/** Action that implements a recommendation. */
export const RecommendedAction = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('endpoint_replicas').describe('Other bounds for the replicas of a variant'),
        endpoint: Name.describe('Endpoint'),
        variant: Name.describe('Variant'),
        from: Bounds,
        to: Bounds,
      })
      .describe('Changes the number of replicas of a variant of an endpoint'),
    z
      .strictObject({
        type: z.literal('stop_pipeline_run').describe('A run of a pipeline ends'),
        pipeline: z.string().describe('Pipeline'),
        run: z.string().describe('Id of its run'),
      })
      .describe('Stops a run of a pipeline'),
    z
      .strictObject({
        type: z.literal('by_hand').describe('Change that this server cannot make'),
        commands: z.array(z.string().describe('Command or step')).describe('Commands or steps, in order'),
        manifest: z.string().optional().describe('Change to make in your manifest; absent: none'),
      })
      .describe('Steps for a person'),
  ])
  .describe('Action that carries out the recommendation');
export type RecommendedAction = z.infer<typeof RecommendedAction>;
