/** Source ports of the daemon's own connections: rules treat them as any other packet, and count them separately. */
export const FIRST_PROBE_PORT = 61_337
export const LAST_PROBE_PORT = 61_399
