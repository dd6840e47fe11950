import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postApply } from '../../../src/platform/manifests/schema.ts';
import type { DemoClient } from './client.ts';

/** Applies teams, prices, allocation rules, budgets and the policy. */
export async function applyConfig(client: DemoClient, folder = join(import.meta.dirname, '../config')): Promise<void> {
  const documents = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
  await client.call(postApply, { body: { documents } });
}
