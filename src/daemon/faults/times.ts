/** RFC 3339 with microseconds, as Kubernetes' MicroTime. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`
}
