import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { recordsOf, reportsIn } from "../end-to-end/program/working-folder.ts"
import { bestOf, compare, type Rows, type Told } from "./compare.ts"
import { instantOf, millisOf } from "./instant.ts"
import type { Ended, Runner } from "./runner.ts"
import { servedWorld } from "./served.ts"
import { type Tonight, tonight } from "./tonight.ts"
import type { Act, Night, World } from "./world.ts"

/** Every world begins in this night; a whole second, so that fractions can be written behind it. */
const firstNight = Date.parse("2026-11-24T02:30:00Z")

/** A person acts before the night begins. */
const actsBefore = 600_000

/** A list that answers with an error is asked again only briefly: the world's point is not how long one waits. */
const brief = { server_error: { tries: 2, firstDelaySeconds: 0.01, capSeconds: 0.01 } }

const writeConfiguration = (cwd: string, { nights }: World, configuration: World["configuration"]): void => {
  const retry = nights.some((night) => night.unavailable !== undefined) ? { retry: brief } : {}
  writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ ...retry, ...configuration }))
}

const writeFiles = (cwd: string, { files = {} }: Night, start: number): void => {
  for (const [name, text] of Object.entries(files)) {
    const dated = text.replace(/\{\{([^|}]+)(\|day)?\}\}/g, (_, span: string, day?: string) =>
      instantOf(span, start).slice(0, day === undefined ? undefined : "2026-11-24".length),
    )
    writeFileSync(join(cwd, name), dated)
  }
}

/** The page's tables by their titles, amounts without the signs that group them. */
const tablesOf = (page: string): ReadonlyArray<readonly [string, Rows]> =>
  [...page.matchAll(/data-report="([^"]*)">(.*?)<\/table>/gs)].map(([, title = "", table = ""]) => {
    const [head = [], ...rows] = [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = ""]) =>
        cell.replace(/<[^>]*>|(?<=\d),(?=\d{3})/g, ""),
      ),
    )
    return [title, rows.map((row) => Object.fromEntries(head.map((name, place) => [name, row[place] ?? ""])))]
  })

const readReports = (out: string): { readonly reports: ReadonlyMap<string, Rows>; readonly manifest: string } => {
  const latest = join(out, "latest")
  if (!existsSync(latest)) return { reports: new Map(), manifest: "" }
  const folder = realpathSync(latest)
  const manifest = readFileSync(join(folder, "manifest.json"), "utf8")
  return {
    reports: new Map([
      ...[...reportsIn(folder)].map(([name, csv]) => [name, recordsOf(csv)] as const),
      ["control_totals", (JSON.parse(manifest) as { readonly control_totals: Rows }).control_totals],
      ...tablesOf(readFileSync(join(folder, "index.html"), "utf8")),
    ]),
    manifest,
  }
}

const wordsOf = (act: Act, exceptions: Rows): ReadonlyArray<string> =>
  act.flatMap((word) => {
    if (typeof word === "string") return [word]
    const rows = "exception" in word ? exceptions : [bestOf(word, exceptions)]
    return rows.map((row) => row?.exception_id ?? `no exception ${JSON.stringify(word)}`)
  })

const argumentsOf = (command: string, nth: number, night: Night): ReadonlyArray<string> => [
  ...command.split(" "),
  ...(/^(nightly|sync)\b/.test(command) ? ["--customers", "customers.csv"] : []),
  ...(nth === 0 && night.fresh !== false && /^(nightly|sync)\b/.test(command) ? ["--fresh"] : []),
]

const rosterOf = ({ roster }: World, night: Night): string =>
  [
    "customerId,partnerCustomerRef",
    ...roster
      .filter(({ partnerCustomerRef }) => !night.dropped?.includes(partnerCustomerRef))
      .map(({ customerId, partnerCustomerRef }) => `${customerId},${partnerCustomerRef}`),
    "",
  ].join("\n")

