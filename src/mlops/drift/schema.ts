import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';
import { Upload, UploadId } from '../../platform/uploads/schema.ts';

/** Names of the methods. The type checker compares the table of calculations with this list. */
export const methodNames = [
  'ks',
  'wasserstein',
  'jensenshannon',
  'psi',
  'kl_div',
  'hellinger',
  'ed',
  'chisquare',
  'z',
  'anderson',
  'cramer_von_mises',
  't_test',
  'mannw',
  'es',
  'fisher_exact',
  'g_test',
  'TVD',
  'empirical_mmd',
  'tvd',
  'l_infinity',
  'chi2_contingency',
  'chi2_permutation',
  'mmd',
  'domain_classifier',
  'nannyml_jensen_shannon',
  'nannyml_kolmogorov_smirnov',
  'nannyml_wasserstein',
  'nannyml_hellinger',
  'nannyml_l_infinity',
  'nannyml_chi2',
] as const;

const DriftMethod = z.enum(methodNames).describe('Name of a method');
export const DriftMethodChoice = z
  .enum(['auto', 'evidently', ...methodNames])
  .describe('A method by name; `auto`: a calibrated test by column; `evidently`: the test that Evidently would take');
export type DriftMethodChoice = z.infer<typeof DriftMethodChoice>;

const File = z
  .strictObject({
    upload: UploadId,
    name: z.string().min(1).max(1024).describe('File name for messages'),
  })
  .describe('An uploaded file: CSV, CSV.gz or Parquet with the same columns as the other; removed after its use');

export const ProfileName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/, 'lower-case letters, digits, ".", "_" and "-"; up to 64 characters')
  .describe('Name of a reference profile');

export const DriftProfile = z
  .strictObject({
    name: ProfileName,
    createdAt: UtcInstant.describe('Time of creation'),
    file: z.string().describe('Name of the source file'),
    rows: z.number().int().describe('Rows of the file'),
    columns: z.array(z.string()).describe('Names of its columns'),
  })
  .describe('Profile of a reference: its statistics, so that later comparisons do not read the file again');
export type DriftProfile = z.infer<typeof DriftProfile>;

const finite = z.number().nullable();

export const DriftColumn = z
  .strictObject({
    column: z.string().describe('Name of the column'),
    type: z
      .enum(['numerical', 'categorical', 'embedding', 'text', 'datetime', 'other'])
      .describe('Type of the column; columns of the last three types are not compared, and `reason` states it'),
    method: DriftMethod.nullable().describe('Method that was used; null where the column was not compared'),
    statistic: finite.describe('Statistic or distance of the method; null where it has none or it is infinite'),
    pValue: finite.describe(
      'p-value of the column, 0 to 1, with `auto` of its values and of how many are missing; null: a distance',
    ),
    valuesPValue: finite.describe(
      'p-value of the known values alone; null but with `auto`, or where they were not tested',
    ),
    missingPValue: finite.describe(
      'p-value of the share of missing values alone; null but with `auto`, or where none or all are missing on both sides',
    ),
    decidedBy: z
      .enum(['values', 'missing'])
      .nullable()
      .describe('Which of the two is smaller and makes `pValue`; null but with `auto`, or where there is none'),
    adjustedPValue: finite.describe('p-value after Benjamini and Hochberg over the columns; null but with `auto`'),
    threshold: finite.describe('Threshold for `adjustedPValue`, `pValue` or `statistic`'),
    effect: finite.describe(
      'Size of the change of the known values, whatever the number of rows: Kolmogorov-Smirnov distance of numbers, Jensen-Shannon distance of categories; null: the method has none',
    ),
    missingEffect: finite.describe(
      'Size of the change of how many values are missing, as Jensen-Shannon distance; null but with `auto`, or where none or all are missing on both sides',
    ),
    minEffect: finite.describe('Least `effect` that counts as drift; null but in windows of monitors with `auto`'),
    beyondPeriods: finite.describe(
      'Distance of the values from the range of the single periods of the reference, in the measure of `effect`; 0: within. Null: not measured, because `effect` is below `minEffect`, the monitor sets it, missing values decide, or the reference has no periods',
    ),
    significant: z
      .boolean()
      .nullable()
      .describe('`adjustedPValue` is at most `threshold`, whatever the effect; null but with `auto`'),
    drifted: z.boolean().nullable().describe('Whether the column drifted; null: no verdict'),
    nReference: z
      .number()
      .int()
      .nullable()
      .describe('Known values of the reference, without nulls, NaN and infinities; null where they were not counted'),
    nCurrent: z
      .number()
      .int()
      .nullable()
      .describe('Known values of the current data; null where they were not counted'),
    missingReference: z
      .number()
      .int()
      .nullable()
      .describe('Rows of the reference without a known value; null where they were not counted'),
    missingCurrent: z
      .number()
      .int()
      .nullable()
      .describe('Rows of the current data without a known value; null where they were not counted'),
    reason: z.string().nullable().describe('Why a figure is null; with drift of missing values, also their shares'),
  })
  .describe('One column compared');
