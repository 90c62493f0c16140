import { spawnSync } from 'node:child_process'
import { imageRecipe, rootCommand } from './image/recipe.ts'

/** `node scripts/make-root.ts INTO`: the root file system of the image as an archive, without Node and the product. */
const [into] = process.argv.slice(2)
if (!into?.endsWith('.tar')) throw new Error('where to? Give the name of an archive, such as root.tar.')
const [program = '', ...words] = rootCommand(imageRecipe(), into)
const { status, error } = spawnSync(program, words, { stdio: 'inherit' })
if (error) throw error
// A program that was killed has no status, and that is no success.
process.exitCode = status ?? 1
