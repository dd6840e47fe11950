import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { root } from './markdown.ts';
import { readSbom, thirdPartyText } from './write-sbom.ts';

const Package = z.object({ dependencies: z.record(z.string(), z.string()) });
/** Licenses that the package may be published with. */
const PERMITTED =
  /^(MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|PSF-2\.0|Unlicense|\((MIT OR CC0-1\.0|Apache-2\.0 AND BSD-3-Clause)\))$/;

it('the bill of materials names every dependency, with a license that permits its use', () => {
  const sbom = readSbom();
  const { dependencies } = Package.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const found = new Map(sbom.components.map(({ name, version }) => [name, version]));
  for (const [name, version] of Object.entries(dependencies)) expect(found.get(name), name).toBe(version);
  expect(found.has('vitest')).toBe(false);
  expect(found.has('@azure/core-client')).toBe(true);
  const stated = sbom.components.flatMap(({ name, licenses = [] }) =>
    licenses.map(({ license, expression }) => [name, license?.id ?? license?.name ?? expression ?? ''] as const),
  );
  expect(stated.filter(([, license]) => !PERMITTED.test(license))).toEqual([]);

  const text = thirdPartyText(sbom);
  expect(text).toContain('fastify 5');
  expect(text).toContain('Permission is hereby granted');
  // Its package.json states the license in an old form.
  expect(text).toMatch(/ssh2 [\d.]+: see its text\n\nCopyright Brian White/);
});
