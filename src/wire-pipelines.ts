import { join } from 'node:path';
import { createExecutors, type ExecutorsDeps } from './mlops/executors/index.ts';
import { createPipelines, type PipelinesDeps } from './mlops/pipelines/index.ts';
import type { Auth } from './platform/auth/index.ts';
import { type Config, processEnvironment } from './platform/config/index.ts';
import type { Jobs } from './platform/jobs/index.ts';

/** What pipelines stand on of the ground floor. */
interface PipelineGround
  extends Omit<PipelinesDeps, 'jobs' | 'admission' | 'runLog' | 'models' | 'executorOf' | 'access'> {
  readonly config: Config;
  /** Jobs that last as long as what they wait for, and so have places of their own. */
  readonly longJobs: Jobs;
  /** Where this server can be reached from this machine; null before it listens on a port that was not said. */
  readonly address: () => string | null;
  readonly workToken: Auth['workToken'];
}

/** What work that was begun may prove itself by; a step that takes longer has to bring a token of its own. */
const WORK_TOKEN_MS = 7 * 24 * 3_600_000;

/** What runs, on what, and whether it may: the other wing answers that, and the bridge what comes of it. */
export function wirePipelines(ground: PipelineGround, others: Pick<PipelinesDeps, 'admission' | 'runLog' | 'models'>) {
  const { config } = ground;
  const processes = config.processExecutor === 'on' || (config.processExecutor === 'auto' && config.accounts === 'off');
  const executors = createExecutors({ processes, docker: dockerOf(ground), environment: processEnvironment() });
  const pipelines = createPipelines({
    ...ground,
    ...others,
    jobs: ground.longJobs,
    executorOf: executors.of,
    access: async ({ pipeline, number }) => {
      const address = ground.address();
      const token = await ground.workToken(`pipeline ${pipeline} #${number}`, ground.clock.now() + WORK_TOKEN_MS);
      return {
        ...(address === null ? {} : { MLFLOW_TRACKING_URI: address, STEELYARD_URL: address }),
        ...(token === null ? {} : { MLFLOW_TRACKING_TOKEN: token, STEELYARD_TOKEN: token }),
      };
    },
  });
  return { executors, pipelines };
}

/** The Docker Engine that the settings name; null where they name none. */
function dockerOf({ config, folder, clock, log }: PipelineGround): ExecutorsDeps['docker'] {
  if (config.docker === undefined) return null;
  return {
    address: config.docker,
    certificates: config.dockerCertificates ?? null,
    network: config.dockerNetwork,
    gpuModel: config.dockerGpuModel ?? null,
    folder: join(folder, 'docker'),
    clock,
    log,
  };
}
