import { execFileSync } from "node:child_process"

/** Tests that run the program run what is in src now, not what was built last. */
export default (): void => {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" })
}
