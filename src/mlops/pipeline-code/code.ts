import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { z } from 'zod';
import { unpack } from '../../platform/archives/index.ts';
import { createTurns } from '../../platform/concurrency/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import { hashTree, type TreeFile, TreeFile as TreeFileSchema, type Trees } from './trees.ts';

/** The code of a run: all of its files, and their origin. */
export const Code = z.strictObject({
  digest: z.string(),
  files: z.array(TreeFileSchema),
  /** Commit in full where it came from Git; else null. */
  commit: z.string().nullable(),
});
export type Code = z.infer<typeof Code>;

export interface CodeDeps {
  readonly objects: Objects;
  readonly trees: Trees;
  /** Folder on this machine, used only here: Git clones and temporary files of archives. */
  readonly folder: string;
  /** Environment of the server, in which Git finds its programs, keys and helpers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface CodeStore {
  /** Stores the files of an archive. Errors: `archive_invalid`, `payload_too_large`. */
  addArchive(content: Readable): Promise<Code>;
  /** Stores the files of a repository at a commit. Errors: `git_failed`. */
  addCommit(source: { readonly git: string; readonly ref: string }): Promise<Code>;
  /** Errors: `pipeline_code_not_found`. */
  find(digest: string): Promise<Code>;
}

export const NO_CODE: Code = { digest: hashTree([]), files: [], commit: null };
/** Limits of uploaded code: a user who may run a pipeline must not fill the disk with a small archive. */
const MOST_SENT = { maxBytes: 4 * 1024 ** 3, maxFiles: 200_000 };
const GIT_MS = 10 * 60_000;

export function createCodeStore(deps: CodeDeps): CodeStore {
  const { objects, trees, folder } = deps;
  const inTurn = createTurns();
  const askGit = createGit(deps.environment);
  const gitIn = (clone: string) => (words: readonly string[], git: string) => askGit(['-C', clone, ...words], git);
  const keyOf = (digest: string) => `pipelines/code/${digest}.json`;

  async function keepFolder(place: string, commit: string | null): Promise<Code> {
    const files: TreeFile[] = await trees.keep(place, readdirSync(place));
    const code: Code = { digest: hashTree(files), files, commit };
    await objects.put(keyOf(code.digest), JSON.stringify(code));
    return code;
  }

  async function inFolder<Result>(work: (place: string) => Promise<Result>): Promise<Result> {
    await mkdir(folder, { recursive: true });
    const place = await mkdtemp(join(folder, 'unpacked-'));
    try {
      return await work(place);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }

  /** An up-to-date mirror of the repository. Calls for one repository run one after the other: concurrent writes corrupt the mirror. */
  async function freshClone(git: string): Promise<string> {
    const clone = join(folder, `git-${createHash('sha256').update(git).digest('hex').slice(0, 16)}`);
    await inTurn(clone, async () => {
      if (existsSync(join(clone, 'HEAD')))
        await gitIn(clone)(['fetch', '--prune', '--quiet', 'origin', '+refs/*:refs/*'], git);
      else await askGit(['clone', '--mirror', '--quiet', '--', git, clone], git);
    });
    return clone;
  }

  return {
    addArchive: (content) =>
      inFolder(async (place) => {
        await unpack(content, place, MOST_SENT);
        return keepFolder(place, null);
      }),
    addCommit: ({ git, ref }) =>
      inFolder(async (place) => {
        const clone = await freshClone(git);
        const commit = await resolveCommit(gitIn(clone), git, ref);
        const archive = `${place}.tar`;
        try {
          await gitIn(clone)(['archive', '--format=tar', `--output=${archive}`, commit], git);
          await unpack(createReadStream(archive), place);
        } finally {
          await rm(archive, { force: true });
        }
        return keepFolder(place, commit);
      }),
    async find(digest) {
      if (digest === NO_CODE.digest) return NO_CODE;
      if (!/^[0-9a-f]{64}$/.test(digest) || (await objects.size(keyOf(digest))) === null) {
        throw new AppError('pipeline_code_not_found', `This server has no code ${digest}. Upload it again.`, {
          code: digest,
        });
      }
      return Code.parse(JSON.parse(await text((await objects.open(keyOf(digest))).content)));
    },
  };
}

type Git = (words: readonly string[], git: string) => Promise<string>;

async function resolveCommit(ask: Git, git: string, ref: string): Promise<string> {
  const said = await ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], git).catch(() => {
    throw new AppError('git_failed', `The repository ${git} has no branch, tag or commit "${ref}".`, { git, ref });
  });
  return said.trim();
}

/** Protocols that Git may use. Others (`ext::`, `fd::`, plain http and git) run programs, wait forever or are not encrypted. */
const PROTOCOLS = 'https:ssh:file';

/** Runs Git and returns its standard output. Git never prompts for a password or a host key. */
function createGit(environment: CodeDeps['environment']): Git {
  const silent = {
    GIT_ALLOW_PROTOCOL: PROTOCOLS,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_SSH_COMMAND: environment.GIT_SSH_COMMAND ?? 'ssh -oBatchMode=yes',
  };
  const options = { timeout: GIT_MS, env: { ...environment, ...silent } };
  return async (words, git) => {
    try {
      return (await promisify(execFile)('git', [...words], options)).stdout;
    } catch (error) {
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : '';
      const detail = `Git could not read ${git}: ${said === '' ? 'git is not installed, or did not respond' : said}.`;
      throw new AppError('git_failed', detail, { git }, { cause: error });
    }
  };
}

/** Reads one text file of a code; null when it has none there. */
export async function readCodeFile(trees: Trees, code: Code, path: string, folder: string): Promise<string | null> {
  const file = code.files.find((each) => each.path === path);
  if (file === undefined) return null;
  await mkdir(folder, { recursive: true });
  const place = await mkdtemp(join(folder, 'read-'));
  try {
    await trees.place([file], place);
    return await readFile(join(place, path), 'utf8');
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
