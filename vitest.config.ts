import { defineConfig } from 'vitest/config'

const END_TO_END = 'test/e2e/**/*.test.ts'
/** Needs root: network namespaces, control groups, a real Kubernetes (test/cluster/README.md). */
const CLUSTER = 'test/cluster/**/*.test.ts'
const EXAMPLES = 'test/e2e/examples.test.ts'

export default defineConfig({
  test: {
    // A hang must end the run with a name; it is not a bound on speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/setup.ts'],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [END_TO_END, CLUSTER], maxWorkers: 4 },
      },
      // Whole runs measure latencies: more than two at a time on two cores would measure each other.
      { extends: true, test: { name: 'e2e', include: [END_TO_END], exclude: [EXAMPLES], maxWorkers: 2 } },
      // One after the other: some stop the API server that all of them use.
      {
        extends: true,
        test: {
          name: 'cluster',
          include: [CLUSTER],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 1_800_000,
        },
      },
      { extends: true, test: { name: 'examples', include: [EXAMPLES], testTimeout: 400_000 } },
    ],
  },
})
