import type { KubeClient, KubeObject } from '../../kube/kube-client.ts'
import { SERVICES } from '../../kube/resources.ts'

interface Service extends KubeObject {
  readonly spec?: { readonly ports?: readonly { readonly port: number; readonly protocol?: string }[] }
}

const HTTP_PORT = 80

/**
 * `TARGET_<NAME>_URL` for every Service of the preview that has a port, without a slash at the end: the same names that k6
 * finds on platform `process`, so that one script serves both. Throws KubeError.
 */
export async function serviceUrls(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const services = await client.list<Service>(SERVICES, { namespace }, { signal })
  const urls = services.flatMap(({ metadata: { name }, spec }) => {
    const port = spec?.ports?.find(({ protocol = 'TCP' }) => protocol === 'TCP')?.port
    if (port === undefined) return []
    const host = port === HTTP_PORT ? name : `${name}:${port}`
    return [[`TARGET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_URL`, `http://${host}`] as const]
  })
  return Object.fromEntries(urls)
}
