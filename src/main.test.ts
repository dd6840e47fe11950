import { describe, expect, it } from 'vitest';
import { createApplication } from './main.ts';
import { testApplication } from './testing/application.ts';
import { sharedApplication } from './testing/shared.ts';

const application = await sharedApplication();

describe('the application', () => {
  it('answers /health with OK and refuses a foreign Host', async () => {
    const health = await application.http.inject({ url: '/health', headers: { host: 'localhost:4610' } });
    expect([health.statusCode, health.body]).toEqual([200, 'OK']);
    const rebound = await application.http.inject({ url: '/api/v1/teams', headers: { host: 'evil.example' } });
    expect(rebound.statusCode).toBe(403);
    expect(rebound.json()).toMatchObject({ code: 'host_not_allowed' });
  });

  it('refuses a request that a page of another origin sends', async () => {
    const headers = { host: 'localhost', origin: 'https://evil.example' };
    const answer = await application.http.inject({ method: 'POST', url: '/api/v1/apply', headers, payload: {} });
    expect(answer.json()).toMatchObject({ code: 'origin_not_allowed' });
  });

  it('refuses a second server on the same data folder and frees it at the end', async () => {
    const first = await testApplication();
    await expect(createApplication(first.config)).rejects.toMatchObject({ code: 'data_folder_in_use' });
    await first[Symbol.asyncDispose]();
    await using second = await createApplication(first.config);
    expect(second.config.data).toBe(first.config.data);
  });

  it('answers an unknown route with problem details that carry the request id', async () => {
    const answer = await application.http.inject({ url: '/api/v1/nothing', headers: { host: 'localhost' } });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'route_not_found', requestId: answer.headers['x-request-id'] });
  });
});
