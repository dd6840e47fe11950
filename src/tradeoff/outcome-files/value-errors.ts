import { AppError } from '../../platform/errors/index.ts';

const SHOWN_CHARACTERS = 40;

/** A text of a file for messages and terminals: control characters replaced, cut to `most` characters. */
export function toShownText(text: string, most = SHOWN_CHARACTERS): string {
  return text.slice(0, most).replaceAll(/\p{Cc}/gu, '\uFFFD');
}

/** `row` is 0-based over the data rows; `why` ends the sentence, such as "is a negative cost". */
export function createValueInvalid(path: string, row: number, column: string, text: string, why: string): AppError {
  const detail = `${path}, data row ${row} (0-based), column ${toShownText(column)}: "${toShownText(text)}" ${why}.`;
  return new AppError('outcome_value_invalid', detail, { file: path, row, column });
}
