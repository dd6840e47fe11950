import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from './markdown.ts';

const License = z.object({
  license: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
  expression: z.string().optional(),
});
const Component = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  licenses: z.array(License).optional(),
});
const Sbom = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string(), name: z.string() }) }),
  components: z.array(Component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
type Sbom = z.infer<typeof Sbom>;
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ name: z.string().optional(), version: z.string(), dev: z.boolean().optional() }),
  ),
});

const LICENSE_FILE = /^(licen[cs]e|copying|notice|thirdpartynotices)([.-].*)?$/i;

/**
 * Bill of materials of the packages that npm installs with the published package, on every platform. `npm sbom` lists all
 * packages of the lock; its own `--omit=dev` also leaves out dependencies that a development dependency has too.
 */
export function readSbom(): Sbom {
  const words = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  const sbom = Sbom.parse(JSON.parse(execFileSync('npm', words, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })));
  const installed = installedPackages();
  const { component } = sbom.metadata;
  // npm takes the name of the folder.
  component.name = 'steelyard';
  const kept = (ref: string) => installed.has(ref) || ref === component['bom-ref'];
  return {
    ...sbom,
    components: sbom.components.filter(({ name, version }) => installed.has(`${name}@${version}`)),
    dependencies: sbom.dependencies
      .filter(({ ref }) => kept(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(kept) })),
  };
}

/** `name@version` of each package of the lock that is not for development. */
function installedPackages(): ReadonlySet<string> {
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const entries = Object.entries(packages).filter(([path, { dev = false }]) => path !== '' && !dev);
  return new Set(
    entries.map(([path, { name, version }]) => `${name ?? path.split('node_modules/').at(-1)}@${version}`),
  );
}

/** Name, version and license of every package, with its license files. A package of another platform is not installed here. */
export function thirdPartyText({ components }: Sbom): string {
  return components
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version))
    .map(({ name, version, licenses = [] }) => {
      const stated = licenses
        .map(({ license, expression }) => license?.id ?? license?.name ?? expression ?? '')
        .join(', ');
      return [`${name} ${version}: ${stated === '' ? 'see its text' : stated}`, ...licenseTexts(name, version)].join(
        '\n\n',
      );
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}

function licenseTexts(name: string, version: string): string[] {
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder) || versionOf(folder) !== version) return [];
  return readdirSync(folder)
    .filter((file) => LICENSE_FILE.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
}

function versionOf(folder: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
    .version;
}

if (import.meta.main) {
  const sbom = readSbom();
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'dist/sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
  writeFileSync(join(root, 'dist/third-party-licenses.txt'), thirdPartyText(sbom));
  process.stdout.write(`dist/sbom.cdx.json: ${sbom.components.length} packages; dist/third-party-licenses.txt\n`);
}
