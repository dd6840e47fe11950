import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { listProjects, listTeams, type TeamMember } from '../../../src/org/schema.ts';
import { endpointQuery } from '../client.ts';
import { DocumentDialog } from '../document-form/DocumentDialog.tsx';
import { DocumentNotice } from '../document-form/DocumentNotice.tsx';
import { useDocumentApply } from '../document-form/use-document-apply.ts';
import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import { CommandCard } from './CommandCard.tsx';
import { MemberDialog } from './MemberDialog.tsx';
import { MemberList } from './MemberList.tsx';
import { SettingsTable } from './SettingsTable.tsx';
import { TeamActs } from './TeamActs.tsx';
import { TeamFields } from './TeamFields.tsx';
import { formatTeam, NEW_TEAM, teamKind } from './team-kind.ts';
import { useIsAdmin } from './use-is-admin.ts';
import { useMemberChanges, useTeamMembers } from './use-team-members.ts';
import { WithoutTeamCard } from './WithoutTeamCard.tsx';

const TABLE_HEIGHT = 320;
const MOST_TEAMS = 200;

const COMMANDS = [
  { command: 'steelyard apply -f org.yaml', effect: 'Add or change teams and projects (kinds: Team, Project)' },
  { command: 'steelyard account create ada --role contributor', effect: 'Add an account' },
];

/** Teams with their projects and members. */
export function TeamsPage() {
  const teams = useQuery(endpointQuery(listTeams, { query: { pageSize: MOST_TEAMS } }));
  const projects = useQuery(endpointQuery(listProjects, { query: { pageSize: 1000 } }));
  const members = useTeamMembers((teams.data?.teams ?? []).map(({ name }) => name));
  const isAdmin = useIsAdmin();
  const { add, remove } = useMemberChanges();
  const [adding, setAdding] = useState<string | null>(null);
  const [removed, setRemoved] = useState<TeamMember | null>(null);
  const apply = useDocumentApply();
  const [edited, setEdited] = useState<{ readonly isNew: boolean; readonly text: string } | null>(null);
  const take = (member: TeamMember) => remove.mutate(member, { onSuccess: () => setRemoved(member) });
  const answer = () => {
    if (teams.data === undefined)
      return teams.isError ? describeReadError(teams.error, 'The teams') : <AnswerPending />;
    const known = [...members.values()].flatMap((list) => list ?? []);
    const accounts = new Set(known.map(({ account }) => account)).size;
    const owned = projects.data === undefined ? '' : ` with ${counted(projects.data.projects.length, 'project')}`;
    return `${counted(teams.data.teams.length, 'team')}${owned}; ${counted(accounts, 'account is a member', 'accounts are members')}.`;
  };
  const listNames = (team: string) =>
    (projects.data?.projects ?? []).filter((project) => project.team === team).map(({ name }) => name);
  return (
    <Page title="Teams and members" answer={answer()} shortAnswer>
      <div className={layout.stack}>
        {(remove.error ?? add.error) !== null && adding === null && (
          <Notice kind="alert">{(remove.error ?? add.error)?.message}</Notice>
        )}
        {removed !== null && (
          <UndoNotice
            busy={add.isPending}
            undo={() => add.mutate(removed, { onSuccess: () => setRemoved(null) })}
            dismiss={() => setRemoved(null)}
          >
            {removed.account} is no longer a member of {removed.team}.
          </UndoNotice>
        )}
        <DocumentNotice apply={apply} />
        <Card
          title="Teams"
          actions={
            <button type="button" className={parts.button} onClick={() => setEdited({ isNew: true, text: NEW_TEAM })}>
              New team…
            </button>
          }
          flush
        >
          <Loaded query={teams} what="The teams" height={TABLE_HEIGHT}>
            {(data) =>
              data.teams.length === 0 ? (
                <EmptyState
                  shows="Teams, their projects and their members."
                  why="There is no team yet. Create one here, or apply a document."
                  command="steelyard apply -f org.yaml"
                />
              ) : (
                <SettingsTable
                  label="Teams"
                  head={['Team', 'Owner', 'Projects', 'Members', '']}
                  rows={data.teams.map((team) => ({
                    key: team.name,
                    cells: [
                      team.name,
                      team.owner ?? '–',
                      listNames(team.name).join(', ') || '–',
                      <MemberList
                        key="members"
                        members={members.get(team.name)}
                        onRemove={isAdmin ? take : undefined}
                      />,
                      <TeamActs
                        key="acts"
                        team={team.name}
                        onEdit={() => setEdited({ isNew: false, text: formatTeam(team) })}
                        onAdd={isAdmin ? () => setAdding(team.name) : undefined}
                      />,
                    ],
                  }))}
                />
              )
            }
          </Loaded>
        </Card>
        {isAdmin && <WithoutTeamCard />}
        <CommandCard title="As commands" commands={COMMANDS} />
      </div>
      {edited !== null && (
        <DocumentDialog
          title={edited.isNew ? 'New team' : 'Edit team'}
          kind={teamKind}
          initial={edited.text}
          isNew={edited.isNew}
          change={apply.change}
          onClose={() => setEdited(null)}
          fields={(form) => <TeamFields form={form} isNew={edited.isNew} />}
        />
      )}
      {adding !== null && <MemberDialog team={adding} onClose={() => setAdding(null)} />}
    </Page>
  );
}
