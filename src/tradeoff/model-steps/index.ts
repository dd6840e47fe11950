import type { ModelSteps } from '../../mlops/pipelines/index.ts';
import type { Registry } from '../../mlops/registry/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { describeCheck, findModelPolicies, type Gates } from '../gates/index.ts';
import type { Check } from '../gates/schema.ts';

export interface ModelStepsDeps {
  readonly store: Store;
  readonly tracking: Pick<Tracking, 'latestMetrics' | 'lineage' | 'runArtifactUri'>;
  readonly registry: Pick<Registry, 'register' | 'setAlias'>;
  readonly gates: Pick<Gates, 'check' | 'weighRun'>;
}

/** Functions of the built-in pipeline steps: they need both quality and cost, which are known here. */
export function createModelSteps({ store, tracking, registry, gates }: ModelStepsDeps): ModelSteps {
  return {
    metricOf: async (runId, metric) => (await tracking.latestMetrics(store, runId)).get(metric)?.value ?? null,
    async weigh(request) {
      const { verdict, summary, checks } = await gates.weighRun(request);
      return { verdict, summary, checks: checks.map(checkLine) };
    },
    async register({ model, runId, artifact, policy, actor, mark, promotedBefore }) {
      const { source, modelId } = await resolveSource({ store, tracking }, runId, artifact);
      const { version } = await registry.register({
        model,
        runId,
        modelId,
        source,
        mark,
        description: `registered by ${actor}`,
      });
      if (policy === null) return { model, version, decision: null };
      if (promotedBefore?.version === version) {
        return { model, version, decision: { decision: promotedBefore.decision, verdict: 'promote' } };
      }
      const { decision, verdict } = await gates.check({ model, version, policy, dryRun: false, actor });
      return { model, version, decision: decision === null ? null : { decision, verdict } };
    },
    async deploy({ model, version, alias, actor }) {
      const policies = (await findModelPolicies(store, model)).filter(({ spec }) => spec.alias === alias);
      if (policies.length === 0) return store.transaction((sql) => registry.setAlias(sql, model, alias, version));
      // Governed, so it moves by decisions: every policy has to promote the version, and the last of them moves the alias.
      for (const [index, { name }] of policies.entries()) {
        const dryRun = index < policies.length - 1;
        const { verdict, summary } = await gates.check({ model, version, policy: name, dryRun, actor });
        if (verdict === 'promote') continue;
        const detail = `Policy "${name}" governs the alias "${alias}" of model "${model}". Its gate does not promote the version: ${summary}`;
        throw new AppError('alias_governed', detail, { model, alias, policy: name });
      }
    },
  };
}

/** Where the artifacts of a new version are: among those of its run, or in the model that the run logged last. */
async function resolveSource(
  { store, tracking }: Pick<ModelStepsDeps, 'store' | 'tracking'>,
  runId: string,
  artifact: string | null,
): Promise<{ source: string; modelId: string | null }> {
  if (artifact !== null) {
    // As MLflow's clients do: a version says where its artifacts are, not of which run.
    const root = await tracking.runArtifactUri(store, runId);
    return { source: `${root ?? `runs:/${runId}`}/${artifact}`, modelId: null };
  }
  const [logged] = await tracking.lineage.modelsOfRun(store, runId, 1);
  if (logged !== undefined) return { source: `models:/${logged.modelId}`, modelId: logged.modelId };
  const detail = `Run ${runId} logged no model. Log one (mlflow.*.log_model), or name an output of its step as "artifact".`;
  throw new AppError('pipeline_model_missing', detail, { run: runId });
}

/** `ndcg 0.31 >= 0.2: passes`. */
function checkLine(check: Check): string {
  const { measured, comparison, bound, holds, source } = check;
  const name = describeCheck(check);
  if (holds === null) return `${name}: ${source}`;
  return `${name} ${measured} ${comparison} ${bound}: ${holds ? 'passes' : 'fails'}`;
}
