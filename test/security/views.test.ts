import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEachStore } from '../support/stores.ts';
import { type Doors, openDoors, type Role, sent } from './doors.ts';

onEachStore(({ newDatabase }) => {
  let doors: Doors;
  beforeAll(async () => {
    doors = await openDoors({}, { database: await newDatabase() });
    const text = JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Team', metadata: { name: 'search' }, spec: {} });
    const documents = [{ file: 'team.yaml', text }];
    await sent(doors.application, 'POST', '/api/v1/apply', doors.as('admin'), { documents });
    const membership = { role: 'viewer' };
    for (const account of ['viewer', 'contributor']) {
      await call('admin', 'PUT', `/api/v1/teams/search/members/${account}`, membership);
    }
  });
  afterAll(() => doors?.[Symbol.asyncDispose]());

  async function call(role: Role, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: object) {
    const request = { method, url, headers: { host: 'localhost', ...doors.as(role) } };
    const answer = await doors.application.http.inject(body === undefined ? request : { ...request, payload: body });
    return { status: answer.statusCode, body: answer.json() };
  }
  const save = (role: Role, name: string, more: object = {}) =>
    call(role, 'POST', '/api/v1/views', { name, path: '/costs', search: '?by=team&filter=kind!=allocated', ...more });
  const listNames = async (role: Role) =>
    ((await call(role, 'GET', '/api/v1/views')).body.views as { name: string }[]).map(({ name }) => name);

  describe('a saved view', () => {
    it('is seen by its owner, by the members of its team, or by all, as it is shared', async () => {
      await save('viewer', 'mine');
      await save('viewer', 'of the team', { sharing: 'team', team: 'search' });
      await save('viewer', 'of all', { sharing: 'all' });
      expect(await listNames('viewer')).toEqual(['mine', 'of all', 'of the team']);
      expect(await listNames('contributor')).toEqual(['of all', 'of the team']);
      expect(await listNames('finance')).toEqual(['of all']);
      expect(await listNames('admin')).toEqual(['mine', 'of all', 'of the team']);
    });

    it('is changed and deleted by its owner and administrators only', async () => {
      const { body } = await save('viewer', 'first');
      const address = `/api/v1/views/${body.view}`;
      expect((await call('contributor', 'PATCH', address, { name: 'x' })).body.code).toBe('view_not_found');
      const shared = await call('viewer', 'PATCH', address, { name: 'second', sharing: 'all' });
      expect(shared.body).toMatchObject({
        name: 'second',
        path: '/costs',
        owner: 'viewer',
        sharing: 'all',
        team: null,
      });
      expect((await call('contributor', 'DELETE', address)).body.code).toBe('not_permitted');
      expect((await call('admin', 'DELETE', address)).body).toMatchObject({ name: 'second' });
      expect((await call('viewer', 'DELETE', address)).body.code).toBe('view_not_found');
    });

    it.each([
      ['an address outside of the app', { path: '//evil.example.org' }],
      ['an address of the API', { path: '/api/v1/session' }],
      ['a page that there is not', { path: '/nope' }],
      ['a script', { path: 'javascript:alert(1)' }],
      ['a search with another fragment', { search: '?a=1#b' }],
      ['a team without sharing with it', { team: 'search' }],
      ['sharing with a team that is not named', { sharing: 'team' }],
    ])('is refused with %s', async (_, more) => {
      expect(await save('viewer', 'refused', more)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    });

    it('is shared with no team that its owner is not in, or that there is not', async () => {
      const team = { sharing: 'team', team: 'search' };
      expect((await save('finance', 'x', team)).body.code).toBe('not_permitted');
      expect((await save('viewer', 'x', { ...team, team: 'none' })).body.code).toBe('team_not_found');
    });
  });

  describe('a scheduled view', () => {
    const spec = { every: 'week', channel: 'view-channel', hour: 8 };
    const route =
      "apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: view-channel}\nspec: {to: {slack: {url: 'env:NO_SUCH_URL'}}}\n";
    beforeAll(() => call('admin', 'POST', '/api/v1/apply', { documents: [{ file: 'route.yaml', text: route }] }));
    const create = async (more: object = {}) => `/api/v1/views/${(await save('viewer', 'scheduled', more)).body.view}`;
    const put = (role: Role, address: string) => call(role, 'PUT', `${address}/schedule`, spec);

    it('that is private is scheduled by its owner only, not by an administrator', async () => {
      const address = await create();
      expect((await put('admin', address)).body.code).toBe('not_permitted');
      expect((await put('contributor', address)).body.code).toBe('view_not_found');
      expect((await put('viewer', address)).body).toMatchObject({ owner: 'viewer', paused: false });
      expect((await call('admin', 'POST', `${address}/schedule/send`)).body.code).toBe('not_permitted');
      expect((await call('contributor', 'GET', `${address}/message`)).body.code).toBe('view_not_found');
    });

    it('that is shared is scheduled by its owner and administrators, and seen by its readers', async () => {
      const address = await create({ sharing: 'all' });
      expect((await put('contributor', address)).body.code).toBe('not_permitted');
      expect((await put('admin', address)).body).toMatchObject({ owner: 'admin' });
      expect((await call('contributor', 'GET', `${address}/schedule`)).body).toMatchObject({ channel: 'view-channel' });
      const { schedules } = (await call('finance', 'GET', '/api/v1/view-schedules')).body;
      expect(schedules).toMatchObject([{ owner: 'admin' }]);
    });

    it('is not sent for an account that no longer owns it', async () => {
      const address = await create({ sharing: 'all' });
      await put('admin', address);
      await call('viewer', 'PATCH', address, { sharing: 'private' });
      const { jobs } = doors.application;
      expect((await call('admin', 'POST', `${address}/schedule/send`)).body.code).toBe('not_permitted');
      await jobs.drain();
      expect((await call('viewer', 'GET', `${address}/schedule`)).body).toMatchObject({ owner: 'admin', last: null });
    });

    it('is sent to its channel once, and its deletion removes the schedule', async () => {
      const address = await create();
      await put('viewer', address);
      const sent = await call('viewer', 'POST', `${address}/schedule/send`);
      expect(sent.body.last).toMatchObject({ trigger: 'request', state: 'waiting', channel: 'view-channel' });
      await call('viewer', 'DELETE', address);
      expect((await call('viewer', 'GET', `${address}/schedule`)).body.code).toBe('view_not_found');
    });

    it.each([
      ['a time zone that there is not', { timeZone: 'Mars/Olympus' }],
      ['a day that not every month has', { every: 'month', dayOfMonth: 31 }],
      ['an hour that a day does not have', { hour: 24 }],
    ])('is refused with %s', async (_, more) => {
      const refused = await call('viewer', 'PUT', `${await create()}/schedule`, { ...spec, ...more });
      expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    });
  });
});
