import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { faultReference } from '../src/faults/reference.ts'
import { deployFiles } from '../src/install/generated.ts'
import { diagnosisJsonSchema } from '../src/model/diagnosis.ts'
import { journalJsonSchema } from '../src/model/journal-schema.ts'
import { suiteJsonSchema } from '../src/suite/json-schema.ts'
import { suiteReference } from '../src/suite/reference.ts'
import { withInputs } from './task-yaml.ts'

/** Everything that is generated from the schemas and checked in. */
const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`
writeFileSync('schema/suite.schema.json', json(suiteJsonSchema()))
writeFileSync('schema/journal.schema.json', json(journalJsonSchema()))
writeFileSync('schema/doctor.schema.json', json(diagnosisJsonSchema()))
writeFileSync('docs/suite-reference.md', suiteReference())
writeFileSync('docs/faults.md', faultReference())
mkdirSync('deploy', { recursive: true })
for (const [name, text] of Object.entries(deployFiles())) writeFileSync(`deploy/${name}`, text)
const task = 'tekton/task/seaworthy/0.1/seaworthy.yaml'
writeFileSync(task, withInputs(readFileSync(task, 'utf8')))
