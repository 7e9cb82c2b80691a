import "./src/store/allocator.ts"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** A file that is short and takes long begins first: by itself vitest goes by size, and one core would wait for it at the end. */
const longest = /money\/(?:variations|cases)\.test\.ts$|weather\/cases\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => longest.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/own-ways.ts"],
    // Nights over real HTTP take seconds, and this machine may be busy with others.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: "forks",
    // Two processes load what the tests stand on once, not once a file.
    poolOptions: { forks: { maxForks: 2, isolate: false } },
    sequence: { sequencer: LongestFirst },
  },
})
