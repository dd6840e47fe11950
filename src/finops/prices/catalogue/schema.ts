import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Currency, UtcInstant } from '../../../platform/units/schema.ts';
import { UploadId } from '../../../platform/uploads/schema.ts';

export const Cloud = z.enum(['aws', 'azure']).describe('Cloud of the price list');
export type Cloud = z.infer<typeof Cloud>;

export const RegionName = z
  .string()
  .regex(/^[a-z0-9-]{2,60}$/, 'a region as its cloud names it, such as us-east-1 or eastus')
  .describe('Region as its cloud names it');

export const ImportedRegion = z
  .strictObject({
    region: RegionName,
    currency: Currency,
    prices: z.number().int().describe('Prices that the list has of it'),
    changed: z.number().int().describe('Prices that changed; 0 when the list was imported before'),
  })
  .describe('Prices of one region in a price list');

export const PriceImport = z
  .strictObject({
    cloud: Cloud,
    publishedAt: UtcInstant.describe('When the list was published or fetched'),
    unchanged: z.boolean().describe('True when all of it had been imported before'),
    prices: z.number().int().describe('Prices in the list, of all regions'),
    regions: z.array(ImportedRegion).describe('By region'),
    leftOutPrices: z.number().int().describe('Prices that the list contradicts itself about; they are not imported'),
    leftOut: z
      .array(
        z.strictObject({
          resource: z.string().describe('Instance type'),
          region: z.string().describe('Region as its cloud names it'),
          reason: z.string().describe('Reason that it is rejected'),
        }),
      )
      .describe('The first 20 of them'),
  })
  .describe('Result of an import of a price list');
export type PriceImport = z.infer<typeof PriceImport>;

export const importPrices = endpoint({
  method: 'POST',
  path: '/api/v1/prices/imports',
  scope: 'finops.write',
  summary: 'Import a price list of a cloud, all or nothing',
  body: z.strictObject({
    cloud: Cloud,
    files: z
      .array(
        z.strictObject({
          upload: UploadId,
          name: z.string().min(1).max(1024).describe('Name of the file, for messages'),
        }),
      )
      .min(1)
      .max(1000)
      .describe('The list; of Azure all its pages, in any number of files'),
    region: RegionName.optional().describe('Import only this region; for an AWS list without a region, its region'),
    publishedAt: UtcInstant.optional().describe(
      'When the list was fetched, if the list does not state it. Default: now',
    ),
  }),
  response: PriceImport,
  errors: [
    'upload_not_found',
    'file_empty',
    'file_truncated',
    'file_unreadable',
    'file_format_unknown',
    'csv_malformed',
    'price_list_unusable',
    'storage_full',
  ],
});
