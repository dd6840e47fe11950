import { describe, expect, it } from 'vitest';
import { classifyStartFailure, parseRefusal, toAppError } from './failures.ts';

const OCI =
  'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';

describe('a container that the engine does not start', () => {
  it.each([
    [`${OCI}exec: "train": executable file not found in $PATH: unknown`, { kind: 'not-started', exitCode: 127 }],
    [`${OCI}exec: "/bin": permission denied: unknown`, { kind: 'not-started', exitCode: 126 }],
    ['could not select device driver "" with capabilities: [[gpu]]', { kind: 'no-gpu' }],
    [`${OCI}error running hook #0: nvidia-container-cli: device error: 8: unknown device`, { kind: 'no-gpu' }],
    ['network work not found', { kind: 'cannot' }],
    ['no space left on device', { kind: 'not-started', exitCode: null }],
  ])('says %j', (message, failure) => {
    expect(classifyStartFailure({ status: 500, message }, 'train')).toMatchObject(failure);
  });
});

describe('a failed call', () => {
  it.each([
    ['silence', new Error('connect ECONNREFUSED'), 'executor_unreachable'],
    ['a door that does not open', { statusCode: 403, message: 'x', json: { message: 'not you' } }, 'executor_denied'],
  ])('of %s has its code', (_, error, code) => {
    expect(toAppError(error, 'unix:///x')).toMatchObject({ code });
  });

  it('that the engine answered stays what it answered', () => {
    const error = { statusCode: 404, message: '(HTTP code 404) x', json: { message: 'No such container' } };
    expect(toAppError(error, 'unix:///x')).toBe(error);
    expect(parseRefusal(error)).toEqual({ status: 404, message: 'No such container' });
  });
});
