import { type FakeApi, fakeApi, type Seen } from '../kube/fake-api.ts'

const NAMESPACE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'preview', uid: 'f6a9e1c2', labels: { 'seaworthy.dev/allow': 'true' } },
}
const LIST = { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [] }
/** What ends in a plural is a list; all else is one object, which is not there. */
const IS_LIST = /\/(pods|nodes|services|configmaps|jobs|faults|leases|deployments|statefulsets|daemonsets|replicasets)$/

/** As much of an API server as a run asks until its deploy command: the namespace `preview`, all rights, and nothing else. */
export function previewApi(): Promise<FakeApi> {
  return fakeApi((response, request) => {
    const [status, body] = answerTo(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
}

function answerTo({ method, path, body }: Seen): readonly [number, object] {
  if (path === '/version') return [200, { major: '1', minor: '34', gitVersion: 'v1.34.4' }]
  if (path === '/api/v1/namespaces/preview') return [200, NAMESPACE]
  if (path.endsWith('/selfsubjectaccessreviews')) return [201, { ...JSON.parse(body), status: { allowed: true } }]
  if (method === 'GET' && IS_LIST.test(path)) return [200, LIST]
  const details = { name: path.split('/').at(-1) }
  const refusal = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, reason: 'NotFound', details }
  return [404, { ...refusal, message: 'not there' }]
}
