/** What is built from source; a change here builds it anew. */
export const KUBERNETES = '34.4'
export const COREDNS = 'v1.12.2'
export const K6 = 'v1.8.1'
export const DEBIAN = 'bookworm'
