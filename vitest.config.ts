import { defineConfig } from 'vitest/config'

const END_TO_END = 'test/e2e/**/*.test.ts'
const EXAMPLES = 'test/e2e/examples.test.ts'

export default defineConfig({
  test: {
    // A hang must end the run with a name; it is not a bound on speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/setup.ts'],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [END_TO_END], maxWorkers: 4 } },
      // Whole runs measure latencies: more than two at a time on two cores would measure each other.
      { extends: true, test: { name: 'e2e', include: [END_TO_END], exclude: [EXAMPLES], maxWorkers: 2 } },
      { extends: true, test: { name: 'examples', include: [EXAMPLES], testTimeout: 400_000 } },
    ],
  },
})
