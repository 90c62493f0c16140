import * as z from 'zod'
import { journalSchema } from './journal.ts'

/** JSON Schema (draft 2020-12) of `journal.json`. */
export function journalJsonSchema(): object {
  return {
    $id: 'https://seaworthy.dev/schema/journal.schema.json',
    title: 'Seaworthy journal',
    ...z.toJSONSchema(journalSchema),
  }
}
