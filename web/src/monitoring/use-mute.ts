import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Alert, muteAlert, unmuteAlert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import { call } from '../client.ts';

export interface Mute {
  readonly episode: string;
  readonly until: string;
  readonly why: string;
}

/** Mutes the notifications of an episode for a time; the last mute can be undone. */
export function useMute() {
  const queries = useQueryClient();
  const [muted, setMuted] = useState<Alert | null>(null);
  const settle = () => void queries.invalidateQueries();
  const mute = useMutation({
    mutationFn: ({ episode, until, why }: Mute) => call(muteAlert, { params: { episode }, body: { until, why } }),
    onSuccess: setMuted,
    onSettled: settle,
  });
  const unmute = useMutation({
    mutationFn: (episode: string) => call(unmuteAlert, { params: { episode } }),
    onSuccess: () => setMuted(null),
    onSettled: settle,
  });
  return { mute, unmute, muted, dismiss: () => setMuted(null) };
}

export type Mutes = ReturnType<typeof useMute>;
