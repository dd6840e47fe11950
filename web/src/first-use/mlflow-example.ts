/** The example of the checklist; test/interop runs it with MLflow's client. */
export const MLFLOW_EXAMPLE = `import mlflow

with mlflow.start_run(tags={"steelyard.team": "search"}):
    mlflow.log_param("depth", 6)
    mlflow.log_metric("auc", 0.87)`;

/** Meters the cost of a script that logs to MLflow, at the price of its machine. */
export const METERED_COMMAND = 'steelyard run --price 3.06USD/h -- python train.py';
