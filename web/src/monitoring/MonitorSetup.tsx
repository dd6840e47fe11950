import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { toYaml } from '../format/yaml.ts';
import { Card } from '../parts/Card.tsx';
import { Commands } from '../parts/Commands.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';

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
      <Commands commands={commands} />
    </>
  );
}
