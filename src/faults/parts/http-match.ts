import * as z from 'zod'
import { ratio } from '../../kit/scalars.ts'
import type { HttpMatch } from '../../model/recipe.ts'
import { spokenShare } from './words.ts'

/** Keys that every HTTP fault has. */
export const httpMatchShape = {
  path: z
    .string()
    .max(1_024)
    .regex(/^[/*]\S*$/, { error: 'A path begins with / or *, such as /api/*.' })
    .optional()
    .describe('Only requests with this path; `*` stands for any run of characters. Default: every path.'),
  method: z
    .string()
    .regex(/^[A-Za-z]{1,20}$/, { error: 'A method is a word, such as GET.' })
    .toUpperCase()
    .optional()
    .describe('Only requests with this method. Default: every method.'),
  share: ratio
    .prefault('100%')
    .describe("Share of the matching requests that is hit, drawn with the run's seed. Default: 100%."),
}

export const statusSchema = z.number().int().min(200).max(599)

interface GivenMatch {
  readonly path?: string | undefined
  readonly method?: string | undefined
  readonly share: number
}

export function httpMatch({ path, method, share }: GivenMatch): HttpMatch {
  return { path, method, share }
}

/** ` to 10 % of GET /checkout` for people. */
export function spokenMatch({ path, method, share }: GivenMatch): string {
  const what = [method, path].filter((part) => part !== undefined).join(' ')
  if (share === 1) return what === '' ? '' : ` to ${what}`
  return ` to ${spokenShare(share)} of ${what === '' ? 'requests' : what}`
}
