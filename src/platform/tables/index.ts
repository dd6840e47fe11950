export { asUnreadable, type FileFormat, formatOf, type TableFile } from './file-format.ts';
export { bytesAt, isWholeParquet, refuseOtherFormats } from './first-bytes.ts';
