import { z } from 'zod';

const HeaderName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'the name of a header')
  .describe('Header of the request');

const InputName = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'an input, or names with dots between, such as user.id')
  .max(500)
  .describe('Input of the row');

const Place = z.union([z.strictObject({ header: HeaderName }), z.strictObject({ input: InputName })]);

/** How the predictions of an endpoint are logged. The monitor of its model decides which of them, and which fields, are stored. */
export const LogSpec = z
  .strictObject({
    answer: z
      .enum(['after', 'before', 'never'])
      .default('after')
      .describe(
        'after: the answer goes first, and a crash may take the last second; before: each is on the disk before it is answered; never: none is kept',
      ),
    entity: Place.optional().describe('Where it says who or what a prediction is about, as outcomes name it'),
    time: Place.optional().describe('Where it says when a prediction was made, ISO 8601; default: when it is answered'),
  })
  .prefault({})
  .describe('The prediction log');
export type LogSpec = z.output<typeof LogSpec>;

const count = (what: string) => z.number().int().min(0).describe(what);

/** Log outcomes of the answered predictions of an endpoint since the start of this server. */
export const LogState = z
  .strictObject({
    kept: count('Rows in the log'),
    withoutContent: count('Rows kept without inputs and output: too large, or not to be read'),
    sampledOut: count('Rows left out because the monitor of the model keeps a share'),
    behind: count('Requests not kept because the log could not follow'),
    failed: count('Requests not kept because the disk or the store refused'),
    waiting: count('Requests that wait to be kept now'),
  })
  .describe('What became of what was answered, since this server was started');
export type LogState = z.infer<typeof LogState>;
