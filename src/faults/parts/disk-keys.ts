import * as z from 'zod'

/** A path inside a container: absolute, without a step upwards. Made when it is asked for. */
export function pathInContainer() {
  return z
    .string()
    .max(512)
    .regex(/^\/[^\p{Cc}]*$/u, { error: 'A path begins with /, such as /data.' })
    .refine((path) => !path.split('/').includes('..'), { error: 'A path has no .. in it.' })
}
