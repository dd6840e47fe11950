/** The item of the steps of a pipeline that run on one resource, which a run of one of them is a part of. */
export function stepsItem(pipeline: string, resource: string): string {
  return `steps:${pipeline}@${resource.replace(/^resource:/, '')}`;
}
