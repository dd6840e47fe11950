import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import type { DemoClient } from '../demo/client.ts';

type DocumentFile = 'endpoint.yaml' | 'monitor.yaml' | 'pipeline.yaml' | 'policy.yaml' | 'retraining.yaml';

/** Applies documents of the folder together; `{word}` in them becomes its value. */
export async function applyDocuments(
  client: DemoClient,
  files: readonly DocumentFile[],
  words: Readonly<Record<string, string>> = {},
): Promise<void> {
  const folder = join(import.meta.dirname, 'documents');
  const documents = files.map((file) => ({
    file,
    text: readFileSync(join(folder, file), 'utf8').replaceAll(/\{(\w+)\}/g, (word, name) => words[name] ?? word),
  }));
  await client.call(postApply, { body: { documents } });
}
