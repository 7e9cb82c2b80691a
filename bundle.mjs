import { cpSync } from "node:fs"
import { build } from "esbuild"

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
  external: ["@duckdb/node-api"],
  // CommonJS modules among the libraries ask for Node's own by `require`, which a module does not have.
  banner: {
    js: `import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`,
  },
  legalComments: "eof",
  logLevel: "warning",
})

// The package ships dist: the views and checks that are .sql files lie there, too.
for (const folder of ["evidence/views", "reconcile/checks"]) {
  cpSync(`src/pipelines/${folder}`, `dist/sql/${folder}`, { recursive: true, filter: (file) => !file.endsWith(".ts") })
}
