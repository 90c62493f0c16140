import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recipe } from '../places.ts'
import { progress } from '../progress.ts'
import { run } from '../tools.ts'
import { cached, textOf } from './cache.ts'
import { inScratch } from './scratch.ts'
import { COREDNS, K6, KUBERNETES } from './versions.ts'

const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'] as const

/** A folder with Kubernetes' programs: the five components, which are one file, and `kubectl`. About five minutes when nothing is cached. */
export function kubernetesPrograms(): Promise<string> {
  const main = recipe('parts/go/kube/main.go')
  return cached('kubernetes', [KUBERNETES, textOf(main)], (folder) =>
    inModule(main, kubernetesModule, async (module) => {
      const version = versionFlags()
      await goBuild(module, join(folder, 'kube'), '.', version)
      await goBuild(module, join(folder, 'kubectl'), 'k8s.io/kubernetes/cmd/kubectl', version)
      for (const component of COMPONENTS) symlinkSync('kube', join(folder, component))
    }),
  )
}

/** The path of CoreDNS, about a minute when nothing is cached. */
export async function corednsProgram(): Promise<string> {
  const main = recipe('parts/go/coredns/main.go')
  const folder = await cached('coredns', [COREDNS, textOf(main)], (into) =>
    inModule(
      main,
      () => goModule(`require github.com/coredns/coredns ${COREDNS}`),
      (module) => goBuild(module, join(into, 'coredns'), '.'),
    ),
  )
  return join(folder, 'coredns')
}

/** The path of k6, about two minutes when nothing is cached. */
export async function k6Program(): Promise<string> {
  const main = recipe('parts/go/k6/main.go')
  const folder = await cached('k6', [K6, textOf(main)], (into) =>
    inModule(
      main,
      () => goModule(`require go.k6.io/k6 ${K6}`),
      (module) => goBuild(module, join(into, 'k6'), '.'),
    ),
  )
  return join(folder, 'k6')
}

/** The path of the small service for images without a shell. */
export async function staticProgram(): Promise<string> {
  const main = recipe('parts/go/static/main.go')
  const folder = await cached('static', [textOf(main)], (into) =>
    inModule(
      main,
      () => goModule(''),
      (module) => goBuild(module, join(into, 'static'), '.'),
    ),
  )
  return join(folder, 'static')
}

/** The path of the program that holds namespaces, linked statically since pods' images have no libraries for it. */
export async function pauseProgram(): Promise<string> {
  const source = recipe('parts/c/pause.c')
  const folder = await cached('pause', [textOf(source)], async (into) => {
    await run('gcc', ['-Os', '-static', '-s', '-o', join(into, 'pause'), source])
  })
  return join(folder, 'pause')
}

/** Does `build` in a Go module of its own that holds `main` as main.go, with its dependencies found. */
export async function inModule(
  main: string,
  goMod: () => string | Promise<string>,
  build: (module: string) => Promise<void>,
): Promise<void> {
  await inScratch(async (module) => {
    copyFileSync(main, join(module, 'main.go'))
    writeFileSync(join(module, 'go.mod'), await goMod())
    await go(module, ['mod', 'tidy'])
    await build(module)
  })
}

/** Builds a program without C libraries to the path `out`. */
export async function goBuild(module: string, out: string, target: string, flags = ''): Promise<void> {
  await go(module, ['build', '-trimpath', '-ldflags', `-s -w ${flags}`.trim(), '-o', out, target])
  progress(`built ${out.split('/').at(-1)}`)
}

/** Runs the Go command in a folder. */
export function go(directory: string, args: readonly string[]): Promise<string> {
  return run('go', args, { directory, env: { CGO_ENABLED: '0', GOFLAGS: '-mod=mod' } })
}

/** The text of a module file. */
export function goModule(body: string): string {
  return `module program\n\ngo 1.24\n\n${body}\n`
}

/** The module file for programs of Kubernetes: its libraries are published with version 0 and have to be named one by one, as its own module file does by folder. */
export async function kubernetesModule(): Promise<string> {
  const download = await go(tmpdir(), ['mod', 'download', '-json', `k8s.io/kubernetes@v1.${KUBERNETES}`])
  const { GoMod } = JSON.parse(download) as { readonly GoMod: string }
  const replaced = textOf(GoMod).matchAll(/^\s*(k8s\.io\/[a-z-]+) => \.\/staging/gm)
  const lines = [...replaced].map(([, name]) => `\t${name} => ${name} v0.${KUBERNETES}`)
  return goModule(`require k8s.io/kubernetes v1.${KUBERNETES}\n\nreplace (\n${lines.join('\n')}\n)`)
}

/** Linker flags by which programs of Kubernetes say their version. */
export function versionFlags(): string {
  const place = 'k8s.io/component-base/version'
  const minor = KUBERNETES.split('.')[0]
  return `-X ${place}.gitVersion=v1.${KUBERNETES} -X ${place}.gitMajor=1 -X ${place}.gitMinor=${minor}`
}
