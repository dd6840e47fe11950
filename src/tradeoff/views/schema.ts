import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { endpoint, SMALL_BODY_LIMIT_BYTES } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

/** Most views that one account owns. */
export const MOST_VIEWS = 200;

export const ViewId = z
  .string()
  .regex(/^vw_[0-9a-f]{20}$/, 'an id such as "vw_0123456789abcdef0123"')
  .describe('Id of a view');

const ViewName = z.string().trim().min(1).max(80).describe('Name, at most 80 characters');

const ViewPath = z
  .string()
  .max(500)
  .regex(/^\/(?!\/|api(\/|$))[\w\-./%~:@+=]*$/, 'the path of a page, such as "/costs"')
  .describe('Path of the page, without its search');

const ViewSearch = z
  .string()
  .max(4000)
  .regex(/^(\?[^\s#\p{Cc}]*)?$/u, 'empty, or "?" and the parameters of the address')
  .describe('Parameters of the address from "?" on; empty: none');

export const ViewSharing = z
  .enum(['private', 'team', 'all'])
  .describe('private: only its owner sees it; team: the members of its team; all: every account');
export type ViewSharing = z.infer<typeof ViewSharing>;

export const SavedView = z
  .strictObject({
    view: ViewId,
    name: ViewName,
    path: ViewPath,
    search: ViewSearch,
    owner: z.string().describe('Account that saved it; only the owner and administrators change it'),
    sharing: ViewSharing,
    team: Name.nullable().describe('Team that sees it; null unless sharing is team'),
    createdAt: UtcInstant.describe('When it was saved'),
    updatedAt: UtcInstant.describe('When it was changed last'),
  })
  .describe('A page with its parameters, under a name');
export type SavedView = z.infer<typeof SavedView>;

const sharing = {
  sharing: ViewSharing.default('private'),
  team: Name.nullable().default(null).describe('Team, for sharing team'),
};

export const listViews = endpoint({
  method: 'GET',
  path: '/api/v1/views',
  scope: 'platform.read',
  reads: 'none',
  summary: 'List your saved views and those that are shared with you, by name',
  query: z.strictObject({ path: ViewPath.optional().describe('Only views of this page') }),
  response: z.strictObject({ views: z.array(SavedView).describe('By name, at most 1,000') }),
  errors: [],
});

export const getView = endpoint({
  method: 'GET',
  path: '/api/v1/views/:view',
  scope: 'platform.read',
  reads: 'none',
  summary: 'Get a saved view',
  params: z.strictObject({ view: ViewId }),
  response: SavedView,
  errors: ['view_not_found'],
});

export const createView = endpoint({
  method: 'POST',
  path: '/api/v1/views',
  scope: 'account.self',
  reads: 'none',
  summary: 'Save a view of a page',
  body: z.strictObject({ name: ViewName, path: ViewPath, search: ViewSearch, ...sharing }),
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
  response: SavedView,
  errors: ['invalid_request', 'team_not_found', 'not_permitted', 'view_limit_reached'],
});

const params = z.strictObject({ view: ViewId });

export const changeView = endpoint({
  method: 'PATCH',
  path: '/api/v1/views/:view',
  scope: 'account.self',
  reads: 'none',
  summary: 'Rename, replace or share a view; fields that are left out stay',
  params,
  body: z.strictObject({
    name: ViewName.optional(),
    path: ViewPath.optional(),
    search: ViewSearch.optional(),
    sharing: ViewSharing.optional(),
    team: Name.nullable().optional().describe('Team, for sharing team'),
  }),
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
  response: SavedView,
  errors: ['view_not_found', 'invalid_request', 'team_not_found', 'not_permitted'],
});

export const deleteView = endpoint({
  method: 'DELETE',
  path: '/api/v1/views/:view',
  scope: 'account.self',
  reads: 'none',
  summary: 'Delete a view; the response has all of it, to save it again',
  params,
  response: SavedView,
  errors: ['view_not_found', 'not_permitted'],
});
