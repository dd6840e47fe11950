import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { listenOn } from '../../platform/http/index.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { mlflow, newRun, post, textAt } from '../wire/testing.ts';
import { buildAttachmentHeader, detectMimeType } from './mime-type.ts';

const application = await sharedApplication();

const proxy = '/api/2.0/mlflow-artifacts/artifacts';
const host = { host: 'localhost' };

function put(path: string, payload: string | Buffer, type = 'text/plain') {
  const headers = { ...host, 'content-type': type };
  return application.http.inject({ method: 'PUT', url: `${proxy}/${path}`, headers, payload });
}

function get(url: string) {
  return application.http.inject({ url, headers: host });
}

describe('the artifact proxy', () => {
  it('gives back what was put, as an attachment whose type the server names', async () => {
    await put('0/r/page.html', '<script>', 'application/json');
    const answer = await get(`${proxy}/0/r/page.html`);
    expect(answer.body).toBe('<script>');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html',
      'content-disposition': 'attachment; filename=page.html',
      'content-length': '8',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
  });

  it('takes bytes of any type, an empty file included, and lists them by name', async () => {
    const bytes = Buffer.from([0, 255, 128]);
    await put('any/b/x.bin', bytes, 'application/octet-stream');
    await put('any/empty', '');
    await put('any/form', 'a=1', 'multipart/form-data; boundary=x');
    expect((await get(`${proxy}/any/b/x.bin`)).rawPayload).toEqual(bytes);
    expect((await get(`${proxy}?path=any`)).json()).toEqual({
      files: [
        { path: 'b', is_dir: true },
        { path: 'empty', is_dir: false, file_size: 0 },
        { path: 'form', is_dir: false, file_size: 3 },
      ],
    });
    expect((await get(`${proxy}?path=any/empty`)).json()).toEqual({});
  });

  it('removes a file or a folder, but never everything', async () => {
    await put('removed/x', '1');
    const remove = (path: string) =>
      application.http.inject({ method: 'DELETE', url: `${proxy}/${path}`, headers: host });
    expect((await remove('removed')).json()).toEqual({});
    expect((await get(`${proxy}/removed/x`)).json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' });
    expect((await remove('')).statusCode).toBe(400);
  });

  it('says that a folder is no file', async () => {
    await put('folder/x', '1');
    const answer = await get(`${proxy}/folder`);
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { error_code: 'INVALID_PARAMETER_VALUE' }]);
  });

  it('refuses an upload beyond the limit and stores nothing of it', async () => {
    const run_uuid = await newRun(application);
    const answer = await application.http.inject({
      method: 'POST',
      url: `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run_uuid}&path=big`,
      headers: { ...host, 'content-type': 'application/octet-stream' },
      payload: Buffer.alloc(10 * 1024 * 1024 + 1),
    });
    expect([answer.statusCode, answer.json()]).toMatchObject([413, { error_code: 'INVALID_PARAMETER_VALUE' }]);
    const { body } = await mlflow(application, 'GET', 'artifacts/list', { run_id: run_uuid });
    expect(body).not.toHaveProperty('files');
  });

  it('answers a presigned download with the status on which clients fall back', async () => {
    await put('presigned/x', '1');
    const answer = await get('/api/2.0/mlflow-artifacts/presigned/presigned/x');
    expect([answer.statusCode, answer.json()]).toMatchObject([501, { error_code: 'NOT_IMPLEMENTED' }]);
  });

  it('gives the range that is asked for, and refuses one beyond the end', async () => {
    await put('range/x', '0123456789');
    const ask = (range: string) => application.http.inject({ url: `${proxy}/range/x`, headers: { ...host, range } });
    const part = await ask('bytes=2-4');
    expect([part.statusCode, part.body]).toEqual([206, '234']);
    expect(part.headers).toMatchObject({ 'content-range': 'bytes 2-4/10', 'content-length': '3' });
    expect((await ask('bytes=10-')).statusCode).toBe(416);
    const whole = await ask('bytes=0-1,4-5');
    expect([whole.statusCode, whole.body]).toEqual([200, '0123456789']);
    expect(whole.headers['accept-ranges']).toBe('bytes');
  });
});

