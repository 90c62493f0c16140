import type { KubernetesSystem } from '../../model/suite.ts'

/** Workloads that may be hurt and that are neither in `known` nor said to come with the deploy command. Pure. */
export function missingWorkloads({ workloads, deploy }: KubernetesSystem, known: readonly string[]): readonly string[] {
  const brought = deploy?.brings?.map(({ workload }) => workload) ?? []
  return workloads.filter((workload) => !known.includes(workload) && !brought.includes(workload))
}
