import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { toYaml } from '../format/yaml.ts';
import { Card } from '../parts/Card.tsx';
import { CopyButton } from '../parts/CopyButton.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import styles from './monitoring.module.css';

interface MonitorSetupProps {
  readonly monitor: string;
  readonly spec: MonitorSpec;
}

/** The document of a monitor and the commands for it. */
export function MonitorSetup({ monitor, spec }: MonitorSetupProps) {
  const document = toYaml({ apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: monitor }, spec });
  const commands = [
    ['Apply a changed document', 'steelyard apply -f monitor.yaml'],
    ['Import labels', `steelyard label import outcomes.csv --model ${spec.model} --prediction ID --label OUTCOME`],
    ['Show quality by day', `steelyard monitor show ${monitor}`],
    ['Show the health of production', 'steelyard endpoint health'],
  ] as const;
  return (
    <>
      <Card title="Document" note="Change it and apply it again. Defaults are written out.">
        <ExampleFile name="monitor.yaml" text={document} />
      </Card>
      <Card title="Commands">
        <ul className={styles.commands}>
          {commands.map(([what, command]) => (
            <li key={what}>
              <span>{what}</span>
              <code>{command}</code>
              <CopyButton text={command} what={`the command: ${what}`} />
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}
