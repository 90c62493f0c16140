import { homedir } from 'node:os'
import { join } from 'node:path'

/** What a Task tells its step besides params. */
export interface TektonPlace {
  /** The PipelineRun, else the TaskRun: all its attempts have the same. Undefined outside Tekton. */
  readonly owner: string | undefined
  /** Where reports outlive the pod; undefined without that workspace. */
  readonly reports: string | undefined
  /** A kubeconfig that somebody gave by a workspace. */
  readonly kubeconfig: string | undefined
}

/** Reads it from the environment; what is not bound is an empty string there. */
export function tektonPlace(environment: Readonly<Record<string, string | undefined>>): TektonPlace {
  const { SEAWORTHY_PIPELINE_RUN, SEAWORTHY_TASK_RUN, SEAWORTHY_REPORTS, SEAWORTHY_KUBECONFIG } = environment
  return {
    owner: SEAWORTHY_PIPELINE_RUN || SEAWORTHY_TASK_RUN || undefined,
    reports: SEAWORTHY_REPORTS || undefined,
    kubeconfig: SEAWORTHY_KUBECONFIG ? join(SEAWORTHY_KUBECONFIG, 'kubeconfig') : undefined,
  }
}

/** The folder that relative report folders are below: a root file system that is read-only has no other place. */
export function reportsBase({ reports }: TektonPlace): string {
  return reports ?? homedir()
}
