import { z } from 'zod';
import { endpoint, MEDIUM_BODY_LIMIT_BYTES } from '../contract/schema.ts';

export const ManifestOutcome = z.enum(['created', 'changed', 'unchanged']).describe('Effect of applying the document');
export type ManifestOutcome = z.infer<typeof ManifestOutcome>;

/** One YAML file as it was read; the server parses it, so that every client gets the same errors. */
export const ManifestText = z
  .strictObject({
    file: z.string().min(1).max(4096).describe('Name of the file, for messages only; the server opens no file'),
    text: z.string().describe('YAML with one document or several, separated by lines of "---"'),
  })
  .describe('A manifest file');
export type ManifestText = z.infer<typeof ManifestText>;

export const AppliedManifest = z
  .strictObject({
    kind: z.string().describe('Kind of the document'),
    name: z.string().describe('Name of the document'),
    outcome: ManifestOutcome,
  })
  .describe('Result for one document');
export type AppliedManifest = z.infer<typeof AppliedManifest>;

export const postApply = endpoint({
  method: 'POST',
  path: '/api/v1/apply',
  scope: 'platform.apply',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Apply manifests: all documents of all files, or none if one is invalid',
  body: z.strictObject({
    documents: z.array(ManifestText).min(1).max(1000).describe('Files, 1 to 1000'),
    dryRun: z.boolean().default(false).describe('Report the changes without applying them; default false'),
  }),
  response: z.strictObject({
    applied: z.array(AppliedManifest).describe('Every document, in the order in which they were applied'),
  }),
  errors: [
    'invalid_request',
    'payload_too_large',
    'not_permitted',
    'file_empty',
    'yaml_invalid',
    'manifest_invalid',
    'manifest_kind_unknown',
    'manifest_reference_unknown',
    'dimension_unknown',
  ],
});
