import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/main.ts';
import { appliedEndpoint, registeredFiles } from '../../src/mlops/testing/serving.ts';
import { testApplication } from '../../src/testing/application.ts';
import { findDockerd } from '../support/dockerd.ts';
import { areEnginesWhole } from '../support/engine-scope.ts';
import { startServerProcess } from '../support/server-process.ts';
import { type DockerServing, dockerServing, HANDLER } from '../support/serving-engines.ts';
import { describeServedBy, environmentOf, predicted, weighing } from './backends-suite.ts';

const LIMIT_MS = 600_000;
const WAIT = { timeout: 240_000, interval: 100 };
const MIB = 1024 ** 2;

const there = findDockerd() !== null || process.env.CI !== undefined;

describe.skipIf(!there)('the Docker engine (skipped where dockerd, busybox-static or root is missing)', () => {
  let engine: DockerServing;
  beforeAll(async () => {
    engine = await dockerServing();
  });
  afterAll(() => engine?.[Symbol.asyncDispose]());

  describeServedBy('containers of Docker', () => engine);

  // The rest is not of the core.
  if (!areEnginesWhole) return;

  const open = (over: object = {}) => testApplication({}, { ...engine.settings, ...over });
  const spec = (version: string, more: object = {}, container: object = {}) => {
    const { container: own, ...variant } = engine.variant as { container: object };
    const main = { model: 'm', version, ...variant, ...more, container: { ...own, ...container } };
    return { variants: { main }, keepPrevious: '0s' };
  };
  /** Why a version cannot be served. */
  async function reasonOf(application: Application, more: object, container: object = {}): Promise<string | null> {
    const version = await weighing(application, 5);
    const { newest } = await appliedEndpoint(application, 'refused', spec(version, more, container));
    return newest.reason;
  }

  describe('a container', () => {
    it('has its bounds, no rights, its labels, and a port that nobody else reaches', async () => {
      await using application = await open();
      const resources = { cpu: '500m', memory: '64Mi' };
      await appliedEndpoint(application, 'bound', spec(await weighing(application, 5), { resources, env: { A: 'b' } }));
      const [name = ''] = await engine.dockerd.containers();
      const {
        Config: config,
        HostConfig: host,
        Mounts: mounts,
      } = await engine.dockerd.api.getContainer(name).inspect();
      expect(host).toMatchObject({ Privileged: false, Memory: 64 * MIB, MemorySwap: 64 * MIB, NanoCpus: 500_000_000 });
      expect(host.SecurityOpt).toEqual(['no-new-privileges']);
      expect(host.PortBindings).toEqual({ '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] });
      expect(mounts).toEqual([]);
      expect(config.Labels).toMatchObject({ 'steelyard.endpoint': 'bound', 'steelyard.model': 'm' });
      const own = config.Env.filter((variable) => !variable.startsWith('PATH='));
      expect(own.toSorted()).toEqual(['A=b', 'MODEL=/steelyard/model', 'PORT=8080']);
    });

    it('is reached by its own address where the setting says so', async () => {
      await using application = await open({ dockerReplicaAddress: 'container' });
      await appliedEndpoint(application, 'direct', spec(await weighing(application, 5)));
      expect(await predicted(application, 'direct')).toEqual([200, { predictions: [5] }]);
      const [name = ''] = await engine.dockerd.containers();
      expect((await engine.dockerd.api.getContainer(name).inspect()).HostConfig.PortBindings).toBeFalsy();
    });

    it('that takes more memory than it has says so', async () => {
      await using application = await open();
      // Docker's notice of the kill and of the end race: an end in the same moment may have no reason.
      const greedy = { command: ['/bin/busybox', 'sh', '-c', 'busybox tail -c 200000000 /dev/zero; sleep 1; exit 1'] };
      const reason = await reasonOf(application, { resources: { memory: '16Mi' } }, greedy);
      expect(reason).toMatch(/^it exceeded resources.memory/);
    });

    it('that does not hear that it shall end is killed when its grace is over', async () => {
      await using application = await open();
      const [, , , script] = (spec('1').variants.main.container as unknown as { command: string[] }).command;
      const deaf = {
        grace: '1s',
        command: ['/bin/busybox', 'sh', '-c', `${script}`.replace(/^trap.*$/m, 'trap "" TERM')],
      };
      await appliedEndpoint(application, 'deaf', spec(await weighing(application, 5), {}, deaf));
      await appliedEndpoint(application, 'deaf', spec(await weighing(application, 6), {}, deaf));
      await expect.poll(() => engine.dockerd.containers(), WAIT).toHaveLength(1);
      expect(await predicted(application, 'deaf')).toEqual([200, { predictions: [6] }]);
    });

    it.each([
      [
        'an image that is not there and not to be fetched',
        {},
        { image: 'acme/ranker:1' },
        /servingRegistries does not include the registry of docker.io\/acme\/ranker/,
      ],
      ['GPUs that are not there', { resources: { gpu: { count: 1 } } }, {}, /could not select device driver/],
      ['more memory than there is', { resources: { memory: '900Ti' } }, {}, /requests \d+ bytes of memory/],
      ['a program that the image has not', {}, { command: ['/no/such'] }, /\/no\/such/],
    ])('with %s is refused in words, and leaves nothing', async (_what, more, container, why) => {
      await using application = await open();
      expect(await reasonOf(application, more, container)).toMatch(why);
      await expect.poll(() => engine.dockerd.containers(), WAIT).toEqual([]);
    });

    it('of a registry that is named is asked for there', async () => {
      await using application = await open({ servingRegistries: 'localhost:1/acme' });
      const reason = await reasonOf(application, {}, { image: 'localhost:1/acme/ranker:1' });
      expect(reason).toMatch(/cannot be pulled: .*(refused|localhost:1)/);
    });

    it('in no network is refused with the setting that names it', async () => {
      await using application = await open({ dockerReplicaNetwork: 'none' });
      expect(await reasonOf(application, {})).toMatch(/dockerReplicaNetwork "none" does not give/);
    });
  });

  it(
    'ends by itself when its server was killed and nobody starts it again',
    async () => {
      const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
      {
        await using application = await open({ data });
        await appliedEndpoint(application, 'left', spec(await weighing(application, 5)));
      }
      await using server = await startServerProcess(data, environmentOf(engine.settings));
      const running = async () => (await engine.dockerd.api.listContainers()).length;
      await expect.poll(running, WAIT).toBe(1);
      await server.kill();
      await expect.poll(running, WAIT).toBe(0);
      // The next server on the same data folder removes ended containers.
      await server.startAgain();
      await expect.poll(running, WAIT).toBe(1);
      await expect.poll(() => engine.held(data), WAIT).toHaveLength(1);
      await server.kill();
      for (const name of await engine.held(data)) await engine.dockerd.api.getContainer(name).remove({ force: true });
    },
    LIMIT_MS,
  );

  it(
    'answers again when its engine was away',
    async () => {
      await using application = await open();
      const version = await registeredFiles(application, 'm', { 'handler.sh': HANDLER, weight: '5' });
      await appliedEndpoint(application, 'away', spec(version));
      await engine.dockerd.kill();
      await engine.dockerd.start();
      await expect.poll(() => predicted(application, 'away'), WAIT).toEqual([200, { predictions: [5] }]);
      await expect.poll(() => engine.held(''), WAIT).toHaveLength(1);
    },
    LIMIT_MS,
  );
});
