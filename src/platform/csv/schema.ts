import { z } from 'zod';

const MOST_NAME_CHARACTERS = 200;
const columnName = () => z.string().min(1).max(MOST_NAME_CHARACTERS);

/** Columns of a file that contain a series. */
export const seriesColumns = {
  timeColumn: columnName().default('timestamp').describe('Column of the time'),
  valueColumn: columnName().default('value').describe('Column of the value'),
};

/** Error codes for a file that is not a valid series. */
export const seriesFileErrors = [
  'series_empty',
  'series_column_missing',
  'series_value_invalid',
  'series_time_invalid',
  'series_too_long',
  'csv_malformed',
  'file_truncated',
  'file_not_utf8',
  'payload_too_large',
] as const;
