import type { Model } from '../../../src/mlops/registry/schema.ts';
import { Card } from '../parts/Card.tsx';
import { CopyButton } from '../parts/CopyButton.tsx';
import { Facts } from '../parts/Facts.tsx';
import styles from './models.module.css';

interface ModelSetupProps {
  readonly model: Model;
  /** Policy that applies to it; undefined: none. */
  readonly policy: string | undefined;
}

/** Commands that register, evaluate, serve and budget a model. */
export function ModelSetup({ model: { name, latestVersion }, policy = 'NAME' }: ModelSetupProps) {
  const version = latestVersion ?? 'VERSION';
  const commands: readonly (readonly [string, string])[] = [
    ['Point MLflow here', `export MLFLOW_TRACKING_URI=${window.location.origin}`],
    ['Load the champion', `mlflow.pyfunc.load_model("models:/${name}@champion")`],
    ['Evaluate a version', `steelyard gate check ${name} ${version} --policy ${policy}`],
    ['Own it', `client.set_registered_model_tag("${name}", "steelyard.team", "TEAM")`],
    ['Scorecard in a terminal', `steelyard model scorecard ${name} --json`],
  ];
  return (
    <Card title="Commands">
      <Facts
        facts={commands.map(([label, command]) => [
          label,
          <span key={label}>
            <code className={styles.source}>{command}</code> <CopyButton text={command} what={label.toLowerCase()} />
          </span>,
        ])}
      />
    </Card>
  );
}
