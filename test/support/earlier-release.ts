import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..');
const Release = z.object({ release: z.string(), commit: z.string() });
const Releases = z.object({ single: Release, several: Release });
const Versions = z.record(z.string(), z.string()).default({});
const Packages = z.object({ dependencies: Versions, optionalDependencies: Versions, devDependencies: Versions });

/**
 * Writes the sources of an earlier release into a new folder and returns its program. `single`: the last release that runs one server a data
 * folder; `several`: the last one before this version that runs several. Throws in a clone without its commit that cannot fetch it.
 */
export function writeEarlierRelease(which: 'single' | 'several'): string {
  const releases = Releases.parse(JSON.parse(readFileSync(join(root, 'test/servers/previous-releases.json'), 'utf8')));
  const { release, commit } = releases[which];
  findCommit(release, commit);
  const folder = mkdtempSync(join(tmpdir(), 'earlier-release-'));
  const archive = execFileSync(
    'git',
    ['archive', commit, 'package.json', 'package-lock.json', 'cli', 'src', 'scripts', 'examples'],
    {
      cwd: root,
      maxBuffer: 1 << 28,
    },
  );
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  installPackages(folder);
  return join(folder, 'cli', 'main.ts');
}

function findCommit(release: string, commit: string): void {
  const isThere = () => spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root }).status === 0;
  if (isThere()) return;
  // A shallow clone may still fetch one commit.
  spawnSync('git', ['fetch', '--quiet', '--depth=1', 'origin', commit], { cwd: root });
  if (isThere()) return;
  throw new Error(
    `The commit ${commit} of release ${release} is not in this clone. Run "git fetch --unshallow", or clone the whole history, and run the test again.`,
  );
}

/** The packages of this checkout, where it has all of the release in the same versions; otherwise its own from the registry. */
function installPackages(folder: string): void {
  const read = (from: string) => Packages.parse(JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')));
  const [wanted, own] = [read(folder), read(root)];
  const here = { ...own.devDependencies, ...own.optionalDependencies, ...own.dependencies };
  const isHere = ([name, version]: [string, string]) => here[name] === version;
  if (Object.entries({ ...wanted.dependencies, ...wanted.optionalDependencies }).every(isHere)) {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    return;
  }
  mkdirSync(join(folder, 'node_modules'));
  execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: folder,
  });
}
