import {
  listEnvironments,
  listProjects,
  listTeamMembers,
  listTeams,
  Name,
  removeTeamMember,
  setTeamMember,
  type TeamMember,
  TeamRole,
} from '../src/org/schema.ts';
import { command } from './frame/command.ts';
import { CommandError } from './frame/failure.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { formatInstant } from './output/amounts.ts';
import { table } from './output/table.ts';

const teamsCommand = command({
  path: ['team', 'list'],
  summary: 'List the teams',
  example: 'steelyard team list',
  needs: 'server',
  options: limitOption,
  run: async (context, { limit }) => {
    const page = await readPages(await context.client(), listTeams, {}, 'teams', limit);
    const columns = [
      { title: 'TEAM', cell: (team: Team) => team.name },
      { title: 'NAME', cell: (team: Team) => team.displayName },
      { title: 'OWNER', cell: (team: Team) => team.owner },
      { title: 'CHANGED', cell: (team: Team) => formatInstant(team.updatedAt), least: 20 },
    ];
    type Team = (typeof page.teams)[number];
    await context.answer(page, () => (page.teams.length === 0 ? '' : table(page.teams, columns, context.paint)));
    await context.remark(
      moreText(page) ?? (page.teams.length === 0 ? 'No team yet. steelyard apply -f TEAM.yaml' : ''),
    );
    return 0;
  },
});

const projectsCommand = command({
  path: ['project', 'list'],
  summary: 'List the projects of teams',
  example: 'steelyard project list --team recommendations',
  needs: 'server',
  options: { team: { value: 'TEAM', schema: Name, describe: 'Only of this team' }, ...limitOption },
  run: async (context, { team, limit }) => {
    const page = await readPages(await context.client(), listProjects, { team }, 'projects', limit);
    const columns = [
      { title: 'PROJECT', cell: (project: Project) => project.name },
      { title: 'TEAM', cell: (project: Project) => project.team },
      { title: 'DESCRIPTION', cell: (project: Project) => project.description, least: 16 },
      { title: 'CHANGED', cell: (project: Project) => formatInstant(project.updatedAt), least: 20 },
    ];
    type Project = (typeof page.projects)[number];
    await context.answer(page, () => (page.projects.length === 0 ? '' : table(page.projects, columns, context.paint)));
    const none = page.projects.length === 0 ? 'No project yet. steelyard apply -f PROJECT.yaml' : '';
    await context.remark(moreText(page) ?? none);
    return 0;
  },
});

const environmentsCommand = command({
  path: ['environment', 'list'],
  summary: 'List the environments',
  example: 'steelyard environment list',
  needs: 'server',
  options: limitOption,
  run: async (context, { limit }) => {
    const page = await readPages(await context.client(), listEnvironments, {}, 'environments', limit);
    type Environment = (typeof page.environments)[number];
    const columns = [
      { title: 'ENVIRONMENT', cell: (environment: Environment) => environment.name },
      { title: 'PRODUCTION', cell: (environment: Environment) => (environment.production ? 'yes' : 'no') },
      { title: 'DESCRIPTION', cell: (environment: Environment) => environment.description, least: 16 },
    ];
    const none = page.environments.length === 0;
    await context.answer(page, () => (none ? '' : table(page.environments, columns, context.paint)));
    await context.remark(moreText(page) ?? (none ? 'No environment yet. steelyard apply -f ENVIRONMENT.yaml' : ''));
    return 0;
  },
});

const membersCommand = command({
  path: ['team', 'members'],
  summary: 'List the members of a team',
  example: 'steelyard team members recommendations',
  needs: 'server',
  positionals: { team: { describe: 'Name of the team' } },
  run: async (context, { team }) => {
    const document = await (await context.client()).call(listTeamMembers, { params: { team: parsedTeam(team) } });
    const columns = [
      { title: 'ACCOUNT', cell: (member: TeamMember) => member.account },
      { title: 'ROLE', cell: (member: TeamMember) => member.role },
      { title: 'SINCE', cell: (member: TeamMember) => formatInstant(member.since), least: 20 },
    ];
    const { members } = document;
    await context.answer(document, () => (members.length === 0 ? '' : table(members, columns, context.paint)));
    if (members.length === 0) await context.remark(`No member yet. steelyard team add ${team} ACCOUNT`);
    return 0;
  },
});

const addMemberCommand = command({
  path: ['team', 'add'],
  summary: 'Add an account to a team, or change its role in the team',
  example: 'steelyard team add recommendations ada\nsteelyard team add recommendations ada --role viewer',
  needs: 'server',
  positionals: { team: { describe: 'Name of the team' }, account: { describe: 'Name of the account' } },
  options: {
    role: {
      value: TeamRole.options.join('|'),
      fallback: 'contributor',
      schema: TeamRole,
      describe: 'contributor may change the runs, experiments and models of the team; viewer may not',
    },
  },
  run: async (context, { team, account, role }) => {
    const params = { team: parsedTeam(team), account };
    const member = await (await context.client()).call(setTeamMember, { params, body: { role } });
    await context.answer(member, () => `${member.account} is a ${member.role} of team ${member.team}.`);
    return 0;
  },
});

const removeMemberCommand = command({
  path: ['team', 'remove'],
  summary: 'Remove an account from a team',
  example: 'steelyard team remove recommendations ada',
  needs: 'server',
  positionals: { team: { describe: 'Name of the team' }, account: { describe: 'Name of the account' } },
  run: async (context, { team, account }) => {
    const params = { team: parsedTeam(team), account };
    const member = await (await context.client()).call(removeTeamMember, { params });
    await context.answer(member, () => `${member.account} is no member of team ${member.team} any more.`);
    return 0;
  },
});

function parsedTeam(team: string): string {
  const parsed = Name.safeParse(team);
  if (parsed.success) return parsed.data;
  throw new CommandError('usage', `"${team}" is no name of a team: ${parsed.error.issues[0]?.message}.`);
}

export const orgCommands = [
  teamsCommand,
  membersCommand,
  addMemberCommand,
  removeMemberCommand,
  projectsCommand,
  environmentsCommand,
];
