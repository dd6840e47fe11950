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
  /** Self-contained HTML for e-mail; null: plain text only. */
  html: z.string().nullable().optional(),
  /** Page of the web app, an absolute path; null or left out: none. */
  link: z.string().nullable().optional(),
});
export type Notice = z.infer<typeof Notice>;
