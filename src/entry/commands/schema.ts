import type { Invocation } from '../invocation.ts'

export async function schemaCommand({ flags }: Invocation): Promise<number> {
  const schema =
    flags.of === 'journal'
      ? (await import('../../model/journal-schema.ts')).journalJsonSchema()
      : (await import('../../suite/json-schema.ts')).suiteJsonSchema()
  process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`)
  return 0
}
