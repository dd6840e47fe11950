import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedFolder, serveFolder, temporaryFolder } from '../testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function apply(name: string, on: string): Promise<void> {
  const file = join(folder, `${name}.yaml`);
  const spec = `{concurrency: {whenFull: skip}, steps: {say: {run: sleep 60, grace: 1s}}, on: [${on}]}`;
  writeFileSync(file, `{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: ${name}}, spec: ${spec}}`);
  expect(await server.run('apply', '-f', file)).toMatchObject({ code: 0 });
}

describe('triggers on the command line', () => {
  it('are shown with what they wait for, and what they have done', async () => {
    await apply(
      'ranker',
      `{name: often, cron: '* * * * * *'}, {data: {object: ${folder}/nothing}}, {event: {type: model_alias.set, match: {alias: champion}}}`,
    );
    const shown = async () => (await server.run('pipeline', 'triggers', 'ranker')).out;
    await expect
      .poll(shown)
      .toMatch(/often\n\s*AT +EVENT +OUTCOME +REASON\n[\s\S]*skipped +Run #1 of "ranker"[\s\S]*began #1/);
    const text = await shown();
    expect(text).toMatch(/^TRIGGER +CONDITION +NEXT +PROBLEM\noften +\* \* \* \* \* \* in UTC/);
    expect(text).toMatch(/event +model_alias\.set, alias champion +—/);
    await expect.poll(shown).toMatch(/data +change of .*nothing, checked every 300 s .*There is no/);
    const { out } = await server.run('pipeline', 'triggers', 'ranker', '--json');
    expect(JSON.parse(out)).toMatchObject({ triggers: [{ trigger: 'often' }, { kind: 'data' }, { kind: 'event' }] });
  });

  it('say that there are none, and that there is no such pipeline', async () => {
    await apply('bare', '');
    const { err } = await server.run('pipeline', 'triggers', 'bare');
    expect(err).toContain('Only people begin its runs: bare has no "on".');
    expect(await server.run('pipeline', 'triggers', 'nobody')).toMatchObject({ code: 4 });
  });
});
