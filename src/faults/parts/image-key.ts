import * as z from 'zod'

/** Name of an image, with or without a registry, tag or digest. Made when it is asked for. */
export function imageKey() {
  return z.string().regex(/^[A-Za-z0-9][-A-Za-z0-9._/:@]{0,254}$/, {
    error: 'Not the name of an image, such as registry.example.com/tool:1.0.',
  })
}
