import { KubeError } from './kube-error.ts'
import { plainWords, readStatus, type ServerStatus } from './server-words.ts'

/** What was asked, in the words of RBAC. */
export interface Asked {
  readonly verb: string
  readonly group: string
  /** `pods`, `pods/log`; empty for paths that are no resource. */
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly server: string
  /** `context kind-ci of /root/.kube/config` */
  readonly source: string
}

/** The error for an answer that is not a success: the server's own words, and what to do about it. */
export function refusal(asked: Asked, httpStatus: number, body: Buffer | unknown): KubeError {
  const status = readStatus(body)
  const code = httpStatus >= 200 && httpStatus < 300 ? (status?.code ?? 0) : httpStatus
  const words = status?.message ? plainWords(status.message) : unexpectedBody(code, body)
  return new KubeError(code, status?.reason ?? '', `${said(asked)}: ${words}`, remedyFor(asked, code, status))
}

/** The error for a request that got no answer. The cause is one of Node's, which holds no secret. */
export function noAnswer(asked: Asked, detail: string, cause?: unknown): KubeError {
  return new KubeError(
    0,
    '',
    `${said(asked)}: no answer from ${asked.server}: ${plainWords(detail)}`,
    `Check that ${asked.server} (${asked.source}) can be reached from here.`,
    cause,
  )
}

function said({ verb, resource, namespace, name }: Asked): string {
  const what = [resource, name].filter((part) => part !== undefined && part !== '').join(' ')
  return `cannot ${verb} ${what}${namespace === undefined ? '' : ` in namespace ${namespace}`}`
}

function unexpectedBody(code: number, body: Buffer | unknown): string {
  if (!Buffer.isBuffer(body) || body.length === 0) return `the server answered with status ${code}`
  return `the server answered with status ${code} and not as Kubernetes does: ${plainWords(body.toString('utf8'), 200)}`
}

function remedyFor(asked: Asked, code: number, status: ServerStatus | undefined): string | undefined {
  const causes = status?.details?.causes ?? []
  if (causes.some(({ reason }) => reason === 'NamespaceTerminating'))
    return `Namespace ${asked.namespace} is being deleted: wait until it is gone, or use another one.`
  if (/admission webhook|failed calling webhook/.test(status?.message ?? ''))
    return 'An admission webhook of the cluster decides this: ask who runs it, or exempt the namespace.'
  if (code === 401) return `Renew the credentials of ${asked.source}.`
  if (code === 403) return forbiddenRemedy(asked, status?.message ?? '')
  if (code === 404 && asked.group === 'seaworthy.dev')
    return 'Install the engine into the cluster, or check that its custom resource definitions are there.'
  if (code === 429) return 'The API server is overloaded: try again later.'
  if (code === 0 || code >= 500) return `The API server ${asked.server} is not well: check it, and try again.`
  return undefined
}

/** Quota and admission refuse with 403 as well; only RBAC's own words name a user. */
function forbiddenRemedy(asked: Asked, message: string): string {
  if (/exceeded quota/.test(message)) return `Raise the quota of namespace ${asked.namespace}, or free some of it.`
  if (/violates PodSecurity/.test(message))
    return `Lower the label pod-security.kubernetes.io/enforce of namespace ${asked.namespace}, or use another namespace.`
  const user = /User "([^"]+)"/.exec(plainWords(message))?.[1]
  return `${rbacRule(asked)}${user === undefined ? '' : `, bound to ${subjectOf(user)}`}.`
}

/** The RBAC rule that grants it, as one sentence without its full stop. */
export function rbacRule({ verb, ...where }: Omit<Asked, 'server' | 'source' | 'name'>): string {
  return rbacRuleOf([verb], where)
}

/** The same for several verbs on one resource. */
export function rbacRuleOf(
  verbs: readonly string[],
  { group, resource, namespace }: Pick<Asked, 'group' | 'resource' | 'namespace'>,
): string {
  const rule = `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ${JSON.stringify(verbs).replaceAll(',', ', ')}}`
  return namespace === undefined ? `Add to a ClusterRole: ${rule}` : `Add to a Role in namespace ${namespace}: ${rule}`
}

function subjectOf(user: string): string {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user)
  return account ? `service account ${account[2]} of namespace ${account[1]}` : `user ${user}`
}
