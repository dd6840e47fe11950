import { runEvaluationStep } from '../../../examples/recommender/demo/recorded/evaluation-steps.ts';

/** A step of the pipeline of the demo data. */
runEvaluationStep(process.argv.slice(2));
