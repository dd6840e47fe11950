import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';

export const UploadId = z
  .string()
  .regex(/^u_[0-9a-f]{32}$/)
  .describe('Id of an upload');

export const Upload = z
  .strictObject({
    upload: UploadId,
    name: z.string().describe('File name as given, without folders'),
    sizeBytes: z.number().int().describe('Bytes received'),
    sha256: z.string().describe('SHA-256 of the bytes, lower-case hex'),
  })
  .describe('Uploaded file for a later request; deleted after a day');

export const createUpload = endpoint({
  method: 'POST',
  path: '/api/v1/uploads',
  scope: 'finops.write',
  summary: 'Upload a file for a later request',
  query: z.strictObject({ name: z.string().min(1).max(255).describe('File name, for messages and format detection') }),
  accepts: 'bytes',
  response: Upload,
  errors: ['payload_too_large', 'storage_full'],
});

export const getUploadLimit = endpoint({
  method: 'GET',
  path: '/api/v1/uploads/limit',
  scope: 'finops.read',
  reads: 'none',
  summary: 'Get the largest size of one upload',
  response: z.strictObject({ maxSizeBytes: z.number().int().describe('Largest upload in bytes') }),
  errors: [],
});
