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
        'after: the prediction is stored after its response, so a crash can lose the last second; before: it is on the disk before its response; never: no prediction is stored',
      ),
    entity: Place.optional().describe('Location of the subject of a prediction, as outcomes name it'),
    time: Place.optional().describe(
      'Location of the time of a prediction, ISO 8601; default: the time of the response',
    ),
  })
  .prefault({})
  .describe('The prediction log');
export type LogSpec = z.output<typeof LogSpec>;

const count = (description: string) => z.number().int().min(0).describe(description);

/** Log outcomes of the answered predictions of an endpoint since the start of this server. */
export const LogState = z
  .strictObject({
    kept: count('Rows in the log'),
    withoutContent: count('Rows without inputs and output, because these were too large or not readable'),
    sampledOut: count("Rows left out by the sample rate of the model's monitor"),
    behind: count('Requests not logged because the log was behind'),
    failed: count('Requests not logged because the disk or the store failed'),
    shadowKept: count('Rows of answers of shadow variants in the log, next to the predictions'),
    shadowDropped: count(
      'Answers of shadow variants not logged, because the log was behind or failed, or their rows differ in number',
    ),
    waiting: count('Requests that wait to be logged'),
  })
  .describe('Log outcomes of answered requests since the start of this server');
export type LogState = z.infer<typeof LogState>;
