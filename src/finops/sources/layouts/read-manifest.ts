import type { z } from 'zod';
import type { ManifestFile } from './delivery-plan.ts';

/**
 * A parsed manifest, or the reason why it is unreadable. Never throws, because a manifest can be in the middle of a
 * write.
 */
export type ReadManifest<T> = { readonly content: T } | { readonly unreadable: string };

/** Parses a manifest's JSON; accepts a leading byte order mark. */
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
