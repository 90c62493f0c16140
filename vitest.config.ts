import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A hang must end the run with a name; it is not a bound on speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: real processes of several files at once would starve each other and look like faults.
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
  },
})