describe('artifacts of runs, models and versions', () => {
  it('are downloaded and listed under their own root', async () => {
    const run_id = await newRun(application);
    await put(`0/${run_id}/artifacts/d/f.txt`, 'run');
    const { model } = await post(application, 'logged-models', { experiment_id: '0', name: 'm' });
    const modelId = textAt(model, 'info', 'model_id');
    await put(`0/models/${modelId}/artifacts/MLmodel`, 'model');
    await post(application, 'registered-models/create', { name: 'reg' });
    await post(application, 'model-versions/create', { name: 'reg', source: `models:/${modelId}` });

    const files = `/ajax-api/2.0/mlflow/logged-models/${modelId}/artifacts/files?artifact_file_path=MLmodel`;
    const urls = [
      `/get-artifact?run_id=${run_id}&path=d/f.txt`,
      `//get-artifact?run_uuid=${run_id}&path=d%2Ff.txt`,
      '/model-versions/get-artifact?name=reg&version=1&path=MLmodel',
      files,
    ];
    const bodies = [];
    for (const url of urls) bodies.push((await get(url)).body);
    expect(bodies).toEqual(['run', 'run', 'model', 'model']);

    const listed = await mlflow(application, 'GET', 'artifacts/list', { run_id, path: 'd' });
    expect(listed.body).toEqual({
      root_uri: `mlflow-artifacts:/0/${run_id}/artifacts`,
      files: [{ path: 'd/f.txt', is_dir: false, file_size: 3 }],
    });
    const directories = await mlflow(application, 'GET', `logged-models/${modelId}/artifacts/directories`);
    expect(directories.body).toMatchObject({ files: [{ path: 'MLmodel', is_dir: false, file_size: 5 }] });
  });

  it.each(['/get-artifact?path=x', '/get-artifact?run_id=none', '/model-versions/get-artifact?name=none&version=1'])(
    'are refused when %s says too little',
    async (url) => {
      expect((await get(url)).json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' });
    },
  );
});

describe('an upload to a run', () => {
  it('names what is missing, the run before the path before the bytes, and stores nothing', async () => {
    const runId = await newRun(application);
    const upload = async (query: string, payload: string) => {
      const url = `/ajax-api/2.0/mlflow/upload-artifact${query}`;
      const answer = await application.http.inject({ method: 'POST', url, headers: host, payload });
      return [answer.statusCode, answer.json()];
    };
    const refused = (message: string) => [400, { error_code: 'INVALID_PARAMETER_VALUE', message }];
    expect(await upload('', '')).toEqual(refused('Request must specify run_uuid.'));
    expect(await upload(`?run_uuid=${runId}&path=`, '')).toEqual(refused('Request must specify path.'));
    expect(await upload(`?run_uuid=${runId}&path=../a`, '')).toEqual(refused('Invalid path'));
    expect(await upload(`?run_uuid=${runId}&path=a`, '')).toEqual(refused('Request must specify data.'));
    expect((await mlflow(application, 'GET', 'artifacts/list', { run_id: runId })).body).not.toHaveProperty('files');
    expect(await upload(`?run_uuid=${runId}&path=a`, '1')).toEqual([200, {}]);
  });
});

describe('a path that leaves its folder', () => {
  let address: URL;
  let runId: string;
  let modelId: string;

  beforeAll(async () => {
    address = new URL(await listenOn(application.http, { host: '127.0.0.1', port: 0 }));
    runId = await newRun(application);
    modelId = textAt((await post(application, 'logged-models', { experiment_id: '0' })).model, 'info', 'model_id');
    await post(application, 'registered-models/create', { name: 'closed' });
    await post(application, 'model-versions/create', { name: 'closed', source: `models:/${modelId}` });
  });

  /** Sends the path byte for byte: URL parsers would resolve its dots before they reach the server. */
  async function send(method: string, path: string): Promise<{ status: number; body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
    const headers = { 'content-type': 'application/json' };
    const sent = request({ host: address.hostname, port: address.port, method, path, headers }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    });
    sent.on('error', reject).end(method === 'PUT' ? 'x' : undefined);
    return promise;
  }

  /** Each as it stands in a URL (security-refusals.md, section 1). */
  const paths = [
    '../../../etc/passwd',
    'a/../../../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e/%2e%2e/etc/passwd',
    '%252e%252e%252fetc%252fpasswd',
    '%25252e%25252e%25252fetc',
    '..%5c..%5cwindows',
    'a%5c..%5cb',
    '%2fetc%2fpasswd',
    'C:%2fwindows',
    'a%23b',
    'a%00b',
    '.%2f.%2fx',
    '..',
  ];
  const places: Record<string, (path: string) => [string, string]> = {
    'download by proxy': (path) => ['GET', `${proxy}/${path}`],
    'upload by proxy': (path) => ['PUT', `${proxy}/${path}`],
    'removal by proxy': (path) => ['DELETE', `${proxy}/${path}`],
    'list by proxy': (path) => ['GET', `${proxy}?path=${path}`],
    'list of a run': (path) => ['GET', `/api/2.0/mlflow/artifacts/list?run_id=${runId}&path=${path}`],
    'get-artifact': (path) => ['GET', `/get-artifact?run_id=${runId}&path=${path}`],
    'get-artifact of a version': (path) => ['GET', `/model-versions/get-artifact?name=closed&version=1&path=${path}`],
    'file of a logged model': (path) => [
      'GET',
      `/ajax-api/2.0/mlflow/logged-models/${modelId}/artifacts/files?artifact_file_path=${path}`,
    ],
    'folder of a logged model': (path) => [
      'GET',
      `/api/2.0/mlflow/logged-models/${modelId}/artifacts/directories?artifact_directory_path=${path}`,
    ],
    'upload to a run': (path) => ['POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${runId}&path=${path}`],
  };

  it.each(Object.keys(places))('is refused by the %s, however it is spelled', async (place) => {
    for (const path of paths) {
      const [method, url] = places[place]?.(path) ?? ['', ''];
      const { status, body } = await send(method, url);
      expect([path, status, JSON.parse(body)]).toEqual([
        path,
        400,
        {
          error_code: 'INVALID_PARAMETER_VALUE',
          message: expect.stringMatching(/^Invalid (path|value)|^The path contains a NUL/),
        },
      ]);
    }
  });
});

describe('the type and name of a download', () => {
  it.each([
    ['c.txt', 'text/plain'],
    ['c.JSON', 'text/plain'],
    ['MLmodel', 'text/plain'],
    ['mlproject', 'text/plain'],
    ['c.pkl', 'application/octet-stream'],
    ['c.png', 'image/png'],
    ['c.pdf', 'application/pdf'],
    ['.txt', 'application/octet-stream'],
    ['c.constructor', 'application/octet-stream'],
  ])('%s is %s', (name, type) => {
    expect(detectMimeType(name)).toBe(type);
  });

  it.each([
    ['a.txt', 'attachment; filename=a.txt'],
    ['dog%step%1.png', 'attachment; filename=dog%step%1.png'],
    ['a b.txt', 'attachment; filename="a b.txt"'],
    ['a;b', 'attachment; filename="a;b"'],
    ['a"b\\c', 'attachment; filename="a_b_c"; filename*=UTF-8\'\'a%22b%5Cc'],
    ['ü.bin', 'attachment; filename="_.bin"; filename*=UTF-8\'\'%C3%BC.bin'],
  ])('%s is named by %s', (name, header) => {
    expect(buildAttachmentHeader(name)).toBe(header);
  });
});
