/** The three lines that log a first run here, for any MLflow client. */
export function pythonLines(origin: string, experiment = 'my-first-experiment'): string {
  return [
    `import mlflow  # MLFLOW_TRACKING_URI=${origin}`,
    `mlflow.set_experiment(${JSON.stringify(experiment)})`,
    'with mlflow.start_run(): mlflow.log_metric("accuracy", 0.93)',
  ].join('\n');
}
