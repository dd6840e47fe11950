import { execFileSync } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Application } from '../../main.ts';
import { call } from '../../testing/application.ts';
import { listPipelineTriggers, type PipelineTrigger } from '../triggers/schema.ts';

export const SECRET = 'correct horse battery staple';

/** A new folder of this machine. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'triggers-'));
}

/** Reference to a secret in a file. */
export function secretFile(secret = SECRET): string {
  const path = join(newFolder(), 'secret');
  writeFileSync(path, `${secret}\n`);
  return `file:${path}`;
}

/** A Git repository of this machine whose branch is `main`. */
export interface Repository {
  readonly folder: string;
  /** Commits files and answers the commit. */
  commit(files: Readonly<Record<string, string>>): string;
}

export function newRepository(): Repository {
  const folder = newFolder();
  const git = (...words: string[]) => execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch', 'main');
  return {
    folder,
    commit(files) {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
      git('add', '--all');
      git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '--quiet', '--message', 'x');
      return git('rev-parse', 'HEAD');
    },
  };
}

export const NO_COMMIT = '0'.repeat(40);

/** A push event of GitHub, with the fields that are read. */
export function githubPush(after: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    ref: 'refs/heads/main',
    before: NO_COMMIT,
    after,
    created: true,
    deleted: false,
    forced: false,
    commits: [],
    repository: { id: 1, full_name: 'acme/ranker' },
    pusher: { name: 'ada' },
    ...more,
  };
}

export function gitlabPush(after: string): Record<string, unknown> {
  return {
    object_kind: 'push',
    ref: 'refs/heads/main',
    before: NO_COMMIT,
    after,
    checkout_sha: after,
    total_commits_count: 0,
    commits: [],
    project: { path_with_namespace: 'acme/ranker' },
  };
}

export function githubHeaders(body: string, secret = SECRET, more: Readonly<Record<string, string>> = {}) {
  return {
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    ...more,
  };
}

/** Sends a webhook as a Git host does. */
export async function send(
  application: Application,
  door: string,
  body: string,
  headers: Readonly<Record<string, string>>,
) {
  const answer = await application.http.inject({
    method: 'POST',
    url: `/api/v1/pipelines/${door}`,
    headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
    payload: body,
  });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}

/** A trigger as the server shows it now. */
export async function requireTrigger(
  application: Application,
  pipeline: string,
  name: string,
): Promise<PipelineTrigger> {
  const { triggers } = await call(application, listPipelineTriggers, { params: { pipeline } });
  const found = triggers.find(({ trigger }) => trigger === name);
  if (found === undefined) throw new Error(`${pipeline} has no trigger ${name}`);
  return found;
}

const LOOK_MS = 20;

/** The outcomes of the trigger, latest first, once all are decided and there are `count` of them. */
export async function outcomes(application: Application, pipeline: string, name: string, count: number) {
  for (;;) {
    const { decisions } = await requireTrigger(application, pipeline, name);
    const decided = decisions.filter(({ outcome }) => outcome !== 'pending');
    if (decided.length > count) throw new Error(`${name} decided ${decided.length} times: ${JSON.stringify(decided)}`);
    if (decided.length === count && decided.length === decisions.length) return decisions;
    await pause(LOOK_MS);
  }
}
