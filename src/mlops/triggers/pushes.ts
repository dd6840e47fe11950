import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { checkJson } from '../../platform/json/index.ts';
import { isSelected } from '../pipeline-definition/index.ts';
import type { Provider, PushTrigger } from '../pipeline-definition/schema.ts';

/** A push, in the fields that both hosts have. */
export interface Push {
  readonly repository: string;
  /** `refs/heads/main`. */
  readonly ref: string;
  readonly before: string;
  /** Commit that the branch points to now; null when it was deleted. */
  readonly after: string | null;
  /** Files that the commits of the push touch; null where the host does not list all of them. */
  readonly paths: readonly string[] | null;
}

const Commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
const Ref = z
  .string()
  .max(1000)
  .regex(/^refs\/\P{Cc}+$/u);
const Repository = z
  .string()
  .max(500)
  .regex(/^\P{Cc}+$/u);
const Files = z.array(z.string().max(4096)).max(100_000).default([]);
const Commits = z.array(z.looseObject({ added: Files, removed: Files, modified: Files })).max(5000);

const GithubPush = z.looseObject({
  ref: Ref,
  before: Commit,
  after: Commit,
  deleted: z.boolean(),
  forced: z.boolean(),
  commits: Commits,
  repository: z.looseObject({ full_name: Repository }),
});

const GitlabPush = z.looseObject({
  object_kind: z.literal('push'),
  ref: Ref,
  before: Commit,
  after: Commit,
  commits: Commits,
  total_commits_count: z.number().int(),
  project: z.looseObject({ path_with_namespace: Repository }),
});

/** Maximum number of commits that GitHub lists. */
const MOST_GITHUB_COMMITS = 2048;
const NOTHING = /^0+$/;

/** Error: `invalid_request` for a signed body that is no push. */
export function parsePush(provider: Provider, body: Buffer): Push {
  const json = parseJsonBody(body);
  return provider === 'github'
    ? toGithubPush(parseMessage(GithubPush, json))
    : toGitlabPush(parseMessage(GitlabPush, json));
}

function toGithubPush({ ref, before, after, deleted, forced, commits, repository }: z.infer<typeof GithubPush>): Push {
  // Of a new branch or one that was moved, the commits are not all that is different.
  const whole = !forced && !NOTHING.test(before) && commits.length < MOST_GITHUB_COMMITS;
  return {
    repository: repository.full_name,
    ref,
    before,
    after: deleted || NOTHING.test(after) ? null : after,
    paths: whole ? listChangedPaths(commits) : null,
  };
}

function toGitlabPush({ ref, before, after, commits, total_commits_count, project }: z.infer<typeof GitlabPush>): Push {
  // GitLab lists twenty commits at most, and none of a branch that was moved back.
  const whole = !NOTHING.test(before) && commits.length > 0 && total_commits_count <= commits.length;
  return {
    repository: project.path_with_namespace,
    ref,
    before,
    after: NOTHING.test(after) ? null : after,
    paths: whole ? listChangedPaths(commits) : null,
  };
}

function listChangedPaths(commits: z.infer<typeof Commits>): string[] {
  return [...new Set(commits.flatMap(({ added, removed, modified }) => [...added, ...removed, ...modified]))];
}

function parseJsonBody(body: Buffer): unknown {
  try {
    checkJson(body);
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('invalid_request', 'The body is not valid JSON.', {}, { cause: error });
  }
}

function parseMessage<Schema extends z.ZodType>(schema: Schema, json: unknown): z.infer<Schema> {
  const { data, error } = schema.safeParse(json);
  if (error === undefined) return data;
  const [issue] = error.issues;
  throw new AppError('invalid_request', `"${issue?.path.join('.')}" in the body: ${issue?.message ?? 'invalid'}.`);
}

/** Reason why a push starts no run. Null: it starts one. A push without a list of changed files starts a run. */
export function explainIgnored({ repository, branches, paths }: PushTrigger['push'], push: Push): string | null {
  const branch = parseBranch(push);
  if (repository !== undefined && repository !== push.repository) return `the repository is ${push.repository}`;
  if (branch === null) return `${push.ref} is not a branch`;
  if (push.after === null) return `the branch ${branch} was deleted`;
  if (!isSelected(branches, branch)) return `the branch is ${branch}`;
  if (paths === undefined || push.paths === null) return null;
  return push.paths.some((path) => isSelected(paths, path)) ? null : 'no file that matches paths changed';
}

/** `main` of `refs/heads/main`; null for a tag. */
export function parseBranch({ ref }: Push): string | null {
  return /^refs\/heads\/(.+)$/.exec(ref)?.[1] ?? null;
}
