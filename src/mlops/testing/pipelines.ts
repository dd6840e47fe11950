import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { pack } from 'tar-stream';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call } from '../../testing/application.ts';
import { getPipelineRun, isOver, type PipelineRun, startPipelineRun, uploadPipelineCode } from '../pipelines/schema.ts';

/** For tests: applies documents. */
export function applied(application: Application, text: string) {
  return call(application, postApply, { body: { documents: [{ file: 'steelyard.yaml', text }] } });
}

/** Files as the archive that a client sends. */
export async function archived(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return buffer(archive);
}

/** Sends code and answers its digest. */
export async function sentCode(application: Application, files: Readonly<Record<string, string>>): Promise<string> {
  const answer = await application.http.inject({
    method: 'POST',
    url: uploadPipelineCode.path,
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload: await archived(files),
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json<{ code: string }>().code;
}

type Start = { readonly params?: Record<string, string | number | boolean>; readonly code?: string };

/** Runs a pipeline to its end. */
export async function ranToEnd(application: Application, pipeline: string, start: Start = {}): Promise<PipelineRun> {
  const { run } = await call(application, startPipelineRun, { params: { pipeline }, body: start });
  return ended(application, pipeline, run);
}

const LOOK_MS = 20;

export async function ended(application: Application, pipeline: string, run: string): Promise<PipelineRun> {
  for (;;) {
    const now = await call(application, getPipelineRun, { params: { pipeline, run } });
    if (isOver(now.state)) return now;
    await pause(LOOK_MS);
  }
}

/** States of the steps by name. */
export function collectStates({ stepList }: PipelineRun): Record<string, string> {
  return Object.fromEntries(stepList.map(({ step, state }) => [step, state]));
}

export function requireStep({ stepList }: PipelineRun, step: string) {
  const found = stepList.find((one) => one.step === step);
  if (found === undefined) throw new Error(`no step ${step}`);
  return found;
}
