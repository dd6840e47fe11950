import { z } from 'zod';

/** Content of a notification, fixed when the event is noticed: every delivery attempt is identical. */
export const Notice = z.strictObject({
  /** The same at every try, for receivers that want each once. */
  id: z.string(),
  /** One line. */
  title: z.string(),
  /** Plain text, the title first. */
  text: z.string(),
  /** A CloudEvent 1.0 of the same id. */
  event: z.record(z.string(), z.unknown()),
});
export type Notice = z.infer<typeof Notice>;
