import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { failureOf, play } from "./play.ts"
import { inProcess, program } from "./runner.ts"
import type { World } from "./world.ts"

/**
 * The worlds that the issue "Clean means clean" is measured by, where they lie beside the checkout.
 *
 *   npx vitest run test/money -t 07-                     plays one, and says what was wanted and what came
 *   KEEP_WORLDS=1 npx vitest run test/money -t 07-       keeps its database and reports, and says where
 *   SHOW_WORLDS=1 npx vitest run test/money -t 07-       prints what the program said, though all was as expected
 */
const folder = new URL("../../../shared/cases/money/", import.meta.url)

const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : []

/** These run the built program, as a user has it; the others its commands in this process, which is quicker. */
const byProgram = ["01-", "12-", "35-"]

describe.runIf(names.length > 0)("a small world of money", () => {
  it.each(names)("%s", async (name) => {
    const world = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as World
    const played = await play(world, byProgram.some((one) => name.startsWith(one)) ? program : inProcess)
    if (process.env.SHOW_WORLDS !== undefined) console.log(played.map(({ printed }) => printed).join("\n"))
    expect(failureOf(world, played)).toBe("")
  })
})
