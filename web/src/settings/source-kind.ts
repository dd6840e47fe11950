import { BillSourceSpec, DEFAULT_SCHEDULE } from '../../../src/finops/sources/schema.ts';
import { Name } from '../../../src/org/schema.ts';
import { type DocumentKind, formatDocument } from '../document-form/document.ts';

/** Bill sources as documents with a form. */
export const sourceKind: DocumentKind<BillSourceSpec> = {
  kind: 'BillSource',
  name: Name,
  spec: BillSourceSpec,
  formPaths: [
    ...['location.type', 'location.path', 'location.bucket', 'location.container', 'location.prefix'],
    ...['location.region', 'location.account', 'location.sasToken', 'location.assumeRole.roleArn'],
    ...['layout', 'exportName', 'schedule', 'periods', 'closedAfterDays', 'allowRejected'],
  ],
};

export type LocationType = BillSourceSpec['location']['type'];

export const LOCATIONS: Readonly<Record<LocationType, string>> = {
  folder: 'Folder on the server',
  s3: 'Amazon S3 bucket',
  azureBlob: 'Azure Blob container',
};

/** A location of a kind, with the fields that it needs. */
export const BLANK_LOCATIONS: Readonly<Record<LocationType, object>> = {
  folder: { type: 'folder', path: '' },
  s3: { type: 's3', bucket: '' },
  azureBlob: { type: 'azureBlob', container: '', account: '' },
};

export const NEW_SOURCE = formatDocument('BillSource', '', { location: BLANK_LOCATIONS.s3 });

/** Value of the choice for a source without a schedule. */
export const BY_HAND = 'by hand';

export const SCHEDULES: Readonly<Record<string, string>> = {
  [DEFAULT_SCHEDULE]: 'Each hour',
  '17 */6 * * *': 'Each 6 hours',
  '17 5 * * *': 'Each day at 05:17 UTC',
  [BY_HAND]: 'By hand only',
};

export const LAYOUTS: Readonly<Record<BillSourceSpec['layout'], string>> = {
  auto: 'Find out',
  awsDataExport: 'AWS Data Exports (CUR 2.0, FOCUS)',
  awsCurLegacy: 'AWS Cost and Usage Reports',
  azureExport: 'Azure Cost Management exports',
  files: 'Plain files: CSV or Parquet',
};
