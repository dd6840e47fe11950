import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../platform/contract/schema.ts';
import { UtcInstant } from '../platform/units/schema.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Name of a team, a project, an environment, and of every other object that `steelyard apply` creates. */
export const Name = z
  .string()
  .regex(NAME, 'a name of 1 to 63 lower-case letters, digits and hyphens that begins with a letter or digit')
  .describe('1 to 63 of a-z, 0-9 and "-"; begins with a letter or digit');

const text = (what: string) => z.string().min(1).max(250).optional().describe(`${what}, 1 to 250 characters`);

export const Purpose = z
  .enum(['training', 'inference', 'data', 'experiment', 'platform'])
  .describe('Purpose of the compute');
export type Purpose = z.infer<typeof Purpose>;

/** Subject of a cost or a measure. A field that is left out is unknown, not empty. */
export const Subject = z
  .strictObject({
    team: text('Owning team'),
    project: text('Project'),
    pipeline: text('Pipeline'),
    pipelineRun: text('One run of the pipeline'),
    step: text('Step of the pipeline run'),
    experiment: text('MLflow experiment'),
    run: text('MLflow run id'),
    model: text('Registered model'),
    modelVersion: text('Version of the registered model'),
    endpoint: text('Serving endpoint'),
    environment: text('Environment'),
    purpose: Purpose.optional(),
  })
  .describe('Subject of a cost or a measure: its owner and purpose');
export type Subject = z.infer<typeof Subject>;

/** The fields of a subject, in the order of DESIGN section 1: from the paying team to the purpose. */
export const subjectFields = Object.keys(Subject.shape) as readonly (keyof Subject)[];

const description = z.string().max(2000).describe('Description, at most 2,000 characters');
const displayName = z.string().min(1).max(250).describe('Display name, at most 250 characters');
const owner = z
  .string()
  .max(250)
  .regex(/^[^\s@]+@[^\s@]+$/, 'an e-mail address such as "ml-platform@example.org"')
  .describe('E-mail address of the owner');

const apiVersion = z.literal('steelyard/v1').describe('Version of the document format');
const metadata = z.strictObject({ name: Name }).describe('Name of the document');

export const TeamManifest = z
  .strictObject({
    apiVersion,
    kind: z.literal('Team').describe('Kind of the document'),
    metadata,
    spec: z
      .strictObject({
        displayName: displayName.optional(),
        owner: owner.optional(),
        description: description.optional(),
      })
      .default({})
      .describe('Specification of the team'),
  })
  .describe('Team: owner of costs and budgets');
export type TeamManifest = z.infer<typeof TeamManifest>;

export const ProjectManifest = z
  .strictObject({
    apiVersion,
    kind: z.literal('Project').describe('Kind of the document'),
    metadata,
    spec: z
      .strictObject({
        team: Name.describe('Name of the team that the project belongs to'),
        description: description.optional(),
      })
      .describe('Specification of the project'),
  })
  .describe('A project of a team');
export type ProjectManifest = z.infer<typeof ProjectManifest>;

export const EnvironmentManifest = z
  .strictObject({
    apiVersion,
    kind: z.literal('Environment').describe('Kind of the document'),
    metadata,
    spec: z
      .strictObject({
        description: description.optional(),
        production: z.boolean().default(false).describe('Whether customers depend on it; default false'),
      })
      .prefault({})
      .describe('Specification of the environment'),
  })
  .describe('An environment such as dev or production');
export type EnvironmentManifest = z.infer<typeof EnvironmentManifest>;

const times = {
  createdAt: UtcInstant.describe('When it was first applied, UTC'),
  updatedAt: UtcInstant.describe('When it last changed, UTC'),
};

export const Team = z
  .strictObject({
    name: Name,
    displayName: displayName.nullable().describe('Display name; null: none'),
    owner: owner.nullable().describe('E-mail address of the owner; null: none'),
    description: description.nullable().describe('Description; null: none'),
    ...times,
  })
  .describe('A team');
export type Team = z.infer<typeof Team>;

export const Project = z
  .strictObject({
    name: Name,
    team: Name.describe('Name of the team that it belongs to'),
    description: description.nullable().describe('Description; null: none'),
    ...times,
  })
  .describe('A project');
export type Project = z.infer<typeof Project>;

export const Environment = z
  .strictObject({
    name: Name,
    description: description.nullable().describe('Description; null: none'),
    production: z.boolean().describe('Whether customers depend on it'),
    ...times,
  })
  .describe('An environment');
export type Environment = z.infer<typeof Environment>;

export const listTeams = endpoint({
  method: 'GET',
  path: '/api/v1/teams',
  scope: 'org.read',
  reads: ['totals', 'team'],
  summary: 'List teams by name',
  query: z.strictObject(PageQuery),
  response: z.strictObject({ teams: z.array(Team).describe('Teams, by name'), nextPageToken: NextPageToken }),
  errors: ['invalid_page_token'],
});

export const listProjects = endpoint({
  method: 'GET',
  path: '/api/v1/projects',
  scope: 'org.read',
  reads: ['totals', 'team'],
  summary: 'List projects by name',
  query: z.strictObject({ ...PageQuery, team: Name.optional().describe('Only the projects of this team') }),
  response: z.strictObject({ projects: z.array(Project).describe('Projects, by name'), nextPageToken: NextPageToken }),
  errors: ['invalid_page_token'],
});

export const listEnvironments = endpoint({
  method: 'GET',
  path: '/api/v1/environments',
  scope: 'org.read',
  reads: 'none',
  summary: 'List environments by name',
  query: z.strictObject(PageQuery),
  response: z.strictObject({
    environments: z.array(Environment).describe('Environments, by name'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});

export const TeamRole = z
  .enum(['viewer', 'contributor'])
  .describe('contributor: may change the runs, experiments and models of the team; viewer: may not');
export type TeamRole = z.infer<typeof TeamRole>;

const MemberAccount = z.string().min(1).max(100).describe('Name of the account');

export const TeamMember = z
  .strictObject({
    team: Name,
    account: MemberAccount,
    role: TeamRole,
    since: UtcInstant.describe('When the account became a member, UTC'),
  })
  .describe('An account that belongs to a team');
export type TeamMember = z.infer<typeof TeamMember>;

export const listTeamMembers = endpoint({
  method: 'GET',
  path: '/api/v1/teams/:team/members',
  scope: 'org.read',
  reads: ['money', 'team'],
  summary: 'List members of a team by account',
  params: z.strictObject({ team: Name }),
  response: z.strictObject({ members: z.array(TeamMember).describe('Members, by account') }),
  errors: ['team_not_found'],
});

export const setTeamMember = endpoint({
  method: 'PUT',
  path: '/api/v1/teams/:team/members/:account',
  scope: 'org.write',
  summary: 'Add an account to a team, or change its role in the team',
  params: z.strictObject({ team: Name, account: MemberAccount }),
  body: z.strictObject({ role: TeamRole }),
  response: TeamMember,
  errors: ['team_not_found', 'account_not_found'],
});

export const removeTeamMember = endpoint({
  method: 'DELETE',
  path: '/api/v1/teams/:team/members/:account',
  scope: 'org.write',
  summary: 'Remove an account from a team',
  params: z.strictObject({ team: Name, account: MemberAccount }),
  response: TeamMember,
  errors: ['team_not_found', 'team_member_not_found'],
});
