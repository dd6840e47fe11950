import { Link } from '@tanstack/react-router';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { BillUpload } from './BillUpload.tsx';

/** Upload of a bill in the browser. */
export function UploadPage() {
  return (
    <Page
      title="Upload a bill"
      answer={
        <>
          A bill is imported completely or not at all.{' '}
          <Link to="/deliveries" className={parts.textLink}>
            All bills
          </Link>
        </>
      }
    >
      <BillUpload />
    </Page>
  );
}
