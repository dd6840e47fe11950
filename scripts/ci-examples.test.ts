import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { listNouns } from '../cli/frame/noun.ts';
import { parseCommandLine } from '../cli/frame/parse.ts';
import { nounGroups } from '../cli/nouns.ts';
import { root } from './markdown.ts';

const read = (name: string): unknown => parse(readFileSync(join(root, 'examples/ci', name), 'utf8'));

const Workflow = z.object({
  on: z.looseObject({ pull_request: z.unknown() }),
  jobs: z.record(
    z.string(),
    z.object({ 'runs-on': z.string(), steps: z.array(z.looseObject({ run: z.string().optional() })).min(1) }),
  ),
});
const GitlabCi = z.object({
  stages: z.array(z.string()),
  train: z.object({
    stage: z.string(),
    script: z.array(z.string()).min(1),
    artifacts: z.object({ reports: z.object({ junit: z.string() }) }),
  }),
});

/** The lines of a script that call steelyard, as the command line reads them. */
const ours = (script: string) => script.split('\n').filter((line) => line.startsWith('steelyard '));
const wordsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').slice(1);

describe('an example of CI', () => {
  it('for GitHub Actions is a workflow whose commands there are', async () => {
    const { jobs } = Workflow.parse(read('github-actions.yaml'));
    const lines = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => ours(run ?? '')));
    expect(lines).toHaveLength(1);
    for (const line of lines)
      expect(await parseCommandLine(listNouns(nounGroups), wordsOf(line))).toMatchObject({
        kind: 'run',
        input: { wait: true, junit: 'steps.xml', markdown: 'comment.md' },
      });
  });

  it('for GitLab is a job of a stage that there is, whose commands there are', async () => {
    const { stages, train } = GitlabCi.parse(read('gitlab-ci.yaml'));
    expect(stages).toContain(train.stage);
    const lines = train.script.flatMap(ours);
    expect(lines).toHaveLength(1);
    for (const line of lines)
      expect(await parseCommandLine(listNouns(nounGroups), wordsOf(line))).toMatchObject({
        kind: 'run',
        input: { junit: train.artifacts.reports.junit },
      });
  });
});
