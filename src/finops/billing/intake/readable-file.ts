import type { LakeSession } from '../../../platform/lake/index.ts';
import type { BillDataset, FormatMapping } from '../formats/format.ts';
import { mapBillColumns } from '../formats/index.ts';
import type { BillFileFormat } from './inspect-file.ts';
import { openSourceRelation, type SourceRelation } from './source-relation.ts';
import { detectWriting, normalizeColumns, type Written, type WrittenFile } from './written.ts';

/** A bill file with the mapping of its columns; its dates are converted to ISO and its amounts to plain decimals. */
export interface ReadableFile {
  readonly source: SourceRelation;
  readonly mapping: FormatMapping;
  readonly written: Written;
}

/** Errors: `bill_column_missing`, `bill_date_ambiguous`, `bill_malformed`, `file_too_wide`. */
export async function prepareReadableFile(
  session: LakeSession,
  file: WrittenFile & { readonly dataset: BillDataset | null },
  format: BillFileFormat,
): Promise<ReadableFile> {
  const source = await openSourceRelation(session, file, format);
  const mapping = mapBillColumns(source.columns, { file: file.name, dataset: file.dataset });
  const written = await detectWriting(session, source, mapping, format, file);
  return { source: normalizeColumns(source, mapping, written), mapping, written };
}
