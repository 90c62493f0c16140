import { writeFileSync } from 'node:fs'
import { faultReference } from '../src/faults/reference.ts'
import { journalJsonSchema } from '../src/model/journal-schema.ts'
import { suiteJsonSchema } from '../src/suite/json-schema.ts'
import { suiteReference } from '../src/suite/reference.ts'

/** Everything that is generated from the schemas and checked in. */
const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`
writeFileSync('schema/suite.schema.json', json(suiteJsonSchema()))
writeFileSync('schema/journal.schema.json', json(journalJsonSchema()))
writeFileSync('docs/suite-reference.md', suiteReference())
writeFileSync('docs/faults.md', faultReference())
