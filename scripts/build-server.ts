import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, rolldown } from 'rolldown';
import { z } from 'zod';

const Packages = z.record(z.string(), z.string());
const Manifest = z.object({ dependencies: Packages, peerDependencies: Packages });
const root = fileURLToPath(new URL('..', import.meta.url));
/** Packages of many small files, written into the bundle. All others are loaded from `node_modules`. */
const INLINED = ['kysely', 'yaml', 'zod'];
/** `new URL('./digest-worker' + extension, import.meta.url)`: a program that the server starts as a thread or a process. */
const PROGRAM = /new URL\(`\.\/([\w-]+)\$\{extname\(import\.meta\.url\)\}`/g;

/**
 * Bundles the command line, the server and its programs into `folder`: a start then reads some fifty files instead of 2,700,
 * which is half of its time. All files lie in one folder, so that addresses relative to `import.meta.url` stay right.
 */
export async function buildServer(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const programs = globSync('src/**/{*-worker,watchdog-process}.ts', { cwd: root });
  const installed = installedPackages().filter((name) => !INLINED.includes(name));
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(['cli/main.ts', ...programs].map((path) => [basename(path, '.ts'), path])),
    platform: 'node',
    // Node 22 knows no `using`.
    transform: { target: 'node22.18' },
    external: (id) => installed.some((name) => id === name || id.startsWith(`${name}/`)),
  });
  await using _closed = bundle;
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    // For NODE_OPTIONS=--enable-source-maps; the sources themselves are not part of a package.
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  const chunks = output.filter((file) => file.type === 'chunk');
  checkStart(chunks);
  checkPrograms(chunks, folder);
  writeFileSync(join(folder, 'licenses.txt'), INLINED.map(licenseText).join('\n'));
}

/** Packages that npm installs with a published package, or that its user may install. */
function installedPackages(): string[] {
  const { dependencies, peerDependencies } = Manifest.parse(
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
  );
  return Object.keys({ ...dependencies, ...peerDependencies });
}

/** The first file refuses an old Node, which must not meet newer code before. */
function checkStart(chunks: readonly OutputChunk[]): void {
  const main = chunks.find(({ fileName }) => fileName === 'main.js');
  if (main === undefined) throw new Error('the bundle has no main.js');
  if (main.imports.length > 0)
    throw new Error(`main.js loads ${main.imports} before it has checked the version of Node`);
}

function checkPrograms(chunks: readonly OutputChunk[], folder: string): void {
  for (const { code, fileName } of chunks) {
    for (const [, program] of code.matchAll(PROGRAM)) {
      if (existsSync(join(folder, `${program}.js`))) continue;
      throw new Error(`${fileName} starts ${program}, which is not in the bundle: name its source *-worker.ts`);
    }
  }
}

function licenseText(name: string): string {
  const folder = join(root, 'node_modules', name);
  return `${name}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8')}`;
}

if (import.meta.main) await buildServer(join(root, 'dist/cli'));
