import type { z } from 'zod';
import type { ManifestFile } from './delivery-plan.ts';

/** A manifest as it was read, or why it could not be. Never throws: a manifest that is being written is no failure. */
export type ReadManifest<T> = { readonly content: T } | { readonly unreadable: string };

/** Parses a manifest's JSON; a byte order mark before it is allowed. */
export function readManifest<S extends z.ZodType>(schema: S, file: ManifestFile): ReadManifest<z.output<S>> {
  const { key } = file.object;
  if (file.text.trim() === '') return { unreadable: `the manifest ${key} is empty` };
  let json: unknown;
  try {
    json = JSON.parse(file.text.replace(/^\uFEFF/, ''));
  } catch {
    return { unreadable: `the manifest ${key} is not whole JSON; it may still be being written` };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { content: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    unreadable: `the manifest ${key} is not one that is known here: "${issue?.path.join('.')}" ${issue?.message}`,
  };
}
