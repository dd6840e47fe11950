export const revert = {
  summary: "Go back: a delivery that stands gives way to the one before it",
  text: (runs: number) => `${runs} runs are under way`,
};
