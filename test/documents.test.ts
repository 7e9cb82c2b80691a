import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import type { Field } from "../src/api/field.ts"
import {
  checkoutStatuses,
  productStatuses,
  quoteStatuses,
  type StatusTable,
  transactionStatuses,
} from "../src/api/status.ts"
import { type StreamRow, streams } from "../src/api/streams.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

const textOf = (path: string): string => readFileSync(join(root, path), "utf8")

const headingsOf = (document: string): ReadonlyArray<string> =>
  [...textOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading)

/** A comment goes over lines; the stars between them are no part of a citation. */
const citations = ["src", "bench", "reports"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|sql)$/.test(name))
    .flatMap((name) => {
      const text = textOf(join(folder, name)).replace(/\n\s*(\*|\/\/|--)\s*/g, " ")
      return [...text.matchAll(/Source:[^;."]*(?:[;]?\s*[^ ";]+, "[^"]+"(?: and "[^"]+")?)+/g)].map(([cited]) => ({
        file: name,
        cited,
      }))
    }),
)

describe("what a comment cites", () => {
  it("is a page of docs/ that the repository has, and a heading on it", () => {
    expect(citations.length).toBeGreaterThan(20)
    const places = citations.flatMap(({ cited, file }) =>
      [...cited.matchAll(/([^ ";]+), ("[^"]+"(?: and "[^"]+")?)/g)].flatMap(([, page = "", headings = ""]) =>
        [...headings.matchAll(/"([^"]+)"/g)].map(([, heading = ""]) => ({ file, page, heading })),
      ),
    )
    const missing = places.filter(
      ({ heading, page }) => !existsSync(join(root, page)) || !headingsOf(page).includes(heading),
    )
    expect(missing).toEqual([])
  })

  it("says where in docs/, and names no page that a reader does not have", () => {
    const elsewhere = ["src", "bench", "reports"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => /\.(ts|sql)$/.test(name))
        .filter((name) => /Source:(?!\s*(?:\*\s*)?docs\/)/.test(textOf(join(folder, name)))),
    )
    expect(elsewhere).toEqual([])
  })
})

describe("docs/partner-api.md", () => {
  const text = textOf("docs/partner-api.md")

  const fieldOf = ({ field, required, type }: Field): string =>
    `${field}${required ? "" : "?"}${type === "text" ? "" : ` (${type})`}`

  it.each(streams.map((row): [string, StreamRow] => [row.stream, row]))(
    "describes %s as the program reads it",
    (_, row) => {
      const { detail, fields, id, path, product, schema, stream } = row
      expect(text).toContain(
        `| \`${stream}\` | \`/${path}\` | ${schema} | ${id.join(" + ")} | ${product} | ${detail ?? "none"} |`,
      )
      expect(text).toContain(`- **${schema}**: ${fields.map(fieldOf).join(", ")}.`)
    },
  )

  const statusRow = (statuses: StatusTable): string =>
    ["open", "settled", "void", "undone"]
      .map((wanted) => Object.keys(statuses).filter((status) => statuses[status] === wanted))
      .map((found) => (found.length === 0 ? " |" : ` ${found.join(", ")} |`))
      .join("")

  it.each([
    ["deposits, withdrawals, refunds, conversions, payments", productStatuses],
    ["transactions", transactionStatuses],
    ["quotes", quoteStatuses],
    ["checkouts", checkoutStatuses],
  ])("puts each status of %s into its class", (name, statuses) => {
    expect(text).toContain(`| ${name} |${statusRow(statuses)}\n`)
  })
})
