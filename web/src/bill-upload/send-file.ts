import { buildUrl, Problem } from '../../../src/platform/contract/schema.ts';
import { createUpload } from '../../../src/platform/uploads/schema.ts';
import { CallError } from '../client.ts';

/** Limit of the server for the name of an upload; longer names keep their end, which has the format. */
const MAX_NAME_CHARACTERS = 255;

/** Uploads a file and answers the id of the upload; `onBytes` gets the bytes sent so far. Throws {@link CallError}. */
export function sendFile(file: File, onBytes: (sentBytes: number) => void, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // `fetch` reports no progress of an upload.
  const request = new XMLHttpRequest();
  request.open('POST', buildUrl(createUpload, { query: { name: file.name.slice(-MAX_NAME_CHARACTERS) } }));
  request.setRequestHeader('accept', 'application/json');
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.upload.onprogress = ({ loaded }) => onBytes(loaded);
  request.onload = () => {
    const answer = parseJson(request.responseText);
    const upload = createUpload.response.safeParse(answer);
    if (upload.success) resolve(upload.data.upload);
    else reject(new CallError(toProblem(answer, file.name, request.status)));
  };
  request.onerror = () => reject(new CallError(cutOff(file.name)));
  request.onabort = () => reject(signal.reason);
  signal.addEventListener('abort', () => request.abort(), { once: true });
  request.send(file);
  return promise;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toProblem(answer: unknown, name: string, status: number): Problem {
  const parsed = Problem.safeParse(answer);
  if (!parsed.success) return problem('internal', status, `${name}: the server answered ${status} without a reason.`);
  return { ...parsed.data, detail: `${name}: ${parsed.data.detail}` };
}

function cutOff(name: string): Problem {
  return problem('upload_cut_off', 0, `The upload of ${name} was cut off. Nothing was stored. Send it again.`);
}

function problem(code: string, status: number, detail: string): Problem {
  return { type: `/api/docs#error-${code}`, code, status, title: 'The upload failed', detail, requestId: '' };
}
