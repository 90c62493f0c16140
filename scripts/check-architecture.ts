import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { cruise } from 'dependency-cruiser'
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-options'
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config'

/**
 * The direction rules of .dependency-cruiser.mjs, and that all modules were really looked at: a cruiser that cannot
 * read TypeScript finds no modules and therefore no violations.
 */
const folders = ['src', 'test', 'scripts']
const options = await extractConfig(resolve('.dependency-cruiser.mjs'))
const result = await cruise(folders, { ...options, validate: true }, undefined, {
  tsConfig: extractTsConfig('tsconfig.json'),
})
if (typeof result.output === 'string') throw new Error('expected a result object')

const violations = result.output.summary.violations
for (const { rule, from, to, cycle } of violations) {
  console.error(`${rule.severity} ${rule.name}: ${from} → ${cycle ? cycle.map(({ name }) => name).join(' → ') : to}`)
}
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.ts')),
)
const cruised = result.output.modules.filter(({ source }) => /^(src|test|scripts)\/.*\.ts$/.test(source)).length
console.log(`${cruised} of ${files.length} modules looked at, ${violations.length} violations`)
if (cruised < files.length || violations.length > 0) process.exitCode = 1
