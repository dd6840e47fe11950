import type { Application } from '../../main.ts';
import { call } from '../../testing/application.ts';
import { listGpuSources, syncGpuSources } from '../gpu-telemetry/schema.ts';
import { writeBody } from '../gpu-telemetry/sources/exporter.testing.ts';

/** Applies documents, as `steelyard apply` does. */
export async function applyText(application: Application, text: string): Promise<void> {
  const answer = await application.http.inject({
    method: 'POST',
    url: '/api/v1/apply',
    headers: { host: 'localhost' },
    payload: { documents: [{ file: 'all.yaml', text }], dryRun: false },
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
}

/** A document of a source of readings. */
export function gpuSource(name: string, spec: string): string {
  return `apiVersion: steelyard/v1\nkind: GpuSource\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
}

/** Sends series by remote write; the status that is answered, and what with it. */
export async function write(application: Application, name: string, body: Parameters<typeof writeBody>[0] | Buffer) {
  const answer = await application.http.inject({
    method: 'POST',
    url: `/api/v1/gpus/sources/${name}/write`,
    headers: { host: 'localhost', 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    payload: Buffer.isBuffer(body) ? body : writeBody(body),
  });
  return { status: answer.statusCode, body: answer.body };
}

/** Syncs the sources until no reading is waiting; returns the sources. */
export async function syncAll(application: Application) {
  for (;;) {
    const { done } = await call(application, syncGpuSources, { body: {} });
    if (done) return (await call(application, listGpuSources)).sources;
  }
}
