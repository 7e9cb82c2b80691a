import { basename, relative } from "node:path"

/**
 * How the program was called, for hints to copy: `tidemark`, `npx --no tidemark`, or `node` and the path
 * of its file. Where the package is not installed, `npx` alone would run whatever the public registry has by that name.
 */
export const programName = (script: string, folder: string): string => {
  if (/[\\/]node_modules[\\/]\.bin[\\/]/.test(script)) return "npx --no tidemark"
  if (!script.endsWith(".js")) return basename(script)
  const near = relative(folder, script)
  return `node ${near.startsWith("..") ? script : near}`
}
