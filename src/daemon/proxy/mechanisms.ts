import { connectionsProber } from '../connections/connections-prober.ts'
import { openConnections } from '../connections/open-connections.ts'
import { dnsProber } from './dns-prober.ts'
import { httpProber } from './http-prober.ts'
import { redirectDns } from './redirect-dns.ts'
import { redirectHttp } from './redirect-http.ts'

/** What is done to a pod from within its network namespace in user space. */
export const PROXY_MECHANISMS = [redirectHttp, redirectDns, openConnections] as const
export const PROXY_PROBERS = [httpProber, dnsProber, connectionsProber] as const
