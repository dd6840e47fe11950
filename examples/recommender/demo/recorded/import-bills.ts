import { importBill } from '../../../../src/finops/billing/schema.ts';
import type { BillOptions } from '../../bill/write-bill.ts';
import { type DeliveryFile, writeDeliveries } from '../../bill/write-deliveries.ts';
import type { DemoClient } from '../client.ts';

export interface SentFile extends DeliveryFile {
  readonly upload: string;
}

/** Writes and uploads the files of all deliveries. */
export async function sendBills(client: DemoClient, folder: string, options: BillOptions): Promise<SentFile[]> {
  const sent: SentFile[] = [];
  for await (const file of writeDeliveries(folder, options)) {
    sent.push({ ...file, upload: await client.upload(file.path) });
  }
  return sent;
}

/**
 * Imports the deliveries: AWS delivers its oldest month with errors first, and a user makes a short one-time export of Azure
 * in addition to the daily one, which is never summed.
 */
export async function importSentBills(client: DemoClient, folder: string, sent: readonly SentFile[]): Promise<void> {
  const send = (source: string, kind: DeliveryFile['kind'], exportName?: string) => {
    const files = sent
      .filter((file) => file.cloud === source && file.kind === kind)
      .map(({ upload, path }) => ({ upload, name: path.slice(folder.length + 1) }));
    return client.call(importBill, {
      body: { source, files, ...(exportName === undefined ? {} : { export: exportName }) },
    });
  };
  await send('aws', 'first-edition');
  await send('aws', 'final');
  await send('azure', 'final');
  await send('azure', 'one-time-export', 'first-days-check');
}
