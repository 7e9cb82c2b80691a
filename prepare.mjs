import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

/**
 * What npm runs after an installation from a clone: builds where the compiler is there. Without development packages, what is
 * in dist is what runs.
 */
const hasCompiler = ["typescript", "esbuild"].every((name) => existsSync(`node_modules/${name}`))

if (hasCompiler) {
  const { status } = spawnSync("npm", ["run", "build"], { stdio: "inherit", shell: process.platform === "win32" })
  process.exitCode = status ?? 1
} else if (!existsSync("dist/tidemark.js")) {
  console.error("dist is not built, and the compiler is not installed: run npm ci once, then npm ci --omit=dev")
  process.exitCode = 1
}
