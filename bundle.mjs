import { cpSync } from "node:fs"
import * as duckdb from "@duckdb/node-api"
import { build } from "esbuild"

const library = "@duckdb/node-api"

/**
 * DuckDB's library as a module that loads it, and where it cannot be loaded stands in for it until something of it is used.
 * So help and doctor work without it, and doctor can say what is missing.
 */
const duckDb = {
  name: "duckdb",
  setup: (bundle) => {
    bundle.onResolve({ filter: new RegExp(`^${library}$`) }, ({ namespace }) =>
      namespace === "duckdb" ? { path: library, external: true } : { path: library, namespace: "duckdb" },
    )
    bundle.onLoad({ filter: /.*/, namespace: "duckdb" }, () => ({
      contents: `
        const standIn = (fault) => {
          const refuse = () => { throw fault }
          const nothing = new Proxy(refuse, {
            apply: refuse,
            construct: refuse,
            get: (_, key) => (key === Symbol.toPrimitive ? () => "" : nothing),
          })
          return Object.fromEntries(${JSON.stringify(Object.keys(duckdb))}.map((name) => [name, nothing]))
        }
        let loaded
        try { loaded = require("${library}") } catch (fault) { loaded = standIn(fault) }
        module.exports = loaded`,
    }))
  },
}

/**
 * The program as one file. Node opens and compiles a thousand modules of its libraries otherwise, which took as long again
 * as everything else before a command's first word. DuckDB stays outside: it loads a native library from its own folder.
 */
await build({
  entryPoints: ["dist/src/main.js"],
  outfile: "dist/tidemark.js",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  plugins: [duckDb],
  // CommonJS modules among the libraries ask for Node's own by `require`, which a module does not have.
  banner: {
    js: `import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`,
  },
  legalComments: "eof",
  logLevel: "warning",
})

// The package ships dist: the views, checks and sections that are .sql files lie there, too, and the page's style and script.
for (const folder of ["evidence/views", "reconcile/checks", "report/page"]) {
  cpSync(`src/pipelines/${folder}`, `dist/sql/${folder}`, { recursive: true, filter: (file) => !file.endsWith(".ts") })
}
