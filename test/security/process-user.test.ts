import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOver, type PipelineRun } from '../../src/mlops/pipelines/schema.ts';
import { archived } from '../../src/mlops/testing/pipelines.ts';
import { type Doors, openDoors, type Role, sent } from './doors.ts';

const settings = { processExecutor: 'on', processUser: 'nobody' };
const isRoot = process.getuid?.() === 0;

describe('processUser', () => {
  it('names a user of the machine that the server can become, and not root', async () => {
    const refused = async (processUser: string) =>
      openDoors({}, { ...settings, processUser }).catch((error: { code: string }) => error.code);
    expect(await refused('root')).toBe('config_invalid');
    expect(await refused('no-such-user-here')).toBe('config_invalid');
    if (!isRoot) expect(await refused('nobody')).toBe('config_invalid');
  });
});

/** Only root can start a command as another user; elsewhere the refusal above is all there is. */
describe.runIf(isRoot)('a step that runs as another user', () => {
  let doors: Doors;
  let data: string;
  beforeAll(async () => {
    doors = await openDoors({}, settings);
    data = doors.application.config.data;
    writeFileSync(join(data, 'server.json'), '{"key": "the key of an administrator"}\n', { mode: 0o600 });
  });
  afterAll(() => doors?.[Symbol.asyncDispose]());

  const look = (url: string) => sent(doors.application, 'GET', url, doors.as('viewer'));
  const ran = async (role: Role, name: string, body: object): Promise<PipelineRun> => {
    const url = `/api/v1/pipelines/${name}/runs`;
    const { run } = (await sent(doors.application, 'POST', url, doors.as(role), body)) as PipelineRun;
    await expect
      .poll(async () => isOver(((await look(`${url}/${run}`)) as PipelineRun).state), { timeout: 60_000 })
      .toBe(true);
    return (await look(`${url}/${run}`)) as PipelineRun;
  };
  const logOf = async (name: string, run: PipelineRun) =>
    ((await look(`/api/v1/pipelines/${name}/runs/${run.run}/log?step=train`)) as { text: string }).text;
  const apply = async (name: string, step: object) => {
    const document = {
      apiVersion: 'steelyard/v1',
      kind: 'Pipeline',
      metadata: { name },
      spec: { steps: { train: step } },
    };
    const documents = [{ file: 'p.yaml', text: JSON.stringify(document) }];
    await sent(doors.application, 'POST', '/api/v1/apply', doors.as('admin'), { documents });
  };

  it('can be a contributor’s own code, and reads nothing of the data folder', async () => {
    await apply('own', { run: 'sh train.sh', outputs: ['made'], metrics: 'metrics.json', env: { WORD: 'given' } });
    const script = `
id -u; id -G; echo "$WORD" "$HOME"; umask
data=$(cd "$PWD/../../../.." && pwd -P 2>/dev/null || echo "$PWD/../../../..")
for place in server.json store.db objects pipelines/code ../work/../../server.json; do
  cat "$data/$place" > /dev/null 2>&1 && echo "read $place"
  ls "$data/$place/" > /dev/null 2>&1 && echo "listed $place"
done
ls "$data" > /dev/null 2>&1 && echo listed
ls .. > /dev/null 2>&1 && echo 'listed its own folder'
cat ../output.log > /dev/null 2>&1 && echo 'read its own log'
touch ../x ../execution/x 2> /dev/null && echo 'wrote beside its working copy'
(kill -0 $(awk '{print $4}' /proc/$PPID/stat)) 2> /dev/null && echo 'may signal its leader'
echo again > /dev/stdout
mkdir made; echo model > made/model.txt; ln -s "$data" made/data
ln -s "$data/server.json" .steelyard-checkpoint
echo '{"loss": 0.5}' > metrics.json
`;
    const answer = await doors.application.http.inject({
      method: 'POST',
      url: '/api/v1/pipeline-code',
      headers: { host: 'localhost', 'content-type': 'application/octet-stream', ...doors.as('contributor') },
      payload: await archived({ 'train.sh': script }),
    });
    expect(answer.statusCode).toBe(200);
    const run = await ran('contributor', 'own', { code: answer.json<{ code: string }>().code });
    const [uid, groups, words = '', umask, ...rest] = (await logOf('own', run)).split('\n');
    expect([uid, groups, umask]).toEqual(['65534', '65534', '0022']);
    expect(words).toMatch(/^given .*workspace$/);
    expect(rest).toEqual(['again', '']);
    expect([run.state, JSON.stringify(run).includes('administrator')]).toEqual(['succeeded', false]);
    expect(JSON.stringify(run)).not.toContain('server.json');
  });

  it('is told of, without a warning', async () => {
    expect(await look('/api/v1/executors')).toEqual({ engines: ['process'], processUser: 'nobody', warnings: [] });
  });

  it('becomes that user before a variable of its environment acts', async () => {
    const mark = join(data, 'was-root');
    const env = {
      NODE_OPTIONS: `--require=${join(data, 'x.cjs')}`,
      LD_PRELOAD: join(data, 'x.so'),
      ENV: join(data, 'x.sh'),
    };
    writeFileSync(join(data, 'x.cjs'), `require('fs').writeFileSync(${JSON.stringify(mark)}, '')`);
    await apply('variables', { run: 'id -u', env });
    await ran('operator', 'variables', {});
    expect(existsSync(mark)).toBe(false);
  });

  it('leaves nothing in the data folder that others may read', () => {
    expect(statSync(data).mode & 0o777).toBe(0o711);
    const open = readdirSync(data).filter((name) => (statSync(join(data, name)).mode & 0o077) !== 0);
    expect(open.filter((name) => name !== 'pipelines' && !name.startsWith('x.'))).toEqual([]);
  });
});
