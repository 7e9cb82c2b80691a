import { expect, it } from "vitest"
import { programName } from "../../src/cli/program-name.ts"

it.each([
  ["/usr/local/bin/tidemark", "tidemark"],
  ["/srv/nights/node_modules/.bin/tidemark", "npx --no tidemark"],
  ["/srv/nights/dist/tidemark.js", "node dist/tidemark.js"],
  ["/srv/tidemark/dist/tidemark.js", "node /srv/tidemark/dist/tidemark.js"],
])("%s was called as %s", (script, name) => {
  expect(programName(script, "/srv/nights")).toBe(name)
})
