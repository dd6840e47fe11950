import { z } from 'zod';
import { Duration } from '../src/platform/units/quantities/schema.ts';

/** Checked here, parsed by the server. */
export const DurationText = z
  .string()
  .refine((text) => Duration.safeParse(text).success, { error: 'a duration such as 15s, 30m or 1h30m' });
