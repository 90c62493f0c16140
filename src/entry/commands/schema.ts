import type { Invocation } from '../invocation.ts'

export async function schemaCommand({ flags }: Invocation): Promise<number> {
  process.stdout.write(`${JSON.stringify(await schemaOf(flags.of), null, 2)}\n`)
  return 0
}

async function schemaOf(document: string | undefined): Promise<object> {
  switch (document) {
    case 'journal':
      return (await import('../../model/journal-schema.ts')).journalJsonSchema()
    case 'doctor':
      return (await import('../../model/diagnosis.ts')).diagnosisJsonSchema()
    default:
      return (await import('../../suite/json-schema.ts')).suiteJsonSchema()
  }
}
