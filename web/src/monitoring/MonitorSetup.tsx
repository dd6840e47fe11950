import { lazy, Suspense, useState } from 'react';
import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { DocumentNotice } from '../document-form/DocumentNotice.tsx';
import { useDocumentApply } from '../document-form/use-document-apply.ts';
import { toYaml } from '../format/yaml.ts';
import { Card } from '../parts/Card.tsx';
import { Commands } from '../parts/Commands.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import parts from '../parts/parts.module.css';

const MonitorDialog = lazy(() => import('./MonitorDialog.tsx').then((module) => ({ default: module.MonitorDialog })));

interface MonitorSetupProps {
  readonly monitor: string;
  readonly spec: MonitorSpec;
}

/** The document of a monitor and the commands for it. */
export function MonitorSetup({ monitor, spec }: MonitorSetupProps) {
  const apply = useDocumentApply();
  const [isEdited, setEdited] = useState(false);
  const document = toYaml({ apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: monitor }, spec });
  const commands = [
    ['Apply a changed document', 'steelyard apply -f monitor.yaml'],
    ['Import labels', `steelyard label import outcomes.csv --model ${spec.model} --prediction ID --label OUTCOME`],
    ['Show quality by day', `steelyard monitor show ${monitor}`],
    ['Show the health of production', 'steelyard endpoint health'],
  ] as const;
  return (
    <>
      <DocumentNotice apply={apply} />
      <Card
        title="Document"
        note="Alert rules, drift and labels. Defaults are written out."
        actions={
          <button type="button" className={parts.button} onClick={() => setEdited(true)}>
            Edit…
          </button>
        }
      >
        <ExampleFile name="monitor.yaml" text={document} />
      </Card>
      <Commands commands={commands} />
      {isEdited && (
        <Suspense>
          <MonitorDialog text={document} isNew={false} change={apply.change} onClose={() => setEdited(false)} />
        </Suspense>
      )}
    </>
  );
}
