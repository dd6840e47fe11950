import { DocumentDialog } from '../document-form/DocumentDialog.tsx';
import type { DocumentApply } from '../document-form/use-document-apply.ts';
import { MonitorFields } from './MonitorFields.tsx';
import { monitorKind } from './monitor-kind.ts';

interface MonitorDialogProps {
  /** Text of the document. */
  readonly text: string;
  readonly isNew: boolean;
  readonly change: DocumentApply['change'];
  readonly onClose: () => void;
}

/** Creates or changes a monitor and its alert rules, as form or YAML. */
export function MonitorDialog({ text, isNew, change, onClose }: MonitorDialogProps) {
  return (
    <DocumentDialog
      title={isNew ? 'New monitor' : 'Edit monitor'}
      kind={monitorKind}
      initial={text}
      isNew={isNew}
      change={change}
      onClose={onClose}
      fields={(form) => <MonitorFields form={form} isNew={isNew} />}
    />
  );
}
