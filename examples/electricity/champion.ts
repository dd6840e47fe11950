import type { LogisticModel } from './logistic.ts';

export interface Champion {
  readonly version: string;
  readonly model: LogisticModel;
}

/** The version that an alias points to, with its weights, through the MLflow API; null while there is none. */
export async function championOf(server: string, model: string, alias = 'champion'): Promise<Champion | null> {
  const named = new URLSearchParams({ name: model, alias });
  const found = await fetch(`${server}/api/2.0/mlflow/registered-models/alias?${named}`);
  if (!found.ok) return null;
  const { model_version } = (await found.json()) as { model_version: { version: string; run_id: string } };
  const file = new URLSearchParams({ run_uuid: model_version.run_id, path: 'model/model.json' });
  const answer = await fetch(`${server}/get-artifact?${file}`);
  if (!answer.ok) throw new Error(`${model} ${model_version.version}: ${await answer.text()}`);
  return { version: model_version.version, model: (await answer.json()) as LogisticModel };
}
