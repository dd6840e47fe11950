import { Commands } from '../parts/Commands.tsx';

/** Commands for a retraining. */
export function RetrainingSetup({ name }: { readonly name: string }) {
  return (
    <Commands
      commands={[
        ['Apply a changed document', 'steelyard apply -f retraining.yaml'],
        ['Show triggers and rounds', `steelyard retraining show ${name}`],
        ['Start a round now', `steelyard retraining start ${name}`],
      ]}
    />
  );
}
