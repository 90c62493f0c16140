/** How faults of a kind behave in a cluster: who acts on what, who ends it, and how it is known that users met it. */

/** Rules in a pod's network namespace, behind sets with a timeout. */
export const ON_PACKETS = {
  scope: 'namespace',
  actor: 'daemon',
  targets: 'pods',
  open: false,
  expires: 'kernel',
  onReplaced: 're-apply',
  crossing: 'rule',
} as const

/** Processes of the daemon's own beside those of a pod. */
export const BY_HELPER = { ...ON_PACKETS, expires: 'process', crossing: 'witness' } as const

/** What only a watchdog ends. */
export const BY_WATCHDOG = { ...ON_PACKETS, expires: 'watchdog', crossing: 'witness' } as const

/** Processes of a pod end, and there is nothing to put back. */
export const ONCE_ON_PODS = {
  ...ON_PACKETS,
  expires: 'nothing-to-end',
  onReplaced: 'report',
  crossing: 'witness',
} as const

/** Pods go, through the API. */
export const PODS_BY_API = { ...ONCE_ON_PODS, actor: 'controller' } as const

/** An object that no packet crosses is changed through the API, and put back. */
export const WORKLOAD_BY_API = {
  scope: 'namespace',
  actor: 'controller',
  targets: 'workload',
  open: false,
  expires: 'controller',
  onReplaced: 'report',
  crossing: 'none',
} as const

export const NODE_BY_API = { ...WORKLOAD_BY_API, scope: 'node', targets: 'node' } as const
export const NODE_BY_WATCHDOG = { ...NODE_BY_API, actor: 'daemon', expires: 'watchdog' } as const