export interface PlayedNight {
  /** From 1. */
  readonly night: number
  /** A sentence for each thing that is not as expected. */
  readonly wrong: ReadonlyArray<string>
  /** What each command printed. */
  readonly printed: string
  /** The exit code of its last command. */
  readonly exit: number
  /** Its reports, by the name of their definition. */
  readonly reports: ReadonlyMap<string, Rows>
}

/**
 * Plays a world: its lists are served over HTTP, a night after the other, and the program runs as a person would run it, in
 * a folder of its own, at the night's time. Goes on after a night that was not as expected, as a partner's nights do.
 *
 * With the environment name KEEP_WORLDS set, the folder with database and reports stays, and what is printed names it.
 */
export const play = async (world: World, run: Runner): Promise<ReadonlyArray<PlayedNight>> => {
  const cwd = mkdtempSync(join(tmpdir(), "tidemark-world-"))
  const served = await servedWorld(world.roster)
  writeConfiguration(cwd, world, world.configuration)
  const played: Array<PlayedNight> = []
  let lists: Tonight = new Map()
  let start = firstNight
  let exceptions: Rows = []
  let acted = false
  let lastManifest = ""
  try {
    for (const [nth, night] of world.nights.entries()) {
      start += millisOf(night.after ?? (nth > 0 ? "1d" : "0s")) ?? Number.NaN
      lists = tonight(night, lists, world.roster, start)
      const shift = start - Date.now()
      const printed: Array<string> = []
      const command = async (args: ReadonlyArray<string>, clock: number): Promise<Ended> => {
        const ended = await run(args, { cwd, env: served.env, now: Date.now() + clock })
        printed.push(`$ tidemark ${args.join(" ")}\n${ended.stdout}${ended.stderr}(ends with ${ended.code})`)
        return ended
      }
      const wrong: Array<string> = []
      if (night.configuration !== undefined) writeConfiguration(cwd, world, night.configuration)
      writeFiles(cwd, night, start)
      for (const act of night.acts ?? []) {
        acted = true
        const { code } = await command(wordsOf(act, exceptions), shift - actsBefore)
        if (code !== 0) wrong.push(`an act ends with ${code}`)
      }
      const said = printed.length
      served.serve(lists, night.unavailable ?? [], shift)
      writeFileSync(join(cwd, "customers.csv"), rosterOf(world, night))
      const ownClock = shift + (millisOf(night.clock ?? "0s") ?? Number.NaN)
      let exit = -1
      for (const [place, one] of (night.by ?? ["nightly"]).entries()) {
        exit = (await command(argumentsOf(one, place, night), ownClock)).code
      }
      const { manifest, reports } = readReports(join(cwd, "tidemark-out"))
      exceptions = reports.get("exceptions") ?? []
      if (manifest === lastManifest)
        wrong.push("the night wrote no reports, so that what stands below is of the night before")
      lastManifest = manifest
      const told: Told = { exit, printed: printed.slice(said).join("\n"), manifest, reports, acted }
      const folder = process.env.KEEP_WORLDS === undefined ? [] : [`(kept in ${cwd})`]
      played.push({
        night: nth + 1,
        wrong: [...wrong, ...compare(night.expect, told)],
        printed: [...printed, ...folder].join("\n"),
        exit,
        reports,
      })
    }
  } finally {
    await served.close()
    if (process.env.KEEP_WORLDS === undefined) rmSync(cwd, { recursive: true, force: true })
  }
  return played
}

/** Everything that was not as expected, with what the program printed; empty where all was. */
export const failureOf = (world: World, played: ReadonlyArray<PlayedNight>): string =>
  played.every(({ wrong }) => wrong.length === 0)
    ? ""
    : [
        world.title,
        world.about,
        ...played.flatMap(({ night, printed, wrong }) => [
          `\nnight ${night}: ${wrong.length === 0 ? "as expected" : ""}`,
          ...wrong.map((sentence) => `  ✗ ${sentence}`),
          ...(wrong.length === 0 ? [] : [printed.replace(/^/gm, "    ")]),
        ]),
      ].join("\n")
