import { basename, relative } from "node:path"

/** How the program was called, for hints to copy: `tidemark`, `npx tidemark`, or `node` and the path of its file. */
export const programName = (script: string, environment: Readonly<Record<string, string | undefined>>): string => {
  if (environment.npm_command === "exec") return "npx tidemark"
  return script.endsWith(".js") ? `node ${relative(process.cwd(), script)}` : basename(script)
}
