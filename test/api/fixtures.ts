import { readFileSync } from "node:fs"

/** A page as the API would send it, byte for byte. */
export const fixtureBytes = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url)))

export const fixtureText = (name: string): string => new TextDecoder().decode(fixtureBytes(name))
