import { Card } from '../parts/Card.tsx';
import { AllocationStep } from './AllocationStep.tsx';
import styles from './bill-upload.module.css';
import { QualityCard } from './QualityCard.tsx';
import { UploadFailure } from './UploadFailure.tsx';
import { UploadForm } from './UploadForm.tsx';
import { UploadProgressBar } from './UploadProgressBar.tsx';
import { UploadResult } from './UploadResult.tsx';
import { useBillUpload } from './use-bill-upload.ts';

/** Upload of a bill from the choice of files to its allocation. */
export function BillUpload() {
  const { run, progress, cancel } = useBillUpload();
  const sent = run.variables;
  if (run.data !== undefined) {
    const { delivery, periods } = run.data;
    return (
      <div className={styles.stack}>
        <UploadResult result={run.data} onOther={run.reset} />
        <AllocationStep periods={periods} />
        {delivery !== null && <QualityCard delivery={delivery} />}
      </div>
    );
  }
  return (
    <Card title="Files" note="All files of one delivery together: a whole month of a source, or several months">
      {run.error !== null && sent !== undefined ? (
        <UploadFailure
          error={run.error}
          onAgain={(options) => run.mutate({ ...sent, options: { ...sent.options, ...options } })}
          onOther={run.reset}
        />
      ) : (
        <UploadForm disabled={run.isPending} onSend={(bill) => run.mutate(bill)} />
      )}
      {progress !== undefined && <UploadProgressBar progress={progress} onCancel={cancel} />}
    </Card>
  );
}
