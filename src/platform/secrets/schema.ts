import { z } from 'zod';

/**
 * Marks a field, by `.meta(adminOnly)`, with which a document makes the server use its own privileges: send one of its
 * secrets, connect to an address of the author's choice, read its disk. `steelyard apply` accepts it only from administrators.
 */
export const adminOnly = { adminOnly: true } as const;

/** Reference to a secret, never the secret: the configuration can be shown, compared and stored in Git. */
export const SecretReference = z
  .string()
  .regex(/^(env:[A-Za-z_]\w*|file:\/.+)$/, {
    error: 'Give a reference to the secret, "env:NAME" or "file:/absolute/path"; the secret itself is not accepted.',
  })
  .describe('Reference to a secret: "env:NAME" (a variable of the server) or "file:/absolute/path". Never the secret.')
  .meta(adminOnly);

export type SecretReference = z.infer<typeof SecretReference>;
