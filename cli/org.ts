import { listEnvironments, listProjects, listTeams, Name } from '../src/org/schema.ts';
import { command } from './frame/command.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { shownInstant } from './output/amounts.ts';
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
      { title: 'CHANGED', cell: (team: Team) => shownInstant(team.updatedAt), least: 20 },
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
      { title: 'WHAT FOR', cell: (project: Project) => project.description, least: 16 },
      { title: 'CHANGED', cell: (project: Project) => shownInstant(project.updatedAt), least: 20 },
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
      { title: 'WHAT FOR', cell: (environment: Environment) => environment.description, least: 16 },
    ];
    const none = page.environments.length === 0;
    await context.answer(page, () => (none ? '' : table(page.environments, columns, context.paint)));
    await context.remark(moreText(page) ?? (none ? 'No environment yet. steelyard apply -f ENVIRONMENT.yaml' : ''));
    return 0;
  },
});

export const orgCommands = [teamsCommand, projectsCommand, environmentsCommand];
