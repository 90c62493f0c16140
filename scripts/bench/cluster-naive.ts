import { podProcesses } from '../../test/cluster/faults/kernel.ts'
import { closeSite, openSite, type Stage } from '../../test/cluster/faults/stage.ts'
import { run } from '../../test/cluster/tools.ts'

const PODS = 4

/** Milliseconds to cut off four pods one after the other, each with its own programs, as a script with kubectl would. */
export async function naiveTimes(stage: Stage, count: number): Promise<readonly number[]> {
  const site = await openSite(stage, 'naive', 'static', PODS)
  const { kubectlPath, kubeconfig } = stage.cluster
  const enter = (pid: number, ...words: string[]) => run('nsenter', ['--net', '--target', String(pid), ...words])
  const took: number[] = []
  try {
    for (let turn = 0; turn < count; turn += 1) {
      const pods = site.pods.map((pod) => ({ name: pod.metadata.name, pid: podProcesses(stage.shape, pod)[0] ?? 0 }))
      const from = performance.now()
      for (const { name, pid } of pods) {
        // As a person would: ask the API which pod it is, then make the rules there.
        const where = ['--kubeconfig', kubeconfig, '--namespace', site.namespace]
        await run(kubectlPath, [...where, 'get', 'pod', name, '--output=name'])
        await enter(pid, 'iptables-legacy', '-w', '-I', 'INPUT', '!', '-i', 'lo', '-j', 'DROP')
        await enter(pid, 'iptables-legacy', '-w', '-I', 'OUTPUT', '!', '-o', 'lo', '-j', 'DROP')
      }
      took.push(performance.now() - from)
      for (const { pid } of pods) {
        await enter(pid, 'iptables-legacy', '-w', '-F', 'INPUT')
        await enter(pid, 'iptables-legacy', '-w', '-F', 'OUTPUT')
      }
    }
  } finally {
    await closeSite(site)
  }
  return took
}
