import { z } from 'zod';
import { UtcInstant } from '../../../platform/units/schema.ts';

const Kind = z.enum(['integer', 'number', 'text', 'vector', 'datetime', 'other']);

const Facts = { name: z.string(), kind: Kind, type: z.string(), blank: z.boolean() };
/** Number of rows with a value, where no other field has it; older servers did not write it. */
const known = z.number().optional();

/** Lowest and highest share over the periods of a reference, in the order of the values of a band. */
const Bounds = z.strictObject({ low: z.array(z.number()), high: z.array(z.number()) });

/**
 * Range of a column over the single periods of a reference: of numbers their distribution functions (`ks`), of categories
 * their shares (`jensenshannon`, with one more entry for all other values). Null where the column has no such measure.
 */
const Band = z.strictObject({
  values: z.array(z.union([z.number(), z.string()])),
  ks: Bounds.nullable(),
  jensenshannon: Bounds.nullable(),
});
export type Band = z.infer<typeof Band>;

/** Null where the column has no such measure. */
const Variation = z.strictObject({
  ks: z.number().nullable(),
  jensenshannon: z.number().nullable(),
  /** Left out by older servers. */
  band: Band.optional(),
});
export type Variation = z.infer<typeof Variation>;

/** Stored facts of a reference, so that later comparisons do not read it again. Its numbers are a separate object of bytes. */
export const StoredProfile = z.strictObject({
  name: z.string(),
  createdAt: UtcInstant,
  /** Name of the source file. */
  file: z.string(),
  rows: z.number(),
  /** For predictions: the last one, in the order of time and id. */
  until: z.strictObject({ at: UtcInstant, prediction: z.string() }).optional(),
  /**
   * Of predictions: by column, how far its periods differ from each other (mean and two standard deviations), by the measure of an effect size; left
   * out where there are too few periods.
   */
  variation: z.record(z.string(), Variation).optional(),
  /** Object key of the sorted numbers, 8 bytes each, column after column. */
  numbers: z.string(),
  columns: z.array(
    z.discriminatedUnion('holds', [
      z.strictObject({
        ...Facts,
        holds: z.literal('numbers'),
        /** Place of the first number, and how many there are. */
        from: z.number(),
        count: z.number(),
        /** Null without a value. */
        mean: z.number().nullable(),
        variance: z.number().nullable(),
      }),
      z.strictObject({
        ...Facts,
        holds: z.literal('levels'),
        /** Null where there are too many to be categories. */
        levels: z.array(z.tuple([z.string(), z.number()])).nullable(),
        known,
      }),
      z.strictObject({ ...Facts, holds: z.literal('nothing'), known }),
    ]),
  ),
});
export type StoredProfile = z.infer<typeof StoredProfile>;
export type StoredColumn = StoredProfile['columns'][number];
