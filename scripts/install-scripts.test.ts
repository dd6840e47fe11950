import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { readDocument, root } from './markdown.ts';

const Lock = z.object({ packages: z.record(z.string(), z.object({ hasInstallScript: z.boolean().optional() })) });
const Package = z.object({ allowScripts: z.record(z.string(), z.boolean()) });
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));

const installing = Object.entries(Lock.parse(read('package-lock.json')).packages)
  .filter(([, { hasInstallScript }]) => hasInstallScript === true)
  .map(([path]) => path.split('node_modules/').at(-1) ?? path)
  .toSorted();

it('every package with an install script is allowed or denied by name, and only node is allowed', () => {
  const { allowScripts } = Package.parse(read('package.json'));
  expect(Object.keys(allowScripts).toSorted()).toEqual([...new Set(installing)]);
  expect(Object.keys(allowScripts).filter((name) => allowScripts[name])).toEqual(['node']);
});

it('docs/security.md names them', () => {
  const [, section = ''] = readDocument('docs/security.md').split('## Installed npm packages');
  const [text = ''] = section.split('\n## ');
  expect([...text.matchAll(/`([\w-]+)`/g)].map(([, name]) => name)).toEqual(expect.arrayContaining(installing));
});
