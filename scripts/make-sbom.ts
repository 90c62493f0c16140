import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { imageRecipe } from './image/recipe.ts'
import { imageSbom } from './image/sbom.ts'

/** `node scripts/make-sbom.ts STATUS INTO`: the bill of materials of the image, from dpkg's status and `dist`. */
const [status, into] = process.argv.slice(2)
if (status === undefined || into === undefined)
  throw new Error("what from, and where to? Give dpkg's status and a file.")
mkdirSync(dirname(into), { recursive: true })
const texts = { status: readFileSync(status, 'utf8'), bundled: readFileSync('dist/sbom.cdx.json', 'utf8') }
writeFileSync(into, imageSbom({ ...texts, nodeVersion: process.versions.node, suite: imageRecipe().suite }))
