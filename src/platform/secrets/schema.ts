import { z } from 'zod';

/** Where a secret is, never the secret: what is configured can be shown, diffed and kept in Git. */
export const SecretReference = z
  .string()
  .regex(/^(env:[A-Za-z_]\w*|file:\/.+)$/, {
    error: 'Name where the secret is, "env:NAME" or "file:/absolute/path"; the secret itself is not accepted here.',
  })
  .describe('Where a secret is: "env:NAME" (a variable of the server) or "file:/absolute/path". Never the secret.');

export type SecretReference = z.infer<typeof SecretReference>;
