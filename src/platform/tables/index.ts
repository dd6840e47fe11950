export { asUnreadable, type FileFormat, formatOf, type TableFile } from './file-format.ts';