export type DriftColumn = z.infer<typeof DriftColumn>;

export const DriftReport = z
  .strictObject({
    columns: z.array(DriftColumn).describe('In the order of the reference, then those that only the current data has'),
    compared: z.number().int().describe('Columns with a verdict'),
    share: finite.describe('Share of drifted columns among the compared ones, 0 to 1; null: none was compared'),
    drifted: z
      .boolean()
      .nullable()
      .describe(
        'Whether the data drifted: with `auto` any column, otherwise half of them or more; null where none was',
      ),
  })
  .describe('Reference and current data, column by column');
export type DriftReport = z.infer<typeof DriftReport>;

const readErrors = [
  'upload_not_found',
  'file_empty',
  'file_truncated',
  'file_not_utf8',
  'file_format_unknown',
  'file_unreadable',
  'file_too_wide',
  'csv_malformed',
  'lake_memory_exhausted',
  'storage_full',
] as const;

export const sendDriftFile = endpoint({
  method: 'POST',
  path: '/api/v1/drift/files',
  scope: 'mlops.write',
  summary: 'Upload a file with rows for a comparison',
  query: z.strictObject({ name: z.string().min(1).max(255).describe('File name, for messages') }),
  accepts: 'bytes',
  response: Upload,
  errors: ['payload_too_large', 'storage_full'],
});

export const compareDrift = endpoint({
  method: 'POST',
  path: '/api/v1/drift/compare',
  scope: 'mlops.write',
  summary: 'Compare the columns of two files for drift',
  body: z.strictObject({
    reference: z
      .union([File, z.strictObject({ profile: ProfileName })])
      .describe('Reference: an uploaded file, or the profile of one'),
    current: File.describe('Current data: the file to evaluate'),
    method: DriftMethodChoice.default('auto'),
    columns: z
      .array(z.string().min(1).max(1024).describe('Name of a column'))
      .min(1)
      .max(5000)
      .optional()
      .describe('Columns to compare; default: all'),
  }),
  response: DriftReport,
  errors: [...readErrors, 'drift_column_missing', 'drift_profile_not_found'],
});

export const makeDriftProfile = endpoint({
  method: 'POST',
  path: '/api/v1/drift/profiles',
  scope: 'mlops.write',
  summary: 'Save the profile of a reference, so that later comparisons do not read its file again',
  body: z.strictObject({ name: ProfileName, file: File }),
  response: DriftProfile,
  errors: readErrors,
});

export const listDriftProfiles = endpoint({
  method: 'GET',
  path: '/api/v1/drift/profiles',
  scope: 'mlops.read',
  summary: 'List the profiles of references',
  response: z.strictObject({ profiles: z.array(DriftProfile).describe('Profiles by name') }),
  errors: [],
});

export const removeDriftProfile = endpoint({
  method: 'DELETE',
  path: '/api/v1/drift/profiles/:name',
  scope: 'mlops.write',
  summary: 'Remove the profile of a reference',
  params: z.strictObject({ name: ProfileName }),
  response: z.strictObject({ removed: ProfileName }),
  errors: ['drift_profile_not_found'],
});

const rows = z.array(z.number().int());

export const Distribution = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('numbers').describe('Numbers, in bins'),
        edges: z.array(z.number()).describe('Bin edges, ascending: one more than bins; a bin includes its lower edge'),
        reference: rows.describe('Values of the reference in each bin'),
        current: rows.describe('Values of the window in each bin'),
      })
      .describe('Histograms over the same bins'),
    z
      .strictObject({
        kind: z.literal('categories').describe('Categories'),
        values: z.array(z.string()).describe('The most frequent values, the most frequent of both sides first'),
        reference: rows.describe('Rows of the reference with each value'),
        current: rows.describe('Rows of the window with each value'),
        otherReference: z.number().int().describe('Rows of the reference with any other value'),
        otherCurrent: z.number().int().describe('Rows of the window with any other value'),
      })
      .describe('Counts of values on both sides'),
  ])
  .describe('Distribution of the values on both sides');
export type Distribution = z.infer<typeof Distribution>;
